package catalog

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// ParsePlan reads a seating plan in our own format or in either variant of pretix'. It takes the whole file or nothing:
// every error is a *PlanError that names line, place and reason.
func ParsePlan(data []byte) (*Plan, error) {
	if len(data) > MaxPlanBytes {
		return nil, &PlanError{Line: 1, Reason: "the file is larger than 16 MB"}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		return nil, &PlanError{Line: 1 + bytes.Count(data[:firstInvalid(data)], []byte("\n")), Reason: "this is not UTF-8 text"}
	}
	pp := &planParser{
		planReader: newPlanReader(data), guids: map[string]int{},
		uses: map[use]place{}, has: map[use]bool{}, only: map[variant]place{},
	}
	pp.root()
	if pp.err == nil {
		if _, err := pp.dec.Token(); err == nil || pp.dec.More() {
			pp.fail("something stands after the plan's end")
		}
	}
	pp.settleVariant()
	pp.checkUses()
	if pp.err != nil {
		return nil, pp.err
	}
	return build(pp.doc), nil
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// variant is a way in which plans are written.
type variant int

const (
	variantOwn variant = iota
	variantPresent
	variant2019
)

// use is a reference by name, checked at the end because files may name things before they describe them.
type use struct{ kind, name string }

type planParser struct {
	*planReader
	doc   document
	guids map[string]int // line of each seat
	uses  map[use]place
	has   map[use]bool
	only  map[variant]place // where a property stood that only one variant has
	rows  int
	zone  string // number of the zone being read: tables belong to it
}

// mark notes that a property of one variant alone stands here.
func (pp *planParser) mark(v variant) {
	if _, ok := pp.only[v]; !ok {
		pp.only[v] = pp.here()
	}
}

func (pp *planParser) refer(kind, name string) string {
	u := use{kind, name}
	if _, ok := pp.uses[u]; !ok {
		pp.uses[u] = pp.here()
	}
	return name
}

func (pp *planParser) declare(kind, name string) string {
	u := use{kind, name}
	if pp.has[u] {
		pp.fail("there is another %s named %q", kind, u.plain())
	}
	pp.has[u] = true
	return name
}

func (pp *planParser) root() {
	d := &pp.doc
	pp.object("name zones categories", func(key string) bool {
		switch key {
		case "format":
			d.Format = pp.oneOf(planFormat)
		case "source":
			pp.mark(variantOwn)
			d.Source = pp.oneOf(sourcePretix, sourcePretix2019)
		case "name":
			d.Name = pp.text(maxWords)
		case "size":
			d.Size = pp.size(1, maxCoordinate)
		case "categories":
			d.Categories = []categoryDoc{}
			pp.array(1000, func() { d.Categories = append(d.Categories, pp.category()) })
		case "floors":
			pp.mark(variantOwn)
			pp.array(100, func() { d.Floors = append(d.Floors, pp.floor()) })
		case "entrances":
			pp.mark(variantOwn)
			pp.array(1000, func() { d.Entrances = append(d.Entrances, pp.entrance()) })
		case "zones":
			d.Zones = []zoneDoc{}
			pp.array(maxZones, func() { d.Zones = append(d.Zones, pp.zoneAt()) })
		default:
			return false
		}
		return true
	})
}

// settleVariant decides which way the file is written, and refuses one that mixes them.
func (pp *planParser) settleVariant() {
	own, ownOnly := pp.only[variantOwn]
	present, isPresent := pp.only[variantPresent]
	old, is2019 := pp.only[variant2019]
	switch {
	case pp.err != nil:
	case pp.doc.Format != "" && pp.doc.Source == sourcePretix2019 && isPresent:
		pp.failAt(present, "pretix plans of 2019 have no such property, and \"source\" says that this is one")
	case pp.doc.Format != "" && pp.doc.Source != sourcePretix2019 && is2019:
		pp.failAt(old, "only pretix plans of 2019 have this property, and \"source\" does not say that this is one")
	case pp.doc.Format != "":
	case ownOnly:
		pp.failAt(own, "unknown property in a pretix plan; our own plans begin with \"format\": %q", planFormat)
	case isPresent && is2019 && present.line > old.line:
		pp.failAt(present, "unknown property in a pretix plan of 2019, which this file is by its line %d", old.line)
	case isPresent && is2019:
		pp.failAt(old, "unknown property in a present pretix plan, which this file is by its line %d", present.line)
	case isPresent && pp.doc.Size == nil:
		pp.fail("the property \"size\" is missing")
	case is2019 || pp.doc.Size == nil:
		pp.doc.Source = sourcePretix2019
	default:
		pp.doc.Source = sourcePretix
	}
	pp.doc.Format = planFormat
}

func (pp *planParser) checkUses() {
	var bad use
	var at place
	for u, p := range pp.uses {
		if !pp.has[u] && (bad == use{} || p.line < at.line) {
			bad, at = u, p
		}
	}
	if bad == (use{}) {
		return
	}
	pp.failAt(at, "there is no %s named %q", bad.kind, bad.plain())
}

// inZone names something that is unique only in its zone.
func (pp *planParser) inZone(name string) string { return pp.zone + "\x00" + name }

// plain is the name as the file has it.
func (u use) plain() string {
	if _, name, ok := strings.Cut(u.name, "\x00"); ok {
		return trimmed(name)
	}
	return trimmed(u.name)
}

func (pp *planParser) point() Point {
	var p Point
	pp.object("x y", func(key string) bool {
		switch key {
		case "x":
			p.X = pp.number(-maxCoordinate, maxCoordinate)
		case "y":
			p.Y = pp.number(-maxCoordinate, maxCoordinate)
		default:
			return false
		}
		return true
	})
	return p
}

func (pp *planParser) pointRef() *Point {
	p := pp.point()
	return &p
}

func (pp *planParser) points() []Point {
	out := []Point{}
	pp.array(maxPoints, func() { out = append(out, pp.point()) })
	return out
}

func (pp *planParser) size(low, high float64) *sizeDoc {
	var s sizeDoc
	pp.object("width height", func(key string) bool {
		switch key {
		case "width":
			s.Width = pp.number(low, high)
		case "height":
			s.Height = pp.number(low, high)
		default:
			return false
		}
		return true
	})
	return &s
}

// title reads a text in our three languages; at least one must be there.
func (pp *planParser) title() i18n.Text {
	var t i18n.Text
	pp.object("", func(key string) bool {
		switch key {
		case "kk":
			t.KK = pp.text(maxWords)
		case "ru":
			t.RU = pp.text(maxWords)
		case "en":
			t.EN = pp.text(maxWords)
		default:
			return false
		}
		return true
	})
	if t == (i18n.Text{}) {
		pp.fail("a text in kk, ru or en is missing")
	}
	return t
}

func (pp *planParser) category() categoryDoc {
	var c categoryDoc
	pp.object("name", func(key string) bool {
		switch key {
		case "name":
			c.Name = pp.declare("category", pp.id())
		case "color":
			c.Color = pp.textRef()
		case "title":
			pp.mark(variantOwn)
			c.Title = pp.title()
		default:
			return false
		}
		return true
	})
	return c
}

func (pp *planParser) floor() floorDoc {
	var f floorDoc
	pp.object("id name", func(key string) bool {
		switch key {
		case "id":
			f.ID = pp.declare("floor", pp.id())
		case "name":
			f.Name = pp.title()
		default:
			return false
		}
		return true
	})
	return f
}

func (pp *planParser) entrance() entranceDoc {
	var e entranceDoc
	pp.object("id name", func(key string) bool {
		switch key {
		case "id":
			e.ID = pp.declare("entrance", pp.id())
		case "name":
			e.Name = pp.title()
		case "position":
			e.Position = pp.pointRef()
		default:
			return false
		}
		return true
	})
	return e
}
