package performance

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/site/waiting"
	"github.com/sahna/sahna/internal/web/ui"
)

// A small hall is opened whole: choosing a part of it first would be a step too much.
const smallHall = 120

// view is the page.
type view struct {
	ui.Page
	Form     ui.Form
	Event    catalog.Event
	EventURL string
	PageURL  string
	HoldURL  string
	When     string
	Where    string
	Doors    string
	Entry    string // why nothing can be chosen now; "" while it can
	Zones    []zoneView
	Standing []standingView
	Floors   []floorView
	Open     []openView
	Chosen   []seatView // chosen in parts of the hall that are not open
	Seated   bool
	Shapes   []shapeView
	Best     bestView
	Limit    int
	Data     data
}

type zoneView struct {
	ID, Name string
	Swatch   swatchView
	Prices   []priceView
}

// swatchView is how a zone's seats look.
type swatchView struct {
	paint
	Sign int
}

type priceView struct{ Type, Amount string }

type standingView struct {
	ID, Name string
	Swatch   swatchView
	Left     int
	Inputs   []inputView
}

type inputView struct {
	Field, Type, Amount, Label, Value string
	Max                               int
	Minor                             int64
}

type floorView struct {
	Name     string
	Sections []sectionView
}

type sectionView struct {
	ID, Name, From string
	Left           int
	Open           bool
}

type openView struct {
	ID, Name string
	Rows     []rowView
}

type rowView struct {
	Name, Price string
	Seats       []seatView
}

type seatView struct {
	ID, Number, Label, Shape string
	No                       int
	Taken, Chosen            bool
}

type bestView struct {
	N          string
	Zone       string
	Accessible bool
	Most       int
}

// shapeView explains a shape of the drawing.
type shapeView struct{ Shape, Label string }

// shapes explains those that the hall has.
func shapes(p ui.Page, h house) []shapeView {
	has := map[string]bool{"taken": len(h.plan.Seats()) > 0}
	for _, s := range h.plan.Seats() {
		if x := shapeOf(s); x != "" {
			has[x] = true
		}
	}
	var out []shapeView
	for _, v := range []shapeView{
		{"accessible", p.T("performance.accessible")},
		{"companion", p.T("performance.companion")},
		{"restricted", p.T("performance.restricted")},
		{"taken", p.T("performance.taken")},
	} {
		if has[v.Shape] {
			out = append(out, v)
		}
	}
	return out
}

func shapeOf(s catalog.Seat) string {
	switch {
	case s.Accessible:
		return "accessible"
	case s.Companion:
		return "companion"
	case s.Restricted:
		return "restricted"
	}
	return ""
}

// show is the page before anything was chosen, or with the choice so far.
func (d *Door) show(w http.ResponseWriter, r *http.Request) {
	// While there is a line, only who has a pass chooses seats. What cannot be read now may still stand on the shelf.
	if p, err := d.Catalog.Performance(r.Context(), r.PathValue("id")); err == nil {
		if room, ok := d.Rooms.Guard(p); ok {
			if d.Rooms.Check(p, waiting.PassOf(r, room.ID)) != nil {
				http.Redirect(w, r, waiting.URL(d.UI.Page(r, ""), room.ID), http.StatusSeeOther)
				return
			}
			d.showChoice(w, r)
			return
		}
	}
	// With nothing chosen it is the same for everybody, also with a part of the hall opened.
	if q := r.URL.RawQuery; q == "" || strings.HasPrefix(q, "section=") && !strings.Contains(q, "&") {
		d.UI.Kept(w, r, d.showChoice)
		return
	}
	d.showChoice(w, r)
}

func (d *Door) showChoice(w http.ResponseWriter, r *http.Request) {
	h, err := d.house(r.Context(), r.PathValue("id"))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.page(r, h)
	c := readChoice(r.Form, h.performance)
	d.render(w, r, http.StatusOK, p, h, c, ui.NewForm(p, r.Form, nil))
}

