package files

import "embed"

// Messages are the words for files that are not there or cannot be named so.
//
//go:embed messages/*.toml
var Messages embed.FS
