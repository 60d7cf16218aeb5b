package mail

import "embed"

// Messages are the words for letters that cannot be sent.
//
//go:embed messages/*.toml
var Messages embed.FS
