package account

import "embed"

// Messages are the door's words.
//
//go:embed messages/*.toml
var Messages embed.FS
