package api

import "embed"

// Messages are the words of the API's own problems.
//
//go:embed messages/*.toml
var Messages embed.FS
