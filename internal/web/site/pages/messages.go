package pages

import "embed"

// Messages are the words around the published texts.
//
//go:embed messages/*.toml
var Messages embed.FS
