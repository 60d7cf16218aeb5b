package site

import "embed"

// Messages are the words of the public pages. One table a subject ([site.wall], [site.event], …).
//
//go:embed messages/*.toml
var Messages embed.FS
