package ui

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var genres = []string{"theatre", "opera", "concert", "sport", "club", "museum", "children", "festival", "comedy", "", "unheard of"}

func wellFormed(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestPosterIsTheSameForTheSameTitle(t *testing.T) {
	if !bytes.Equal(Poster("Абай", "opera", "Опера"), Poster("Абай", "opera", "Опера")) {
		t.Error("two posters of one title differ")
	}
	if bytes.Equal(Poster("Абай", "opera", ""), Poster("Абай жолы", "opera", "")) {
		t.Error("two titles share a poster")
	}
}

// Whatever a title holds, the poster is a small, valid picture without foreign markup.
func TestPosterOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ <>&\"'—")), 0, 300, -1)).Draw(t, "title")
		b := Poster(title, rapid.SampledFrom(genres).Draw(t, "genre"), rapid.String().Draw(t, "subtitle"))
		if err := wellFormed(b); err != nil {
			t.Fatalf("%q: %v", title, err)
		}
		if len(b) > maxPoster {
			t.Errorf("%q: %d bytes", title, len(b))
		}
		if bytes.Contains(b, []byte("NaN")) || bytes.Contains(b, []byte("Inf")) {
			t.Errorf("%q: a coordinate is no number", title)
		}
	})
}

func TestPosterKnowsKazakhLetters(t *testing.T) {
	for _, r := range "ӘҒҚҢӨҰҮҺІ₸" {
		if _, ok := glyphOf(r); !ok {
			t.Errorf("the display face lacks %c", r)
		}
	}
	if capitals("Ұлы дала әні 🎭") != "ҰЛЫ ДАЛА ӘНІ" {
		t.Errorf("capitals gives %q", capitals("Ұлы дала әні 🎭"))
	}
}

func TestPosterTitlesAreReadable(t *testing.T) {
	for genre, list := range palettes {
		for i, c := range list {
			ink, _ := parseHex(c.ink)
			ground, _ := parseHex(c.ground)
			if r := contrast(ink, ground); r < 4.5 {
				t.Errorf("%s %d: title on ground is %.1f", genre, i, r)
			}
		}
	}
}

// A wall must not look stamped: among 25 titles of one genre most pictures are drawn differently.
func TestPostersVary(t *testing.T) {
	for genre := range palettes {
		seen := map[string]bool{}
		for i := range 25 {
			b := string(Poster(fmt.Sprintf("Event %c", 'A'+i), genre, ""))
			_, art, _ := strings.Cut(b, "</defs>")
			art, _, _ = strings.Cut(art, `href="#t`)
			seen[art] = true
		}
		if len(seen) < 15 {
			t.Errorf("%s: only %d different drawings for 25 titles", genre, len(seen))
		}
	}
}

func BenchmarkPoster(b *testing.B) {
	for b.Loop() {
		Poster("Ақан сері — Ақтоқты", "theatre", "М. Әуезов театры")
	}
}
