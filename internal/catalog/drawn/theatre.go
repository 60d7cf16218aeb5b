package drawn

import (
	"math"
	"strconv"

	"github.com/sahna/sahna/internal/catalog"
)

// The theatre's rows are arcs around a point behind the stage. Units: 40 to the metre.
const (
	theatreX, theatreY = 1000.0, -700.0
	seatStep           = 24.0
	rowStep            = 31.0
)

// arc is a row of the theatre: n seats at a distance from the middle, parted by aisles after the given numbers of seats.
type arc struct {
	radius float64
	n      int
	aisles []int
}

const aisleWidth = 40.0

// along gives the places of the seats, from left to right.
func (a arc) along() []float64 {
	out := make([]float64, a.n)
	s, next := 0.0, 0
	for i := range out {
		if next < len(a.aisles) && i == a.aisles[next] {
			s += aisleWidth
			next++
		}
		out[i] = s
		s += seatStep
	}
	for i := range out {
		out[i] -= (s - seatStep) / 2
	}
	return out
}

func onArc(radius, s float64) point {
	sin, cos := math.Sincos(s / radius)
	return at(theatreX+radius*sin, theatreY+radius*cos)
}

// band outlines rows: the first arc, the ends of each row, the last arc back.
func band(arcs []arc) []point {
	const margin, steps = 24, 12
	half := func(a arc) float64 { s := a.along(); return s[len(s)-1] + margin }
	front, back := arcs[0], arcs[len(arcs)-1]
	var out []point
	for i := 0; i <= steps; i++ {
		out = append(out, onArc(front.radius-margin, half(front)*(2*float64(i)/steps-1)))
	}
	for _, a := range arcs {
		out = append(out, onArc(a.radius, half(a)))
	}
	for i := steps; i >= 0; i-- {
		out = append(out, onArc(back.radius+margin, half(back)*(2*float64(i)/steps-1)))
	}
	for i := len(arcs) - 1; i >= 0; i-- {
		out = append(out, onArc(arcs[i].radius, -half(arcs[i])))
	}
	return out
}

// Theatre draws a theatre of about a thousand seats: stalls with a middle aisle, amphitheatre, two boxes with tables,
// and a balcony on the second floor.
func Theatre() *catalog.Plan {
	f := &file{
		Name: "Theatre", Size: size{2000, 1700},
		Categories: []category{
			{"box", "#b8336a", text("Ложа", "Ложа", "Box")},
			{"stalls-front", "#d9822b", text("Партер, 1–6-қатар", "Партер, ряды 1–6", "Stalls, rows 1–6")},
			{"stalls", "#2f8f6b", text("Партер, 7–16-қатар", "Партер, ряды 7–16", "Stalls, rows 7–16")},
			{"amphitheatre", "#3b73c8", text("Амфитеатр", "Амфитеатр", "Amphitheatre")},
			{"balcony", "#7a5bc2", text("Балкон", "Балкон", "Balcony")},
		},
		Floors: []named{
			{ID: "1", Name: text("1-қабат", "1 этаж", "Ground floor")},
			{ID: "2", Name: text("2-қабат", "2 этаж", "First floor")},
		},
		Entrances: []named{
			{ID: "A", Name: text("A есігі, сол жақ", "Вход A, слева", "Door A, left"), Position: &point{380, 620}},
			{ID: "B", Name: text("B есігі, оң жақ", "Вход B, справа", "Door B, right"), Position: &point{1620, 620}},
			{ID: "C", Name: text("C есігі, фойе", "Вход C, из фойе", "Door C, foyer"), Position: &point{1000, 1172}},
			{ID: "D", Name: text("D есігі, 2-қабат", "Вход D, 2 этаж", "Door D, first floor"), Position: &point{1000, 1480}},
		},
	}
	f.Zones = []*zone{stalls(), amphitheatre(), box("left", 330, -1), box("right", 1670, 1), balcony()}
	return f.plan()
}

func rows(z *zone, prefix string, arcs []arc, each func(row, i int, a arc, s *seat)) {
	for r, a := range arcs {
		out := row{Number: strconv.Itoa(r + 1), At: "both"}
		for i, s := range a.along() {
			st := seat{ID: id("%s-%d-%d", prefix, r+1, i+1), Number: strconv.Itoa(i + 1), Position: onArc(a.radius, s)}
			each(r+1, i+1, a, &st)
			out.Seats = append(out.Seats, st)
		}
		z.Rows = append(z.Rows, out)
	}
	z.Outline = band(arcs)
}

