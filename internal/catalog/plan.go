package catalog

import (
	"github.com/sahna/sahna/internal/platform/i18n"
)

// Plan is a seating plan: an immutable drawing of a hall with its seats, named by the hash of its canonical JSON.
// Seats are numbered 0…n-1 and standing areas 0…m-1 in the plan's order; the box office's stock is kept by these numbers.
// Only ParsePlan makes one, so every Plan is whole and right.
type Plan struct {
	doc  document
	hash string

	floors    []Floor
	entrances []Entrance
	sections  []Section
	rows      []Row
	seats     []Seat
	byID      map[string]int
	areas     []StandingArea
	tables    []Table
	decor     []Shape
	bounds    Rect
}

// Seat is one seat of a plan.
type Seat struct {
	No          int    // place in the plan's order; stock rows carry it
	ID          string // unique in the plan, stable: pretix' seat_guid
	Floor       string // id
	Section     string // id
	SectionName i18n.Text
	Row         string // label as printed
	Number      string // label as printed
	Table       string // label when the seat stands at a table
	Category    string
	Entrance    string  // id of the entrance that leads to it, "" when any
	X, Y        float64 // absolute, in the plan's units
	Radius      float64
	Accessible  bool      // for wheelchairs
	Companion   bool      // beside an accessible seat, for who comes along
	Restricted  bool      // restricted view
	Note        i18n.Text // what a buyer should know, e.g. "behind a column"
	RowNo       int       // seats of one RowNo are in one row; also the index in Rows
	Place       int       // order within the row; neighbours differ by 1, a gap (aisle) by more
}

// StandingArea is a part of the hall where people stand, sold by number.
type StandingArea struct {
	No       int
	ID       string
	Name     i18n.Text
	Floor    string
	Section  string
	Category string
	Entrance string
	Capacity int
	Shape    Shape
}

// Floor is a storey of the hall.
type Floor struct {
	ID   string
	Name i18n.Text
}

// Entrance is a door by which people come to their seats.
type Entrance struct {
	ID     string
	Name   i18n.Text
	Placed bool // X and Y say where
	X, Y   float64
}

// Category groups places that may cost the same; a performance's price zones name them.
type Category struct {
	Name  string
	Title i18n.Text // for people; Name in every language when the plan gives none
	Color string    // "#rrggbb", "" when the plan gives none that can be drawn
}

// Section is a part of the hall that is looked at together: parterre, balcony, sector 12.
type Section struct {
	ID       string
	Name     i18n.Text
	Floor    string
	Entrance string
	Outline  []Point // absolute; empty when the plan draws none
	Bounds   Rect    // of its seats and areas
	Rows     []int   // RowNo, in the plan's order
	Areas    []int   // StandingArea.No
}

// Row is a row of seats, or the seats at a table.
type Row struct {
	No      int
	Section string // id
	Number  string // as printed
	Label   string // the plan's own words, "Loge 5"; "" when it is simply a row
	First   int    // No of its first seat; its seats stand together in the plan's order
	Count   int
	LabelAt string // where the number is drawn: "start", "end", "both" or ""
}

// Table is a table that seats stand at.
type Table struct {
	ID, Label string
	Section   string
	Shape     Shape
}

// Point is a place in the plan's units, y downwards.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Rect is an upright rectangle.
type Rect struct{ MinX, MinY, MaxX, MaxY float64 }

// Shape is something drawn, with absolute places.
type Shape struct {
	Kind        string // polygon, rectangle, ellipse, circle, text
	X, Y        float64
	Rotation    float64 // degrees clockwise about X, Y
	Points      []Point // of a polygon
	W, H        float64 // of a rectangle; the radii of an ellipse or circle
	Color       string
	BorderColor string
	Text        i18n.Text // drawn at TextX, TextY, which is its middle
	TextX       float64
	TextY       float64
	TextSize    float64
	TextColor   string
}

// Hash names the plan: lower-case hex SHA-256 of its canonical JSON.
func (p *Plan) Hash() string { return p.hash }

// Name is the plan's name, for staff.
func (p *Plan) Name() string { return p.doc.Name }

// Seats returns every seat in order of No. The caller must not change it.
func (p *Plan) Seats() []Seat { return p.seats }

// SeatByID finds a seat by its id.
func (p *Plan) SeatByID(id string) (Seat, bool) {
	if no, ok := p.byID[id]; ok {
		return p.seats[no], true
	}
	return Seat{}, false
}

// Areas returns the standing areas in order of No. The caller must not change it.
func (p *Plan) Areas() []StandingArea { return p.areas }

// AreaByID finds a standing area by its id.
func (p *Plan) AreaByID(id string) (StandingArea, bool) {
	for _, a := range p.areas {
		if a.ID == id {
			return a, true
		}
	}
	return StandingArea{}, false
}

// Floors returns the storeys, lowest first; there is at least one. The caller must not change it.
func (p *Plan) Floors() []Floor { return p.floors }

// Floor finds a storey by its id.
func (p *Plan) Floor(id string) (Floor, bool) {
	for _, f := range p.floors {
		if f.ID == id {
			return f, true
		}
	}
	return Floor{}, false
}

// Entrances returns the doors. The caller must not change it.
func (p *Plan) Entrances() []Entrance { return p.entrances }

// Entrance finds a door by its id.
func (p *Plan) Entrance(id string) (Entrance, bool) {
	for _, e := range p.entrances {
		if e.ID == id {
			return e, true
		}
	}
	return Entrance{}, false
}

// Sections returns the parts of the hall in the plan's order. The caller must not change it.
func (p *Plan) Sections() []Section { return p.sections }

// Section finds a part of the hall by its id.
func (p *Plan) Section(id string) (Section, bool) {
	for _, s := range p.sections {
		if s.ID == id {
			return s, true
		}
	}
	return Section{}, false
}

// Rows returns every row in order of No. The caller must not change it.
func (p *Plan) Rows() []Row { return p.rows }

// Tables returns the tables. The caller must not change it.
func (p *Plan) Tables() []Table { return p.tables }

// Decor returns what is drawn and not sold: stage, bar, columns. The caller must not change it.
func (p *Plan) Decor() []Shape { return p.decor }

// Bounds returns the rectangle that holds everything drawn.
func (p *Plan) Bounds() Rect { return p.bounds }

// Categories returns the plan's categories in its order.
func (p *Plan) Categories() []Category {
	out := make([]Category, len(p.doc.Categories))
	for i, c := range p.doc.Categories {
		out[i] = Category{Name: c.Name, Title: orName(c.Title, c.Name)}
		if c.Color != nil {
			out[i].Color = drawable(*c.Color)
		}
	}
	return out
}

// JSON returns the plan in its canonical form: our own format, properties in a fixed order, no white space.
func (p *Plan) JSON() []byte { return p.doc.canonical() }

func orName(t i18n.Text, name string) i18n.Text {
	if t == (i18n.Text{}) {
		return i18n.Text{KK: name, RU: name, EN: name}
	}
	return t
}
