package performance

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// drawing is a plan as the picker reads it: one language, numbers in tenths of the plan's units, and nothing said twice.
// Its reader is internal/web/ui/src/picker/plan.ts.
type drawing struct {
	Bounds     [4]int      `json:"bounds"`
	Floors     []string    `json:"floors"`
	Categories []string    `json:"categories"`
	Entrances  []door      `json:"entrances,omitempty"`
	Sections   []section   `json:"sections"`
	Rows       []row       `json:"rows"`
	Flags      map[int]int `json:"flags,omitempty"` // by seat: 1 accessible, 2 companion, 4 restricted
	Notes      []string    `json:"notes,omitempty"`
	Noted      map[int]int `json:"noted,omitempty"` // by seat: index of its note
	Ways       map[int]int `json:"ways,omitempty"`  // by seat: entrance, where it is not its section's
	Areas      []area      `json:"areas,omitempty"`
	Tables     []shape     `json:"tables,omitempty"`
	Decor      []shape     `json:"decor,omitempty"`
}

type door struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	At   []int  `json:"at,omitempty"`
}

type section struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Floor   int    `json:"floor"`
	Way     int    `json:"way"` // entrance, -1 for any
	Outline []int  `json:"outline,omitempty"`
	Bounds  [4]int `json:"bounds"`
}

// row has its seats' places as the first seat's and then steps; what is the same for all seats stands once.
type row struct {
	Section    int      `json:"s"`
	Number     string   `json:"n"`
	Label      string   `json:"l,omitempty"` // when it is not simply "row N"
	Table      string   `json:"t,omitempty"`
	Count      int      `json:"c"`
	X          []int    `json:"x"`
	Y          []int    `json:"y"`
	Radius     int      `json:"r"`
	Category   int      `json:"k"`
	Categories []int    `json:"ks,omitempty"`
	Prefix     string   `json:"p,omitempty"` // seat ids are prefix and number
	IDs        []string `json:"i,omitempty"` // when they are not
	Numbers    []string `json:"m,omitempty"` // when they are not 1, 2, 3 …
	At         string   `json:"a,omitempty"` // where the number is drawn
}

type area struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Category int    `json:"k"`
	Shape    shape  `json:"shape"`
}

type shape struct {
	Kind     string  `json:"kind"`
	At       [2]int  `json:"at"`
	Size     []int   `json:"size,omitempty"` // width and height, or radii
	Points   []int   `json:"points,omitempty"`
	Rotation float64 `json:"rotation,omitempty"`
	Color    string  `json:"color,omitempty"`
	Border   string  `json:"border,omitempty"`
	Text     string  `json:"text,omitempty"`
	TextAt   []int   `json:"textAt,omitempty"`
	TextSize int     `json:"textSize,omitempty"`
	TextInk  string  `json:"textInk,omitempty"`
}

type drawingKey struct {
	hash string
	lang i18n.Lang
}

// geometry serves a plan's drawing. It can be kept for ever: another plan has another name.
func (d *Door) geometry(w http.ResponseWriter, r *http.Request) {
	hash, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	if !ok || len(hash) != 64 {
		d.UI.Fail(w, r, fault.New(fault.NotFound, ""))
		return
	}
	body, err := d.drawing(r, hash)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	body.Serve(w, r, http.StatusOK)
}

func (d *Door) drawing(r *http.Request, hash string) (*ui.Packed, error) {
	key := drawingKey{hash, ui.LangOf(r)}
	if kept, ok := d.drawings.Load(key); ok {
		return kept.(*ui.Packed), nil //nolint:forcetypeassert // only these are stored
	}
	plan, err := d.Catalog.Plan(r.Context(), hash)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(draw(plan, key.lang))
	if err != nil {
		return nil, err
	}
	packed := ui.Pack(body)
	d.drawings.Store(key, packed)
	return packed, nil
}

