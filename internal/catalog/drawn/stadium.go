package drawn

import (
	"math"
	"strconv"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The stadium in metres, drawn at 40 units to the metre: an ellipse around the pitch, rows at equal distance from it.
const (
	metre           = 40.0
	ovalA, ovalB    = 76.0, 56.0
	middleX         = 112.0
	middleY         = 92.0
	sectors         = 24
	stairs          = 1.6
	chair           = 0.56
	tread           = 0.85
	upperFrom       = 21.0
	samples         = 96
	ovalSteps       = 4800
	gates           = "ABCDEFGH"
	sectorsPerGate  = sectors / len(gates)
	lowerFirstRowAt = 0.0
)

// bowl is a point at the ellipse's parameter t, d metres outside of it.
func bowl(t, d float64) (x, y float64) {
	sin, cos := math.Sincos(t)
	nx, ny := cos/ovalA, sin/ovalB
	n := math.Hypot(nx, ny)
	return middleX + ovalA*cos + d*nx/n, middleY + ovalB*sin + d*ny/n
}

// edges cuts the ellipse into sectors of equal length; the first stands in the middle of the upper long side.
func edges() []float64 {
	steps := make([]float64, ovalSteps+1)
	px, py := bowl(-math.Pi/2, 0)
	for i := 1; i <= ovalSteps; i++ {
		x, y := bowl(-math.Pi/2+2*math.Pi*float64(i)/ovalSteps, 0)
		steps[i] = steps[i-1] + math.Hypot(x-px, y-py)
		px, py = x, y
	}
	out := make([]float64, sectors+1)
	for s, i := 0, 0; s <= sectors; s++ {
		for i < ovalSteps && steps[i] < steps[ovalSteps]*float64(s)/sectors {
			i++
		}
		out[s] = -math.Pi/2 + 2*math.Pi*float64(i)/ovalSteps
	}
	half := (out[1] - out[0]) / 2
	for s := range out {
		out[s] -= half
	}
	return out
}

// bowlRow places chairs at equal distances on the curve between two edges, stairs left free.
func bowlRow(t0, t1, d float64) []point {
	lengths := make([]float64, samples+1)
	px, py := bowl(t0, d)
	for i := 1; i <= samples; i++ {
		x, y := bowl(t0+(t1-t0)*float64(i)/samples, d)
		lengths[i] = lengths[i-1] + math.Hypot(x-px, y-py)
		px, py = x, y
	}
	n := int((lengths[samples] - stairs) / chair)
	from := (lengths[samples] - chair*float64(n-1)) / 2
	out := make([]point, n)
	for k, i := 0, 1; k < n; k++ {
		want := from + chair*float64(k)
		for i < samples && lengths[i] < want {
			i++
		}
		part := (float64(i-1) + (want-lengths[i-1])/(lengths[i]-lengths[i-1])) / samples
		x, y := bowl(t0+(t1-t0)*part, d)
		out[k] = at(x*metre, y*metre)
	}
	return out
}

// Stadium draws a football stadium of over 23,000 seats: 24 sectors in two tiers around the pitch, entrances A–H.
func Stadium() *catalog.Plan { return StadiumOf(18, 12) }

// StadiumOf draws the stadium with as many rows in its lower tier (at most 23) and in its upper one.
func StadiumOf(lowerRows, upperRows int) *catalog.Plan {
	f := &file{
		Name: "Stadium", Size: size{2 * middleX * metre, 2 * middleY * metre},
		Categories: []category{
			{"central", "#b8336a", text("Орталық трибуна", "Центральная трибуна", "Central stand")},
			{"lower", "#d9822b", text("Төменгі қабат", "Нижний ярус", "Lower tier")},
			{"upper-central", "#2f8f6b", text("Жоғарғы қабат, орталық", "Верхний ярус, центр", "Upper tier, centre")},
			{"upper", "#3b73c8", text("Жоғарғы қабат", "Верхний ярус", "Upper tier")},
		},
		Floors: []named{
			{ID: "lower", Name: text("Төменгі қабат", "Нижний ярус", "Lower tier")},
			{ID: "upper", Name: text("Жоғарғы қабат", "Верхний ярус", "Upper tier")},
		},
	}
	cut := edges()
	for g := range gates {
		t := cut[g*sectorsPerGate] + (cut[(g+1)*sectorsPerGate]-cut[g*sectorsPerGate])/2
		x, y := bowl(t, upperFrom+tread*float64(upperRows)+4)
		p := at(x*metre, y*metre)
		letter := string(gates[g])
		f.Entrances = append(f.Entrances, named{ID: letter, Name: text(letter+" кіреберісі", "Вход "+letter, "Entrance "+letter), Position: &p})
	}
	f.Zones = append(f.Zones, pitch())
	for s := 0; s < sectors; s++ {
		f.Zones = append(f.Zones, tier(cut, s, "1", "lower", lowerFirstRowAt, lowerRows))
	}
	for s := 0; s < sectors; s++ {
		f.Zones = append(f.Zones, tier(cut, s, "2", "upper", upperFrom, upperRows))
	}
	return f.plan()
}

// pitch is drawn in a section of its own without seats.
func pitch() *zone {
	const w, h = 105 * metre, 68 * metre
	x, y := middleX*metre-w/2, middleY*metre-h/2
	line := "#cfe8cf"
	return &zone{
		ID: "pitch", Title: text("Алаң", "Поле", "Pitch"), Floor: "lower", Rows: []row{},
		Areas: []area{
			rectangle(x, y, w, h).painted("#3f8f4f", line),
			rectangle(x+w/2-3, y, 6, h).painted(line, ""),
			disc(x+w/2, y+h/2, 9.15*metre).painted("#3f8f4f", line),
			disc(x+w/2, y+h/2, 14).painted(line, ""),
			rectangle(x, y+h/2-20.15*metre, 16.5*metre, 40.3*metre).painted("#3f8f4f", line),
			rectangle(x+w-16.5*metre, y+h/2-20.15*metre, 16.5*metre, 40.3*metre).painted("#3f8f4f", line),
		},
	}
}

func sectorName(n string) i18n.Text { return text(n+"-сектор", "Сектор "+n, "Sector "+n) }

// central sectors look along the halfway line.
func central(s int) bool {
	half := s % (sectors / 2)
	return half <= 1 || half == sectors/2-1
}

func tier(cut []float64, s int, hundred, floor string, from float64, rows int) *zone {
	number := id("%s%02d", hundred, s+1)
	z := &zone{ID: number, Title: sectorName(number), Floor: floor, Entrance: string(gates[s/sectorsPerGate])}
	category := floor
	if central(s) {
		category = map[string]string{"lower": "central", "upper": "upper-central"}[floor]
	}
	for r := 0; r < rows; r++ {
		out := row{Number: strconv.Itoa(r + 1), At: "start"}
		places := bowlRow(cut[s], cut[s+1], from+tread*float64(r))
		for i, p := range places {
			st := seat{ID: id("%s-%d-%d", number, r+1, i+1), Number: strconv.Itoa(i + 1), Position: p, Category: category, Radius: 9}
			fromSide := min(i, len(places)-1-i)
			switch {
			case floor == "lower" && r == rows-1 && s%3 == 1 && fromSide < 4:
				st.Accessible, st.Companion = fromSide%2 == 0, fromSide%2 == 1
			case floor == "upper" && r == 0 && fromSide < 2:
				st.Restricted = true
				st.Note = text("Алдында таяныш бар", "Перед местом перила", "A rail in front")
			}
			out.Seats = append(out.Seats, st)
		}
		z.Rows = append(z.Rows, out)
	}
	z.Outline = wedge(cut[s], cut[s+1], from-0.6, from+tread*float64(rows-1)+0.6)
	return z
}

// wedge outlines a sector, leaving half of the stairs to each neighbour.
func wedge(t0, t1, d0, d1 float64) []point {
	const gap = 0.012
	t0, t1 = t0+(t1-t0)*gap, t1-(t1-t0)*gap
	var out []point
	for i := 0; i <= 6; i++ {
		x, y := bowl(t0+(t1-t0)*float64(i)/6, d0)
		out = append(out, at(x*metre, y*metre))
	}
	for i := 6; i >= 0; i-- {
		x, y := bowl(t0+(t1-t0)*float64(i)/6, d1)
		out = append(out, at(x*metre, y*metre))
	}
	return out
}
