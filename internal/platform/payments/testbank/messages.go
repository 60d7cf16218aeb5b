package testbank

import "embed"

// Messages are the words of the bank's page.
//
//go:embed messages/*.toml
var Messages embed.FS
