package document

import "embed"

// Messages are the words of letters, and of why a document is not taken.
//
//go:embed messages/*.toml
var Messages embed.FS