func (d *Door) page(r *http.Request, h house) ui.Page {
	p := d.UI.Page(r, "")
	p.Title = p.T("performance.title", "event", p.Text(h.event.Title))
	p.Path, p.Query = "/performance/"+h.performance.ID, "" // a choice is nobody's address
	p.Wide = true
	p.Styles = []string{"picker.css"}
	p.Scripts = []string{"picker.js"}
	return p
}

func (d *Door) render(w http.ResponseWriter, r *http.Request, status int, p ui.Page, h house, c choice, form ui.Form) {
	now := d.UI.Clock.Now()
	v := view{
		Page: p, Form: form, Event: h.event, EventURL: p.URL("/event/" + h.event.Slug),
		PageURL: p.URL("/performance/" + h.performance.ID), HoldURL: p.URL("/performance/" + h.performance.ID + "/hold"),
		When:  p.Moment(h.performance.StartsAt, now, h.performance.Zone),
		Where: p.Text(h.venue.Name) + ", " + p.Text(h.hall.Name),
		Zones: zones(p, h), Seated: len(h.plan.Seats()) > 0, Limit: h.performance.OrderLimit,
	}
	if !h.performance.DoorsAt.IsZero() && h.performance.DoorsAt.Before(h.performance.StartsAt) {
		v.Doors = p.T("performance.doors", "time", p.Clock(h.performance.DoorsAt, h.performance.Zone))
	}
	switch h.performance.OnSale(now) {
	case catalog.SaleSoon:
		v.Entry = p.T("performance.soon", "when", p.Moment(h.performance.SaleFrom, now, h.performance.Zone))
	case catalog.SaleOver:
		v.Entry = p.T("performance.over")
	case catalog.SaleCancel:
		v.Entry = p.T("performance.cancelled")
	case catalog.SaleOpen:
		v.offer(h, c)
	}
	if v.Entry != "" || !v.Seated && len(v.Standing) < 2 {
		v.Page.Scripts = nil // nothing to draw
		v.Page.Wide = false
	}
	d.UI.Render(w, r, status, v.Page, page(v))
}

// offer fills in what can be chosen.
func (v *view) offer(h house, c choice) {
	v.Standing = standing(v.Page, h, c)
	v.Shapes = shapes(v.Page, h)
	v.Floors = floors(v.Page, h, c)
	v.open(h, c)
	v.Best = bestView{N: c.best.n, Zone: c.best.zone, Accessible: c.best.accessible, Most: v.Limit}
	if v.Best.N == "" {
		v.Best.N = strconv.Itoa(min(2, v.Limit))
	}
	v.Data = pickerData(v.Page, h, c)
}

func zones(p ui.Page, h house) []zoneView {
	var out []zoneView
	colours := h.paintsOf()
	for _, z := range h.performance.Zones {
		zv := zoneView{ID: z.ID, Name: p.Text(z.Name), Swatch: swatchView{colours[z.ID], signOf(h.performance, z.ID)}}
		for _, t := range h.performance.Types {
			if a, ok := h.performance.Price(z.ID, t.ID); ok {
				zv.Prices = append(zv.Prices, priceView{p.Text(t.Name), a.String()})
			}
		}
		out = append(out, zv)
	}
	return out
}

func standing(p ui.Page, h house, c choice) []standingView {
	var out []standingView
	colours := h.paintsOf()
	for _, z := range h.performance.Zones {
		has, left := false, 0
		for _, a := range h.plan.Areas() {
			if az, ok := h.performance.ZoneOf(a.Category); ok && az.ID == z.ID {
				has = true
				if a.No < len(h.left.Areas) {
					left += h.left.Areas[a.No].Free
				}
			}
		}
		if !has {
			continue
		}
		sv := standingView{ID: z.ID, Name: p.Text(z.Name), Swatch: swatchView{colours[z.ID], signOf(h.performance, z.ID)}, Left: left}
		for _, t := range h.performance.Types {
			a, ok := h.performance.Price(z.ID, t.ID)
			if !ok {
				continue
			}
			sv.Inputs = append(sv.Inputs, inputView{
				Field: field(z.ID, t.ID), Type: p.Text(t.Name), Amount: a.String(), Minor: a.Minor,
				Label: p.T("performance.quantity", "zone", p.Text(z.Name), "type", p.Text(t.Name), "price", a.String()),
				Value: c.typed(z.ID, t.ID), Max: min(h.performance.OrderLimit, left),
			})
		}
		out = append(out, sv)
	}
	return out
}

