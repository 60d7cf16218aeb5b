package drawn

import (
	"math"
	"testing"

	"github.com/sahna/sahna/internal/catalog"
)

func TestSizes(t *testing.T) {
	theatre, stadium, club, museum := Theatre(), Stadium(), Club(), Museum()
	if n := len(theatre.Seats()); n < 950 || n > 1050 {
		t.Errorf("theatre has %d seats, want about 1,000", n)
	}
	if n := len(stadium.Seats()); n <= 23000 || n > 32000 {
		t.Errorf("stadium has %d seats, want over 23,000", n)
	}
	if n := len(club.Areas()); n != 2 || len(club.Seats()) != 32 || len(club.Tables()) != 8 {
		t.Errorf("club has %d standing areas and %d seats at %d tables", n, len(club.Seats()), len(club.Tables()))
	}
	if a := museum.Areas(); len(a) != 1 || a[0].ID != "entry" || a[0].Capacity != 30 {
		t.Errorf("museum: %+v", a)
	}
	if n := len(stadium.Entrances()); n != 8 {
		t.Errorf("stadium has %d entrances", n)
	}
	if n := len(theatre.Floors()); n != 2 {
		t.Errorf("theatre has %d floors", n)
	}
}

func TestSameAtEveryRun(t *testing.T) {
	for name, draw := range map[string]func() *catalog.Plan{"theatre": Theatre, "stadium": Stadium, "club": Club, "museum": Museum} {
		if first, second := draw().Hash(), draw().Hash(); first != second {
			t.Errorf("%s is drawn another way the second time", name)
		}
	}
}

func TestNoSeatStandsOnAnother(t *testing.T) {
	for name, draw := range map[string]func() *catalog.Plan{"theatre": Theatre, "stadium": Stadium, "club": Club} {
		cells := map[[2]int][]catalog.Seat{}
		const cell = 40.0
		for _, s := range draw().Seats() {
			x, y := int(math.Floor(s.X/cell)), int(math.Floor(s.Y/cell))
			for dx := -1; dx <= 1; dx++ {
				for dy := -1; dy <= 1; dy++ {
					for _, o := range cells[[2]int{x + dx, y + dy}] {
						if math.Hypot(s.X-o.X, s.Y-o.Y) < s.Radius+o.Radius {
							t.Fatalf("%s: %s stands on %s", name, s.ID, o.ID)
						}
					}
				}
			}
			cells[[2]int{x, y}] = append(cells[[2]int{x, y}], s)
		}
	}
}

func TestTheatreHasItsSpecialPlaces(t *testing.T) {
	var accessible, companion, restricted int
	p := Theatre()
	for _, s := range p.Seats() {
		if s.Accessible {
			accessible++
		}
		if s.Companion {
			companion++
		}
		if s.Restricted {
			restricted++
			if s.Note.KK == "" || s.Note.RU == "" || s.Note.EN == "" {
				t.Errorf("%s says nothing of its view", s.ID)
			}
		}
	}
	if accessible != 4 || companion != 4 || restricted < 8 {
		t.Errorf("%d accessible, %d companion, %d restricted", accessible, companion, restricted)
	}
	left, _ := p.SeatByID("P-1-10")
	right, _ := p.SeatByID("P-1-11")
	next, _ := p.SeatByID("P-1-9")
	if right.Place-left.Place < 2 || left.Place-next.Place != 1 {
		t.Errorf("places around the aisle: %d %d %d", next.Place, left.Place, right.Place)
	}
}

func TestRowsOfTheStadiumHaveNoAisleInside(t *testing.T) {
	p := Stadium()
	for _, r := range p.Rows() {
		seats := p.Seats()[r.First : r.First+r.Count]
		for i := 1; i < len(seats); i++ {
			if seats[i].Place-seats[i-1].Place != 1 {
				t.Fatalf("%s and %s are no neighbours", seats[i-1].ID, seats[i].ID)
			}
		}
	}
}
