package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// defaultAccent is for an operator who chose none.
const defaultAccent = "#0f9aa8"

// ThemeURL is the address of the style sheet made from the operator's accent colour.
func (u *UI) ThemeURL() string {
	u.makeTheme()
	return "/static/" + u.theme.name
}

func (u *UI) makeTheme() {
	u.theme.once.Do(func() {
		u.theme.css = []byte(Theme(u.Operator.Accent))
		sum := sha256.Sum256(u.theme.css)
		u.theme.name = "theme-" + hex.EncodeToString(sum[:6]) + ".css"
	})
}

func (u *UI) serveTheme(w http.ResponseWriter, r *http.Request, name string) {
	u.makeTheme()
	if !strings.HasPrefix(name, "theme-") || !strings.HasSuffix(name, ".css") {
		http.NotFound(w, r)
		return
	}
	if name == u.theme.name {
		forever(w)
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(u.theme.css) // the reader left: nobody to tell
}

// Theme derives the colours of light and dark from one accent: neutrals that lean to its hue, and an accent and signal colours that
// keep at least 4.5:1 against every surface they stand on.
func Theme(accent string) string {
	c, ok := parseHex(accent)
	if !ok {
		c, _ = parseHex(defaultAccent)
	}
	lch := c.oklch()
	var b strings.Builder
	b.WriteString(":root{color-scheme:light dark}\n:root{")
	writeTokens(&b, palette(lch, false))
	b.WriteString("}\n@media (prefers-color-scheme:dark){:root{")
	writeTokens(&b, palette(lch, true))
	b.WriteString("}}\n@media print{:root{")
	writeTokens(&b, palette(lch, false))
	b.WriteString("}}\n")
	return b.String()
}

type token struct {
	name  string
	color rgb
}

func writeTokens(b *strings.Builder, tokens []token) {
	for _, t := range tokens {
		fmt.Fprintf(b, "--color-%s:%s;", t.name, t.color.hex())
	}
}

// palette makes the tokens of one scheme.
func palette(accent oklch, dark bool) []token {
	tint := min(accent.C, 0.12)
	neutral := func(l, c float64) rgb { return oklch{l, c * tint / 0.12, accent.H}.rgb() }
	bg, surface, raised, text := neutral(0.985, 0.004), neutral(1, 0), neutral(0.955, 0.008), neutral(0.2, 0.02)
	line, muted := neutral(0.885, 0.01), neutral(0.48, 0.02)
	step := -0.01
	if dark {
		bg, surface, raised, text = neutral(0.155, 0.014), neutral(0.2, 0.016), neutral(0.255, 0.02), neutral(0.955, 0.006)
		line, muted = neutral(0.34, 0.02), neutral(0.74, 0.015)
		step = 0.01
	}
	grounds := []rgb{bg, surface, raised}
	readable := func(c oklch) rgb { return c.until(step, grounds) }
	a := readable(accent)
	soft := oklch{L: 0.93, C: min(accent.C, 0.04), H: accent.H}
	if dark {
		soft = oklch{L: 0.3, C: min(accent.C, 0.06), H: accent.H}
	}
	signal := func(h, c float64) rgb {
		if dark {
			return readable(oklch{0.72, c, h})
		}
		return readable(oklch{0.56, c, h})
	}
	return []token{
		{"bg", bg},
		{"surface", surface},
		{"raised", raised},
		{"text", text},
		{"muted", muted},
		{"line", line},
		{"accent", a},
		{"on-accent", onColor(a)},
		{"accent-soft", soft.rgb()},
		{"danger", signal(25, 0.2)},
		{"ok", signal(150, 0.15)},
		{"warn", signal(70, 0.15)},
		{"on-signal", onColor(signal(25, 0.2))},
	}
}

// onColor is what is best read on a colour: white or almost black.
func onColor(c rgb) rgb {
	white, black := rgb{1, 1, 1}, rgb{0.04, 0.04, 0.05}
	if contrast(c, white) >= contrast(c, black) {
		return white
	}
	return black
}
