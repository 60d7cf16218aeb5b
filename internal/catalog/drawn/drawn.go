// Package drawn draws the seating plans that the demonstration sells: a theatre, a stadium, a club and a museum.
//
// It owns their geometry. It promises the same plan, to the byte, at every run,
// and plans as real halls have them: curved rows, aisles, floors, boxes,
// columns in the way, places for wheelchairs, entrances. It does not price them.
package drawn

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The file as ParsePlan reads it; only what these drawings use.
type (
	file struct {
		Format     string     `json:"format"`
		Name       string     `json:"name"`
		Size       size       `json:"size"`
		Categories []category `json:"categories"`
		Floors     []named    `json:"floors,omitempty"`
		Entrances  []named    `json:"entrances,omitempty"`
		Zones      []*zone    `json:"zones"`
	}
	size struct {
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	}
	category struct {
		Name  string    `json:"name"`
		Color string    `json:"color"`
		Title i18n.Text `json:"title"`
	}
	named struct {
		ID       string    `json:"id"`
		Name     i18n.Text `json:"name"`
		Position *point    `json:"position,omitempty"`
	}
	point struct {
		X float64 `json:"x"`
		Y float64 `json:"y"`
	}
	zone struct {
		ID       string    `json:"zone_id"`
		Title    i18n.Text `json:"title"`
		Floor    string    `json:"floor,omitempty"`
		Entrance string    `json:"entrance,omitempty"`
		Outline  []point   `json:"outline,omitempty"`
		Position point     `json:"position"`
		Rows     []row     `json:"rows"`
		Areas    []area    `json:"areas,omitempty"`
	}
	row struct {
		Number string `json:"row_number"`
		Label  string `json:"row_label,omitempty"`
		At     string `json:"row_number_position,omitempty"`
		Seats  []seat `json:"seats"`
	}
	seat struct {
		ID         string    `json:"seat_guid"`
		Number     string    `json:"seat_number"`
		Position   point     `json:"position"`
		Category   string    `json:"category"`
		Radius     float64   `json:"radius,omitempty"`
		Table      string    `json:"table,omitempty"`
		Entrance   string    `json:"entrance,omitempty"`
		Accessible bool      `json:"accessible,omitempty"`
		Companion  bool      `json:"companion,omitempty"`
		Restricted bool      `json:"restricted,omitempty"`
		Note       i18n.Text `json:"note,omitzero"`
	}
	area struct {
		Shape     string    `json:"shape"`
		Color     string    `json:"color,omitempty"`
		Border    string    `json:"border_color,omitempty"`
		Position  point     `json:"position"`
		Polygon   *polygon  `json:"polygon,omitempty"`
		Rectangle *size     `json:"rectangle,omitempty"`
		Circle    *circle   `json:"circle,omitempty"`
		Text      *words    `json:"text,omitempty"`
		Title     i18n.Text `json:"title,omitzero"`
		Standing  *standing `json:"standing,omitempty"`
		Table     *table    `json:"table,omitempty"`
	}
	polygon struct {
		Points []point `json:"points"`
	}
	circle struct {
		Radius float64 `json:"radius"`
	}
	words struct {
		Position *point  `json:"position,omitempty"`
		Color    string  `json:"color,omitempty"`
		Size     float64 `json:"size,omitempty"`
	}
	standing struct {
		ID       string    `json:"id"`
		Name     i18n.Text `json:"name"`
		Category string    `json:"category"`
		Capacity int       `json:"capacity"`
		Entrance string    `json:"entrance,omitempty"`
	}
	table struct {
		ID    string `json:"id"`
		Label string `json:"label"`
	}
)

// plan makes a plan of a drawing; a drawing that is not a plan is a defect here.
func (f *file) plan() *catalog.Plan {
	f.Format = "sahna-plan/1"
	data, err := json.Marshal(f)
	if err != nil {
		panic("drawn: " + err.Error())
	}
	p, err := catalog.ParsePlan(data)
	if err != nil {
		panic("drawn: " + err.Error())
	}
	return p
}

func text(kk, ru, en string) i18n.Text { return i18n.Text{KK: kk, RU: ru, EN: en} }

// at rounds to a tenth: a file need not carry more.
func at(x, y float64) point { return point{math.Round(x*10) / 10, math.Round(y*10) / 10} }

func id(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func rectangle(x, y, w, h float64) area {
	return area{Shape: "rectangle", Position: at(x, y), Rectangle: &size{w, h}}
}

func disc(x, y, r float64) area {
	return area{Shape: "circle", Position: at(x, y), Circle: &circle{r}}
}

func (a area) painted(color, border string) area {
	a.Color, a.Border = color, border
	return a
}

func (a area) saying(t i18n.Text, color string, size float64) area {
	a.Title, a.Text = t, &words{Color: color, Size: size}
	if a.Rectangle != nil {
		a.Text.Position = &point{a.Rectangle.Width / 2, a.Rectangle.Height / 2}
	}
	return a
}
