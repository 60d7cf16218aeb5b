package rehearsal

import "embed"

// Messages are the room's words in every language.
//
//go:embed messages/*.toml
var Messages embed.FS
