package ticketmail

import "embed"

// Messages are the words of the letters.
//
//go:embed messages/*.toml
var Messages embed.FS
