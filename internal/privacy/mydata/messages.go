package mydata

import "embed"

// Messages are the words of copies, notices and receipts.
//
//go:embed messages/*.toml
var Messages embed.FS
