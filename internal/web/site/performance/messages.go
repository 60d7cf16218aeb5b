package performance

import "embed"

// Messages are the words of the performance's page and its seat picker.
//
//go:embed messages/*.toml
var Messages embed.FS
