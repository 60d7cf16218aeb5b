package boxoffice

import "embed"

// Messages are the words for what can go wrong at the box office.
//
//go:embed messages/*.toml
var Messages embed.FS
