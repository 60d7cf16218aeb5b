package admission

import "embed"

// Messages are the words of the door: why somebody is not let in, and why a scanner cannot sign in.
//
//go:embed messages/*.toml
var Messages embed.FS
