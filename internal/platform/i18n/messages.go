package i18n

import "embed"

// Messages are the words for the kinds of fault.
//
//go:embed messages/*.toml
var Messages embed.FS
