package vault

import "embed"

// Messages are the words for the vault's refusals.
//
//go:embed messages/*.toml
var Messages embed.FS
