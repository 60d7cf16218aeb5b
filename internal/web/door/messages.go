package door

import "embed"

// Messages are the words of the scanner.
//
//go:embed messages/*.toml
var Messages embed.FS
