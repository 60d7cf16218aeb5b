package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/i18n"
)

const defaultRadius = 10 // pretix'

// build makes a plan of a document that the parser found right.
func build(doc document) *Plan {
	sum := sha256.Sum256(doc.canonical())
	p := &Plan{doc: doc, hash: hex.EncodeToString(sum[:]), byID: map[string]int{}, bounds: nowhere()}
	for _, f := range doc.Floors {
		p.floors = append(p.floors, Floor(f))
	}
	if len(p.floors) == 0 {
		p.floors = []Floor{{ID: "main", Name: i18n.Text{KK: "Зал", RU: "Зал", EN: "Hall"}}}
	}
	for _, e := range doc.Entrances {
		d := Entrance{ID: e.ID, Name: e.Name}
		if e.Position != nil {
			d.Placed, d.X, d.Y = true, e.Position.X, e.Position.Y
			p.bounds.add(d.X, d.Y, 0)
		}
		p.entrances = append(p.entrances, d)
	}
	ids := map[string]bool{}
	for i := range doc.Zones {
		p.addSection(&doc.Zones[i], sectionID(&doc.Zones[i], i, ids))
	}
	p.bounds.settle()
	return p
}

// sectionID is the zone's own id where it has one that no other zone has.
func sectionID(z *zoneDoc, i int, taken map[string]bool) string {
	id := "s" + strconv.Itoa(i+1)
	if z.ZoneID != nil && *z.ZoneID != "" {
		id = *z.ZoneID
	}
	for n := 2; taken[id]; n++ {
		id = strings.TrimSuffix(id, "~"+strconv.Itoa(n-1)) + "~" + strconv.Itoa(n)
	}
	taken[id] = true
	return id
}

func (p *Plan) addSection(z *zoneDoc, id string) {
	s := Section{ID: id, Floor: z.Floor, Entrance: z.Entrance, Bounds: nowhere()}
	name := id
	if z.Name != nil && *z.Name != "" {
		name = *z.Name
	}
	s.Name = orName(z.Title, name)
	if s.Floor == "" {
		s.Floor = p.floors[0].ID
	}
	for _, q := range z.Outline {
		q = Point{z.Position.X + q.X, z.Position.Y + q.Y}
		s.Outline = append(s.Outline, q)
		p.bounds.add(q.X, q.Y, 0)
	}
	tables := map[string]string{}
	for i := range z.Areas {
		p.addArea(&z.Areas[i], z, &s, tables)
	}
	for i := range z.Rows {
		p.addRow(&z.Rows[i], z, &s, tables)
	}
	s.Bounds.settle()
	p.sections = append(p.sections, s)
}

func (p *Plan) addArea(a *areaDoc, z *zoneDoc, s *Section, tables map[string]string) {
	shape := shapeOf(a, z.Position)
	p.bounds.addRect(shape.bounds())
	switch {
	case a.Standing != nil:
		st := StandingArea{
			No: len(p.areas), ID: a.Standing.ID, Name: a.Standing.Name, Floor: s.Floor, Section: s.ID,
			Category: a.Standing.Category, Entrance: a.Standing.Entrance, Capacity: a.Standing.Capacity, Shape: shape,
		}
		if st.Entrance == "" {
			st.Entrance = s.Entrance
		}
		s.Areas = append(s.Areas, st.No)
		s.Bounds.addRect(shape.bounds())
		p.areas = append(p.areas, st)
	case a.Table != nil:
		tables[a.Table.ID] = a.Table.Label
		s.Bounds.addRect(shape.bounds())
		p.tables = append(p.tables, Table{ID: a.Table.ID, Label: a.Table.Label, Section: s.ID, Shape: shape})
	default:
		p.decor = append(p.decor, shape)
	}
}

func (p *Plan) addRow(d *rowDoc, z *zoneDoc, s *Section, tables map[string]string) {
	row := Row{No: len(p.rows), Section: s.ID, Number: d.Number, First: len(p.seats), Count: len(d.Seats), LabelAt: d.NumberAt.Value}
	if d.Label != nil && *d.Label != "" && *d.Label != "%s" {
		row.Label = strings.Replace(*d.Label, "%s", d.Number, 1)
	}
	base := z.Position
	if d.Position != nil {
		base.X, base.Y = base.X+d.Position.X, base.Y+d.Position.Y
	}
	for i := range d.Seats {
		sd := &d.Seats[i]
		seat := Seat{
			No: len(p.seats), ID: sd.GUID, Floor: s.Floor, Section: s.ID, SectionName: s.Name, Row: d.Number,
			Number: sd.Number, Table: tables[sd.Table], Category: sd.Category, Entrance: sd.Entrance,
			X: base.X + sd.Position.X, Y: base.Y + sd.Position.Y, Radius: defaultRadius,
			Accessible: sd.Accessible, Companion: sd.Companion, Restricted: sd.Restricted, Note: sd.Note, RowNo: row.No,
		}
		if sd.Radius != nil {
			seat.Radius = *sd.Radius
		}
		if seat.Entrance == "" {
			seat.Entrance = s.Entrance
		}
		if sd.Table != "" && seat.Table == "" {
			seat.Table = sd.Table
		}
		p.byID[seat.ID] = seat.No
		s.Bounds.add(seat.X, seat.Y, seat.Radius)
		p.bounds.add(seat.X, seat.Y, seat.Radius)
		p.seats = append(p.seats, seat)
	}
	number(p.seats[row.First:])
	s.Rows = append(s.Rows, row.No)
	p.rows = append(p.rows, row)
}

