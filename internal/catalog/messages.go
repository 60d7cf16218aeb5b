package catalog

import "embed"

// Messages are the room's words: cities, genres and what can go wrong.
//
//go:embed messages/*.toml
var Messages embed.FS