// floors lists the parts of the hall that have seats, with what is left in each.
func floors(p ui.Page, h house, c choice) []floorView {
	type sum struct {
		left int
		low  money.Amount
	}
	sums := map[string]*sum{}
	for _, s := range h.plan.Seats() {
		x := sums[s.Section]
		if x == nil {
			x = &sum{}
			sums[s.Section] = x
		}
		if !h.free(s.No) {
			continue
		}
		if _, a, ok := h.price(s); ok {
			if x.left == 0 || a.Minor < x.low.Minor {
				x.low = a
			}
			x.left++
		}
	}
	var out []floorView
	for _, f := range h.plan.Floors() {
		fv := floorView{Name: p.Text(f.Name)}
		for _, s := range h.plan.Sections() {
			x, seats := sums[s.ID]
			if s.Floor != f.ID || !seats {
				continue
			}
			sv := sectionView{ID: s.ID, Name: p.Text(s.Name), Left: x.left, Open: s.ID == c.section}
			if x.left > 0 {
				sv.From = p.T("performance.from", "price", x.low.String())
			}
			fv.Sections = append(fv.Sections, sv)
		}
		if len(fv.Sections) > 0 {
			out = append(out, fv)
		}
	}
	return out
}

// open shows the rows of the part that was asked for; of a small hall, all parts.
func (v *view) open(h house, c choice) {
	seats, rows := h.plan.Seats(), h.plan.Rows()
	shown := map[string]bool{}
	for _, s := range h.plan.Sections() {
		if len(s.Rows) == 0 || (s.ID != c.section && len(seats) > smallHall) {
			continue
		}
		ov := openView{ID: s.ID, Name: v.Text(s.Name)}
		for _, no := range s.Rows {
			r := rows[no]
			if rv := v.row(h, c, r, seats[r.First:r.First+r.Count]); len(rv.Seats) > 0 {
				ov.Rows = append(ov.Rows, rv)
			}
		}
		shown[s.ID] = true
		v.Open = append(v.Open, ov)
	}
	for _, id := range c.seats {
		if s, ok := h.plan.SeatByID(id); ok && !shown[s.Section] {
			v.Chosen = append(v.Chosen, v.seat(h, c, rows[s.RowNo], s))
		}
	}
}

// row leaves out seats that nobody sells.
func (v *view) row(h house, c choice, r catalog.Row, seats []catalog.Seat) rowView {
	var out rowView
	same := true
	for _, s := range seats {
		_, a, ok := h.price(s)
		if !ok {
			continue
		}
		if out.Price == "" {
			out.Price, out.Name = a.String(), rowName(v.Printer, r, s.Table)
		}
		same = same && a.String() == out.Price
		out.Seats = append(out.Seats, v.seat(h, c, r, s))
	}
	if !same {
		out.Price = ""
	}
	return out
}

func (v *view) seat(h house, c choice, r catalog.Row, s catalog.Seat) seatView {
	price := ""
	if _, a, ok := h.price(s); ok {
		price = a.String()
	}
	out := seatView{ID: s.ID, No: s.No, Number: s.Number, Label: full(v.Printer, r, s, price), Taken: !h.free(s.No), Shape: shapeOf(s)}
	out.Chosen = !out.Taken && c.has(s.ID)
	return out
}
