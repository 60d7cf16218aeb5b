package ui

import "embed"

// Messages are the words of the layout, the components and the error pages.
//
//go:embed messages/*.toml
var Messages embed.FS
