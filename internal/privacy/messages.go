package privacy

import "embed"

// Messages are the room's words.
//
//go:embed messages/*.toml
var Messages embed.FS
