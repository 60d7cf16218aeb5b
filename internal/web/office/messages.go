package office

import "embed"

// Messages are the words of the office.
//
//go:embed messages/*.toml
var Messages embed.FS
