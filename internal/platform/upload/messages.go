package upload

import "embed"

// Messages say why a file is refused and what to do.
//
//go:embed messages/*.toml
var Messages embed.FS
