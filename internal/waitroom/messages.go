package waitroom

import "embed"

// Messages are the words for what keeps somebody out.
//
//go:embed messages/*.toml
var Messages embed.FS
