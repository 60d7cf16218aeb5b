package catalog

import (
	"bytes"
	"encoding/json"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// The plan as it stands in a file. Our format is pretix' with more words: every property of both of its variants is kept
// as it was, also those that mean nothing to us, so that going out again loses nothing.
//
// Ours in addition:
//
//	root      format, source, floors[], entrances[]
//	category  title{kk,ru,en}
//	zone      title, floor, entrance, outline[]      a zone is a section
//	seat      table, entrance, accessible, companion, restricted, note{kk,ru,en}
//	area      title{kk,ru,en}, standing{id, name, category, capacity, entrance} or table{id, label}
//
// The order of the fields here is the canonical order, and so part of every plan's name: never change it.

// planFormat is the first property of our own files.
const planFormat = "sahna-plan/1"

// Where a plan came from; its export goes back the same way.
const (
	sourcePretix     = "pretix"
	sourcePretix2019 = "pretix-2019"
)

type document struct {
	Format     string        `json:"format"`
	Source     string        `json:"source,omitempty"`
	Name       string        `json:"name"`
	Size       *sizeDoc      `json:"size,omitempty"`
	Categories []categoryDoc `json:"categories"`
	Floors     []floorDoc    `json:"floors,omitempty"`
	Entrances  []entranceDoc `json:"entrances,omitempty"`
	Zones      []zoneDoc     `json:"zones"`
}

type sizeDoc struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

type categoryDoc struct {
	Name  string    `json:"name"`
	Color *string   `json:"color,omitempty"`
	Title i18n.Text `json:"title,omitzero"`
}

type floorDoc struct {
	ID   string    `json:"id"`
	Name i18n.Text `json:"name"`
}

type entranceDoc struct {
	ID       string    `json:"id"`
	Name     i18n.Text `json:"name"`
	Position *Point    `json:"position,omitempty"`
}

type zoneDoc struct {
	Name      *string   `json:"name,omitempty"`
	ZoneID    *string   `json:"zone_id,omitempty"`
	UUID      *string   `json:"uuid,omitempty"`
	Displayed *bool     `json:"displayed,omitempty"`
	Title     i18n.Text `json:"title,omitzero"`
	Floor     string    `json:"floor,omitempty"`
	Entrance  string    `json:"entrance,omitempty"`
	Outline   []Point   `json:"outline,omitempty"`
	Position  Point     `json:"position"`
	Rows      []rowDoc  `json:"rows"`
	Areas     []areaDoc `json:"areas,omitzero"` // absent and empty are told apart
}

type rowDoc struct {
	Number        string      `json:"row_number"`
	Label         *string     `json:"row_label,omitempty"`
	SeatLabel     *string     `json:"seat_label,omitempty"`
	NumberAt      maybeString `json:"row_number_position,omitzero"`
	NumberOfSeats *float64    `json:"number_of_seats,omitempty"`
	SeatsSpacing  *float64    `json:"seats_spacing,omitempty"`
	UUID          *string     `json:"uuid,omitempty"`
	Position      *Point      `json:"position,omitempty"`
	Seats         []seatDoc   `json:"seats"`
}

type seatDoc struct {
	GUID           string      `json:"seat_guid"`
	Number         string      `json:"seat_number"`
	UUID           *string     `json:"uuid,omitempty"`
	Position       Point       `json:"position"`
	Category       string      `json:"category"`
	StartDirection maybeString `json:"start_direction,omitzero"`
	Radius         *float64    `json:"radius,omitempty"`
	Table          string      `json:"table,omitempty"`
	Entrance       string      `json:"entrance,omitempty"`
	Accessible     bool        `json:"accessible,omitempty"`
	Companion      bool        `json:"companion,omitempty"`
	Restricted     bool        `json:"restricted,omitempty"`
	Note           i18n.Text   `json:"note,omitzero"`
}

type areaDoc struct {
	Shape       *string      `json:"shape,omitempty"`
	UUID        *string      `json:"uuid,omitempty"`
	Color       *string      `json:"color,omitempty"`
	BorderColor *string      `json:"border_color,omitempty"`
	Rotation    *float64     `json:"rotation,omitempty"`
	Position    *Point       `json:"position,omitempty"`
	Width       *float64     `json:"width,omitempty"`  // 2019
	Height      *float64     `json:"height,omitempty"` // 2019
	Polygon     *polygonDoc  `json:"polygon,omitempty"`
	Rectangle   *sizeDoc     `json:"rectangle,omitempty"`
	Ellipse     *ellipseDoc  `json:"ellipse,omitempty"`
	Circle      *circleDoc   `json:"circle,omitempty"`
	Text        textOrWord   `json:"text,omitzero"`
	Title       i18n.Text    `json:"title,omitzero"`
	Standing    *standingDoc `json:"standing,omitempty"`
	Table       *tableDoc    `json:"table,omitempty"`
}

type polygonDoc struct {
	Points []Point `json:"points"`
}

type ellipseDoc struct {
	Radius Point `json:"radius"`
}

type circleDoc struct {
	Radius float64 `json:"radius"`
}

type textDoc struct {
	Text     *string  `json:"text,omitempty"`
	Position *Point   `json:"position,omitempty"`
	Color    *string  `json:"color,omitempty"`
	Size     *float64 `json:"size,omitempty"`
}

type standingDoc struct {
	ID       string    `json:"id"`
	Name     i18n.Text `json:"name"`
	Category string    `json:"category"`
	Capacity int       `json:"capacity"`
	Entrance string    `json:"entrance,omitempty"`
}

type tableDoc struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// maybeString is a property that may be absent, null or a string, three things that pretix tells apart.
type maybeString struct {
	Set, Null bool
	Value     string
}

// MarshalJSON writes null or the string; omitzero leaves the absent out.
func (m maybeString) MarshalJSON() ([]byte, error) {
	if m.Null {
		return []byte("null"), nil
	}
	return plainJSON(m.Value)
}

// textOrWord is an area's text: a bare string in 2019, an object since.
type textOrWord struct {
	Word *string
	Doc  *textDoc
}

// MarshalJSON writes the string or the object; omitzero leaves the absent out.
func (t textOrWord) MarshalJSON() ([]byte, error) {
	if t.Word != nil {
		return plainJSON(*t.Word)
	}
	return plainJSON(t.Doc)
}

func (d document) canonical() []byte {
	b, err := plainJSON(d)
	if err != nil {
		panic("catalog: a plan without its JSON: " + err.Error()) // numbers are finite and strings are UTF-8, the reader saw to it
	}
	return b
}

// plainJSON marshals without escaping <, > and &, which canonical JSON leaves alone.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