var behindColumn = text("Бағананың артында, сахнаның бір бөлігі көрінбейді", "За колонной, часть сцены не видна", "Behind a column, part of the stage is hidden")

func stalls() *zone {
	z := &zone{ID: "stalls", Title: text("Партер", "Партер", "Stalls"), Floor: "1"}
	var arcs []arc
	for r := 0; r < 16; r++ {
		n := 20 + 2*min(r, 7)
		arcs = append(arcs, arc{1000 + rowStep*float64(r), n, []int{n / 2}})
	}
	rows(z, "P", arcs, func(row, i int, a arc, s *seat) {
		s.Category, s.Entrance = "stalls", "A"
		if row <= 6 {
			s.Category = "stalls-front"
		}
		if i > a.n/2 {
			s.Entrance = "B"
		}
		fromSide := min(i, a.n+1-i)
		if (row == 13 || row == 14) && (fromSide == 3 || fromSide == 4) {
			s.Restricted, s.Note = true, behindColumn
		}
		if row == 16 && fromSide <= 4 {
			s.Accessible, s.Companion = fromSide == 1 || fromSide == 4, fromSide == 2 || fromSide == 3
			s.Note = text("Арбадағы көрермен үшін, табалдырықсыз", "Место для коляски, без порога", "Wheelchair place, no step")
			if s.Companion {
				s.Note = text("Еріп жүрушінің орны", "Место сопровождающего", "Place for a companion")
			}
		}
	})
	z.Areas = []area{
		rectangle(560, 60, 880, 150).painted("#8a7a6a", "").saying(text("Сахна", "Сцена", "Stage"), "#ffffff", 44),
	}
	for _, side := range []float64{-1, 1} {
		p := onArc(1000+rowStep*11.5, side*(17*seatStep-3.5*seatStep+aisleWidth/2))
		z.Areas = append(z.Areas, disc(p.X, p.Y, 9).painted("#6b6b6b", "#444444"))
	}
	return z
}

func amphitheatre() *zone {
	z := &zone{ID: "amphitheatre", Title: text("Амфитеатр", "Амфитеатр", "Amphitheatre"), Floor: "1", Entrance: "C"}
	var arcs []arc
	for r := 0; r < 8; r++ {
		n := 36 + 2*(r/2)
		arcs = append(arcs, arc{1575 + rowStep*float64(r), n, []int{10, n - 10}})
	}
	rows(z, "A", arcs, func(_, _ int, _ arc, s *seat) { s.Category = "amphitheatre" })
	return z
}

func balcony() *zone {
	z := &zone{ID: "balcony", Title: text("Балкон", "Балкон", "Balcony"), Floor: "2", Entrance: "D"}
	var arcs []arc
	for r := 0; r < 5; r++ {
		arcs = append(arcs, arc{1990 + rowStep*float64(r), 38, []int{12, 26}})
	}
	rows(z, "B", arcs, func(row, i int, a arc, s *seat) {
		s.Category = "balcony"
		if row == 1 && (i <= 2 || i > a.n-2) {
			s.Restricted = true
			s.Note = text("Алдында таяныш бар", "Перед местом перила", "A rail in front")
		}
	})
	return z
}

// box is a loge beside the stage: two tables with four chairs each.
func box(name string, x, side float64) *zone {
	title := text("Сол жақ ложа", "Левая ложа", "Left box")
	door := "A"
	if side > 0 {
		title, door = text("Оң жақ ложа", "Правая ложа", "Right box"), "B"
	}
	z := &zone{ID: "box-" + name, Title: title, Floor: "1", Entrance: door}
	z.Outline = []point{at(x-70, 250), at(x+70, 250), at(x+70, 540), at(x-70, 540)}
	for t, y := range []float64{325, 465} {
		label := strconv.Itoa(t + 1)
		z.Areas = append(z.Areas, area{
			Shape: "circle", Position: at(x, y), Circle: &circle{20}, Color: "#c9b79c",
			Table: &table{ID: "t" + label, Label: label},
		})
		r := row{Number: label}
		for i := 0; i < 4; i++ {
			sin, cos := math.Sincos(math.Pi/4 + float64(i)*math.Pi/2)
			r.Seats = append(r.Seats, seat{
				ID: id("L%s-%d-%d", name[:1], t+1, i+1), Number: strconv.Itoa(i + 1), Position: at(x+42*sin, y-42*cos),
				Category: "box", Table: "t" + label,
			})
		}
		z.Rows = append(z.Rows, r)
	}
	return z
}
