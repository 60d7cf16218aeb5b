package ui

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever colour an operator likes, text stays readable.
func TestThemeContrast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accent := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "accent"))
		c, ok := parseHex(accent)
		if !ok {
			t.Fatalf("%s is refused", accent)
		}
		for _, dark := range []bool{false, true} {
			p := map[string]rgb{}
			for _, tok := range palette(c.oklch(), dark) {
				p[tok.name] = tok.color
			}
			for _, ground := range []string{"bg", "surface", "raised"} {
				for _, ink := range []string{"text", "muted", "accent", "danger", "ok", "warn"} {
					if r := contrast(p[ink], p[ground]); r < 4.5 {
						t.Errorf("%s dark=%v: %s on %s is %.2f", accent, dark, ink, ground, r)
					}
				}
			}
			for ground, ink := range map[string]string{"accent": "on-accent", "danger": "on-signal", "accent-soft": "text"} {
				if r := contrast(p[ink], p[ground]); r < 4.5 {
					t.Errorf("%s dark=%v: %s on %s is %.2f", accent, dark, ink, ground, r)
				}
			}
		}
	})
}

func TestThemeRefusesOtherThanColours(t *testing.T) {
	for _, bad := range []string{"", "red", "#fff", "#12345g", "#123456}body{display:none"} {
		if got := Theme(bad); got != Theme(defaultAccent) || strings.Contains(got, "display") {
			t.Errorf("Theme(%q) is not the default", bad)
		}
	}
}

func TestColoursComeBack(t *testing.T) {
	for _, s := range []string{"#000000", "#ffffff", "#0f9aa8", "#e4572e", "#123456"} {
		c, _ := parseHex(s)
		if got := c.oklch().rgb().hex(); got != s {
			t.Errorf("%s came back as %s", s, got)
		}
	}
}