// shapeOf makes a drawable of an area; what has no measures has none drawn.
func shapeOf(a *areaDoc, zone Point) Shape {
	s := Shape{X: zone.X, Y: zone.Y, Kind: "rectangle", Color: colorOf(a.Color), BorderColor: colorOf(a.BorderColor)}
	if a.Shape != nil {
		s.Kind = *a.Shape
	}
	if a.Position != nil {
		s.X, s.Y = s.X+a.Position.X, s.Y+a.Position.Y
	}
	if a.Rotation != nil {
		s.Rotation = *a.Rotation
	}
	switch {
	case s.Kind == "polygon" && a.Polygon != nil:
		for _, q := range a.Polygon.Points {
			s.Points = append(s.Points, Point{s.X + q.X, s.Y + q.Y})
		}
	case s.Kind == "rectangle" && a.Rectangle != nil:
		s.W, s.H = a.Rectangle.Width, a.Rectangle.Height
	case s.Kind == "ellipse" && a.Ellipse != nil:
		s.W, s.H = a.Ellipse.Radius.X, a.Ellipse.Radius.Y
	case s.Kind == "circle" && a.Circle != nil:
		s.W, s.H = a.Circle.Radius, a.Circle.Radius
	case s.Kind == "rectangle" && a.Width != nil && a.Height != nil:
		s.W, s.H = *a.Width, *a.Height
	}
	s.addText(a)
	return s
}

func (s *Shape) addText(a *areaDoc) {
	s.TextSize, s.Text = 16, a.Title
	s.TextX, s.TextY = s.X, s.Y
	if s.Kind == "rectangle" {
		s.TextX, s.TextY = s.X+s.W/2, s.Y+s.H/2
	}
	if w := a.Text.Word; w != nil && *w != "" {
		s.Text = orName(a.Title, *w)
	}
	d := a.Text.Doc
	if d == nil {
		return
	}
	if d.Text != nil && *d.Text != "" {
		s.Text = orName(a.Title, *d.Text)
	}
	s.TextColor = colorOf(d.Color)
	if a.Title == (i18n.Text{}) { // pretix counts from the area's corner, ours from its middle unless told
		s.TextX, s.TextY = s.X, s.Y
	}
	if d.Position != nil {
		s.TextX, s.TextY = s.X+d.Position.X, s.Y+d.Position.Y
	}
	if d.Size != nil {
		s.TextSize = *d.Size
	}
}

func (s *Shape) bounds() Rect {
	b := nowhere()
	switch s.Kind {
	case "polygon":
		for _, q := range s.Points {
			b.add(q.X, q.Y, 0)
		}
	case "rectangle":
		sin, cos := math.Sincos(s.Rotation * math.Pi / 180)
		for _, q := range [4]Point{{0, 0}, {s.W, 0}, {0, s.H}, {s.W, s.H}} {
			b.add(s.X+q.X*cos-q.Y*sin, s.Y+q.X*sin+q.Y*cos, 0)
		}
	case "ellipse", "circle":
		b.add(s.X, s.Y, math.Max(s.W, s.H))
	}
	if s.Text != (i18n.Text{}) {
		b.add(s.TextX, s.TextY, s.TextSize/2)
	}
	return b
}

func nowhere() Rect {
	return Rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
}

func (r *Rect) add(x, y, radius float64) {
	r.MinX, r.MinY = math.Min(r.MinX, x-radius), math.Min(r.MinY, y-radius)
	r.MaxX, r.MaxY = math.Max(r.MaxX, x+radius), math.Max(r.MaxY, y+radius)
}

func (r *Rect) addRect(o Rect) {
	if o.MinX <= o.MaxX {
		r.add(o.MinX, o.MinY, 0)
		r.add(o.MaxX, o.MaxY, 0)
	}
}

// settle makes an empty rectangle of one that nothing was added to.
func (r *Rect) settle() {
	if r.MinX > r.MaxX {
		*r = Rect{}
	}
}

func colorOf(s *string) string {
	if s == nil {
		return ""
	}
	return drawable(*s)
}

// drawable passes on the colours that every canvas knows: #rgb, #rrggbb, #rrggbbaa and plain names.
func drawable(s string) string {
	if s == "" || len(s) > 24 {
		return ""
	}
	hexa := s[0] == '#' && (len(s) == 4 || len(s) == 7 || len(s) == 9)
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		switch {
		case i == 0 && hexa:
		case hexa && (c >= '0' && c <= '9' || c >= 'a' && c <= 'f'):
		case !hexa && c >= 'a' && c <= 'z':
		default:
			return ""
		}
	}
	return s
}
