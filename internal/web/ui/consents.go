package ui

import (
	"net/url"

	"github.com/sahna/sahna/internal/privacy"
)

// SameBoxes are the values of a form that comes back, without ticks that were set beside another text than is shown now.
func SameBoxes(typed url.Values, name string, b privacy.Boxes) url.Values {
	same := typed.Get("version") == b.Version.ID && (len(b.Choices) == 0 || typed.Get("register") == b.Register)
	if same || !typed.Has(name) {
		return typed
	}
	out := url.Values{}
	for k, v := range typed {
		if k != name {
			out[k] = v
		}
	}
	return out
}