func draw(p *catalog.Plan, l i18n.Lang) drawing {
	b := p.Bounds()
	g := drawing{Bounds: bounds(b), Flags: map[int]int{}, Noted: map[int]int{}, Ways: map[int]int{}}
	floors, ways, cats, sections := map[string]int{}, map[string]int{"": -1}, map[string]int{}, map[string]int{}
	for i, f := range p.Floors() {
		floors[f.ID] = i
		g.Floors = append(g.Floors, f.Name.In(l))
	}
	for i, e := range p.Entrances() {
		ways[e.ID] = i
		w := door{ID: e.ID, Name: e.Name.In(l)}
		if e.Placed {
			w.At = []int{tenth(e.X), tenth(e.Y)}
		}
		g.Entrances = append(g.Entrances, w)
	}
	for i, c := range p.Categories() {
		cats[c.Name] = i
		g.Categories = append(g.Categories, c.Name)
	}
	for i, s := range p.Sections() {
		sections[s.ID] = i
		g.Sections = append(g.Sections, section{
			ID: s.ID, Name: s.Name.In(l), Floor: floors[s.Floor], Way: ways[s.Entrance], Outline: flat(s.Outline), Bounds: bounds(s.Bounds),
		})
	}
	notes := map[string]int{}
	for _, r := range p.Rows() {
		seats := p.Seats()[r.First : r.First+r.Count]
		g.Rows = append(g.Rows, drawRow(r, seats, sections[r.Section], cats))
		for _, s := range seats {
			g.addSeat(s, l, notes, ways, g.Sections[sections[r.Section]].Way)
		}
	}
	for _, a := range p.Areas() {
		g.Areas = append(g.Areas, area{ID: a.ID, Name: a.Name.In(l), Category: cats[a.Category], Shape: drawShape(a.Shape, l)})
	}
	for _, t := range p.Tables() {
		s := drawShape(t.Shape, l)
		s.Text = t.Label
		g.Tables = append(g.Tables, s)
	}
	for _, s := range p.Decor() {
		g.Decor = append(g.Decor, drawShape(s, l))
	}
	return g
}

func (g *drawing) addSeat(s catalog.Seat, l i18n.Lang, notes, ways map[string]int, sectionWay int) {
	flags := 0
	for bit, on := range []bool{s.Accessible, s.Companion, s.Restricted} {
		if on {
			flags |= 1 << bit
		}
	}
	if flags != 0 {
		g.Flags[s.No] = flags
	}
	if note := s.Note.In(l); note != "" {
		i, ok := notes[note]
		if !ok {
			i = len(g.Notes)
			notes[note] = i
			g.Notes = append(g.Notes, note)
		}
		g.Noted[s.No] = i
	}
	if w := ways[s.Entrance]; w != sectionWay {
		g.Ways[s.No] = w
	}
}

func drawRow(r catalog.Row, seats []catalog.Seat, section int, cats map[string]int) row {
	out := row{Section: section, Number: r.Number, Label: r.Label, Count: r.Count, At: r.LabelAt, X: []int{}, Y: []int{}}
	if len(seats) == 0 {
		return out
	}
	first := seats[0]
	out.Table, out.Radius, out.Category = first.Table, tenth(first.Radius), cats[first.Category]
	counted, named, uniform := true, true, true
	out.Prefix = strings.TrimSuffix(first.ID, first.Number)
	px, py := 0, 0
	for i, s := range seats {
		x, y := tenth(s.X), tenth(s.Y)
		out.X, out.Y = append(out.X, x-px), append(out.Y, y-py)
		px, py = x, y
		counted = counted && s.Number == strconv.Itoa(i+1)
		named = named && s.ID == out.Prefix+s.Number
		uniform = uniform && s.Category == first.Category
	}
	for _, s := range seats {
		if !counted {
			out.Numbers = append(out.Numbers, s.Number)
		}
		if !named {
			out.IDs = append(out.IDs, s.ID)
		}
		if !uniform {
			out.Categories = append(out.Categories, cats[s.Category])
		}
	}
	if !named {
		out.Prefix = ""
	}
	return out
}

func drawShape(s catalog.Shape, l i18n.Lang) shape {
	out := shape{
		Kind: s.Kind, At: [2]int{tenth(s.X), tenth(s.Y)}, Points: flat(s.Points), Rotation: s.Rotation, Color: s.Color, Border: s.BorderColor,
		Text: s.Text.In(l),
	}
	if s.W > 0 || s.H > 0 {
		out.Size = []int{tenth(s.W), tenth(s.H)}
	}
	if out.Text != "" {
		out.TextAt, out.TextSize, out.TextInk = []int{tenth(s.TextX), tenth(s.TextY)}, tenth(s.TextSize), s.TextColor
	}
	return out
}

func tenth(f float64) int { return int(math.Round(f * 10)) }

func bounds(r catalog.Rect) [4]int {
	return [4]int{tenth(r.MinX), tenth(r.MinY), tenth(r.MaxX), tenth(r.MaxY)}
}

func flat(points []catalog.Point) []int {
	var out []int
	for _, p := range points {
		out = append(out, tenth(p.X), tenth(p.Y))
	}
	return out
}
