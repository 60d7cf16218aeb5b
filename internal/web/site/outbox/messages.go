package outbox

import "embed"

// Messages are the words of the demo's outbox.
//
//go:embed messages/*.toml
var Messages embed.FS
