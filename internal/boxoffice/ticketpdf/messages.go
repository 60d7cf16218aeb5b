package ticketpdf

import "embed"

// Messages are the words on a ticket.
//
//go:embed messages/*.toml
var Messages embed.FS
