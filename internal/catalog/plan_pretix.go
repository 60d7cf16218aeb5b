package catalog

import (
	"fmt"
	"math"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// ExportPretix writes a plan for pretix, in the variant it came in, else in the present one. What came from pretix goes
// back without loss; what pretix has no word for is left out and named in the warnings.
func ExportPretix(p *Plan) (data []byte, warnings []string, err error) {
	doc := p.doc
	old := doc.Source == sourcePretix2019
	lost := map[string]int{}
	doc.Format, doc.Source = "", ""
	lost["floors"], lost["entrances"] = len(doc.Floors), len(doc.Entrances)
	doc.Floors, doc.Entrances = nil, nil
	doc.Categories = make([]categoryDoc, len(p.doc.Categories))
	for i, c := range p.doc.Categories {
		doc.Categories[i] = categoryDoc{Name: c.Name, Color: c.Color}
	}
	doc.Zones = make([]zoneDoc, len(p.doc.Zones))
	for i := range p.doc.Zones {
		doc.Zones[i] = pretixZone(p.doc.Zones[i], lost)
	}
	if doc.Size == nil && !old {
		b := p.Bounds()
		doc.Size = &sizeDoc{Width: math.Max(1, math.Ceil(b.MaxX)), Height: math.Max(1, math.Ceil(b.MaxY))}
	}
	for _, w := range exportWords {
		if n := lost[w.what]; n > 0 {
			warnings = append(warnings, fmt.Sprintf(w.words, n))
		}
	}
	data, err = plainJSON(pretixRoot{doc.Name, doc.Size, doc.Categories, doc.Zones})
	return data, warnings, err
}

type pretixRoot struct {
	Name       string        `json:"name"`
	Size       *sizeDoc      `json:"size,omitempty"`
	Categories []categoryDoc `json:"categories"`
	Zones      []zoneDoc     `json:"zones"`
}

var exportWords = []struct{ what, words string }{
	{"floors", "%d floors are left out: pretix draws all on one"},
	{"entrances", "%d entrances are left out"},
	{"titles", "%d translated section names are left out"},
	{"words", "%d drawn words stay in one language"},
	{"outlines", "%d section outlines are left out"},
	{"standing", "%d standing areas become drawings: make products with quotas for their capacity"},
	{"tables", "%d tables become drawings: their seats stay"},
	{"accessible", "%d accessible seats become ordinary ones"},
	{"companion", "%d companion seats become ordinary ones"},
	{"restricted", "%d seats lose their restricted view"},
	{"notes", "%d seats lose their note"},
}

func pretixZone(z zoneDoc, lost map[string]int) zoneDoc {
	if z.Name == nil && z.Title != (i18n.Text{}) {
		name := z.Title.In(i18n.RU)
		z.Name = &name
	}
	lost["titles"] += one(z.Title != (i18n.Text{}))
	lost["outlines"] += one(len(z.Outline) > 0)
	z.Title = i18n.Text{}
	z.Floor, z.Entrance, z.Outline = "", "", nil
	rows := make([]rowDoc, len(z.Rows))
	for i, r := range z.Rows {
		seats := make([]seatDoc, len(r.Seats))
		for j, s := range r.Seats {
			seats[j] = pretixSeat(s, lost)
		}
		r.Seats = seats
		rows[i] = r
	}
	z.Rows = rows
	if z.Areas != nil {
		areas := make([]areaDoc, len(z.Areas))
		for i, a := range z.Areas {
			lost["standing"] += one(a.Standing != nil)
			lost["tables"] += one(a.Table != nil)
			if a.Title != (i18n.Text{}) && a.Text == (textOrWord{}) {
				word := a.Title.In(i18n.RU)
				a.Text.Doc = &textDoc{Text: &word}
			}
			lost["words"] += one(a.Title != (i18n.Text{}))
			a.Standing, a.Table, a.Title = nil, nil, i18n.Text{}
			areas[i] = a
		}
		z.Areas = areas
	}
	return z
}

func pretixSeat(s seatDoc, lost map[string]int) seatDoc {
	lost["accessible"] += one(s.Accessible)
	lost["companion"] += one(s.Companion)
	lost["restricted"] += one(s.Restricted)
	lost["notes"] += one(s.Note != (i18n.Text{}))
	return seatDoc{
		GUID: s.GUID, Number: s.Number, UUID: s.UUID, Position: s.Position, Category: s.Category,
		StartDirection: s.StartDirection, Radius: s.Radius,
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
