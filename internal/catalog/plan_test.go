package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sahna/sahna/internal/platform/fault"
)

func readPlanFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustParse(t testing.TB, data []byte) *Plan {
	t.Helper()
	p, err := ParsePlan(data)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return p
}

func sameJSON(t *testing.T, want, got []byte) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(w, g); d != "" {
		t.Errorf("something was lost (-before +after):\n%s", d)
	}
}

func TestPretixGoesInAndOutWithoutLoss(t *testing.T) {
	for _, name := range []string{"plan_pretix.json", "plan_pretix_2019.json"} {
		t.Run(name, func(t *testing.T) {
			data := readPlanFile(t, name)
			p := mustParse(t, data)
			again := mustParse(t, p.JSON()) // through our own format
			if p.Hash() != again.Hash() || string(p.JSON()) != string(again.JSON()) {
				t.Errorf("our own JSON does not come back the same")
			}
			out, warnings, err := ExportPretix(again)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("export: %v, warnings %q", err, warnings)
			}
			sameJSON(t, data, out)
		})
	}
}

func TestOwnPlan(t *testing.T) {
	p := mustParse(t, readPlanFile(t, "plan_own.json"))
	if got, want := len(p.Seats()), 10; got != want {
		t.Fatalf("%d seats, want %d", got, want)
	}
	s, ok := p.SeatByID("P-1-3")
	if !ok || s.No != 2 || s.X != 190 || s.Y != 120 || s.Row != "1" || s.Number != "3" || s.Section != "parterre" || s.Floor != "ground" {
		t.Errorf("seat P-1-3 is %+v", s)
	}
	if !s.Restricted || s.Note.EN != "Behind a column" || s.Entrance != "A" || s.Radius != 10 {
		t.Errorf("seat P-1-3 lost its notes: %+v", s)
	}
	if w, _ := p.SeatByID("P-2-1"); !w.Accessible {
		t.Errorf("P-2-1 is not accessible: %+v", w)
	}
	if c, _ := p.SeatByID("P-2-2"); !c.Companion {
		t.Errorf("P-2-2 is not for a companion: %+v", c)
	}
	if at, _ := p.SeatByID("T-1"); at.Table != "Table 1" || at.Floor != "balcony" {
		t.Errorf("seat at the table: %+v", at)
	}
	a := p.Areas()
	if len(a) != 1 || a[0].Capacity != 250 || a[0].Category != "floor" || a[0].Section != "upper" || a[0].Shape.W != 300 || a[0].Shape.X != 100 || a[0].Shape.Y != 600 {
		t.Errorf("standing areas: %+v", a)
	}
	if len(p.Decor()) != 1 || p.Decor()[0].Text.EN != "Stage" || len(p.Tables()) != 1 {
		t.Errorf("decor %+v, tables %+v", p.Decor(), p.Tables())
	}
	if len(p.Floors()) != 2 || len(p.Entrances()) != 1 || len(p.Sections()) != 2 || len(p.Sections()[0].Outline) != 4 {
		t.Errorf("floors %v, entrances %v, sections %v", p.Floors(), p.Entrances(), p.Sections())
	}
	_, warnings, err := ExportPretix(p)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(warnings, "\n"); len(warnings) != 10 || !strings.Contains(got, "1 standing areas") {
		t.Errorf("warnings:\n%s", got)
	}
	out, _, _ := ExportPretix(p)
	if q, err := ParsePlan(out); err != nil || len(q.Seats()) != 10 {
		t.Errorf("the export cannot be read: %v", err)
	}
}

func TestHashNamesTheContentOnly(t *testing.T) {
	data := readPlanFile(t, "plan_own.json")
	a := mustParse(t, data)
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	other, _ := json.Marshal(v) // names sorted, white space gone
	if b := mustParse(t, other); a.Hash() != b.Hash() {
		t.Errorf("white space and the order of names change the hash")
	}
	moved := strings.Replace(string(data), `"seat_number": "3"`, `"seat_number": "4"`, 1)
	if c := mustParse(t, []byte(moved)); a.Hash() == c.Hash() {
		t.Errorf("another seat number leaves the hash as it was")
	}
	if len(a.Hash()) != 64 || strings.ToLower(a.Hash()) != a.Hash() {
		t.Errorf("hash %q", a.Hash())
	}
}

func TestPlacesInARow(t *testing.T) {
	xs := func(at ...float64) []Seat {
		var out []Seat
		for _, x := range at {
			out = append(out, Seat{X: x, Y: 3})
		}
		return out
	}
	places := func(s []Seat) (out []int) {
		number(s)
		for _, x := range s {
			out = append(out, x.Place)
		}
		return out
	}
	tests := map[string]struct {
		seats []Seat
		want  []int
	}{
		"side by side":           {xs(0, 20, 40), []int{1, 2, 3}},
		"an aisle":               {xs(0, 20, 60, 80), []int{1, 2, 4, 5}},
		"a narrow aisle":         {xs(0, 20, 54, 74), []int{1, 2, 4, 5}},
		"a little more room":     {xs(0, 20, 44, 64), []int{1, 2, 3, 4}},
		"listed odd before even": {xs(0, 40, 80, 20, 60), []int{1, 3, 5, 2, 4}},
		"one seat":               {xs(7), []int{1}},
		"all on one spot":        {xs(5, 5, 5), []int{1, 2, 3}},
		"two and an aisle":       {xs(0, 20, 100), []int{1, 2, 6}},
		"from right to left":     {xs(40, 20, 0), []int{1, 2, 3}},
		"listed upwards":         {[]Seat{{Y: 40}, {Y: 0}, {Y: 20}}, []int{3, 1, 2}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, places(tt.seats)); d != "" {
				t.Errorf("places (-want +got):\n%s", d)
			}
		})
	}
}

func TestBadPlans(t *testing.T) {
	own := string(readPlanFile(t, "plan_own.json"))
	pretix := string(readPlanFile(t, "plan_pretix.json"))
	tests := []struct {
		name, from, old, new string
		line                 int
		path, reason         string
	}{
		{"unknown property", own, `"x": 40, "y": 0`, "\n\"z\": 1, \"x\": 40, \"y\": 0", 0, "zones[0].rows[0].seats[2].position.z", "unknown property"},
		{"seat twice", own, `"P-1-2"`, `"P-1-1"`, 0, "zones[0].rows[0].seats[1].seat_guid", "stands on line"},
		{"unknown category", own, `"category": "cheap"`, `"category": "nope"`, 0, "zones[0].rows[1].seats[0].category", `no category named "nope"`},
		{"unknown floor", own, `"floor": "balcony"`, `"floor": "attic"`, 0, "zones[1].floor", `no floor named "attic"`},
		{"unknown entrance", own, `"entrance": "A"`, `"entrance": "Z"`, 0, "zones[0].entrance", `no entrance named "Z"`},
		{"unknown table", own, `"table": "t1"`, `"table": "t9"`, 0, "zones[1].rows[0].seats[0].table", `no table named "t9"`},
		{"negative capacity", own, `"capacity": 250`, `"capacity": -1`, 0, "zones[1].areas[0].standing.capacity", "from 0"},
		{"half a person", own, `"capacity": 250`, `"capacity": 2.5`, 0, "zones[1].areas[0].standing.capacity", "whole number"},
		{"not a number", own, `"x": 40, "y": 0`, `"x": NaN, "y": 0`, 0, "zones[0].rows[0].seats[2].position.x", "not JSON"},
		{"too large a number", own, `"x": 40, "y": 0`, `"x": 1e999, "y": 0`, 0, "zones[0].rows[0].seats[2].position.x", "number from"},
		{"text for a number", own, `"x": 40, "y": 0`, `"x": "190", "y": 0`, 0, "zones[0].rows[0].seats[2].position.x", "expected a number, found a string"},
		{"missing property", own, `"seat_number": "3",`, ``, 0, "zones[0].rows[0].seats[2]", `"seat_number" is missing`},
		{"property twice", own, `"x": 40, "y": 0`, `"x": 1, "x": 40, "y": 0`, 0, "zones[0].rows[0].seats[2].position.x", "twice"},
		{"size of nothing", own, `"width": 1000`, `"width": 0`, 0, "size.width", "number from 1"},
		{"no own words in pretix", own, `"format": "sahna-plan/1",`, ``, 0, "", "unknown property in a pretix plan"},
		{"two variants in one", pretix, `"name": "Ring 1",`, `"name": "Ring 1", "displayed": true,`, 0, "zones[1].displayed", "by its line 11"},
		{"pretix without a size", pretix, `"size": {"width": 800, "height": 600},`, ``, 0, "", `"size" is missing`},
		{"control characters", own, `"P-1-2"`, `"P\u0000"`, 0, "zones[0].rows[0].seats[1].seat_guid", "control character"},
		{"end in the middle", own[:len(own)/2], "", "", 0, "", ""},
		{"more after the end", own + "{}", "", "", 0, "", "after the plan's end"},
		{"nothing", "", "", "", 1, "", "ends too early"},
		{"a list", "[]", "", "", 1, "", "expected an object"},
		{"null", "null", "", "", 1, "", "expected an object, found null"},
		{"not UTF-8", "{\n\"name\": \"\xff\"}", "", "", 2, "", "not UTF-8"},
		{"deep nonsense", strings.Repeat(`{"zones":[`, 100000), "", "", 1, "zones[0].zones", "unknown property"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.from
			if tt.old != "" {
				if !strings.Contains(data, tt.old) {
					t.Fatalf("the file has no %s", tt.old)
				}
				data = strings.Replace(data, tt.old, tt.new, 1)
			}
			p, err := ParsePlan([]byte(data))
			var pe *PlanError
			if p != nil || !errors.As(err, &pe) {
				t.Fatalf("got plan %v, error %v", p != nil, err)
			}
			if !strings.Contains(pe.Reason, tt.reason) || (tt.path != "" && pe.Path != tt.path) || (tt.line > 0 && pe.Line != tt.line) {
				t.Errorf("got line %d, path %q, reason %q", pe.Line, pe.Path, pe.Reason)
			}
			if !errors.Is(err, ErrBadPlan) || fault.KindOf(err) != fault.Invalid {
				t.Errorf("the doors do not know it as a bad plan: %v", err)
			}
		})
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	own := string(readPlanFile(t, "plan_own.json"))
	bad := strings.Replace(own, `"category": "cheap"`, `"category": "nope"`, 1)
	want := 1 + strings.Count(bad[:strings.Index(bad, `"nope"`)], "\n")
	_, err := ParsePlan([]byte(bad))
	var pe *PlanError
	if !errors.As(err, &pe) || pe.Line != want {
		t.Errorf("got %v, want line %d", err, want)
	}
}

func TestTooManySeatsAndTooBigAFile(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"name":"x","size":{"width":10,"height":10},"categories":[{"name":"c"}],"zones":[{"position":{"x":0,"y":0},"rows":[{"row_number":"1","seats":[`)
	for i := 0; i <= MaxPlanSeats; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"seat_guid":"%d","seat_number":"1","position":{"x":%d,"y":0},"category":"c"}`, i, i)
	}
	b.WriteString(`]}]}]}`)
	if _, err := ParsePlan([]byte(b.String())); err == nil || !strings.Contains(err.Error(), "more than 120000") {
		t.Errorf("got %v", err)
	}
	if _, err := ParsePlan(make([]byte, MaxPlanBytes+1)); err == nil || !strings.Contains(err.Error(), "16 MB") {
		t.Errorf("got %v", err)
	}
}

func TestColorsThatCanBeDrawn(t *testing.T) {
	for in, want := range map[string]string{
		"#ff0000": "#ff0000", "#F00": "#F00", "red": "red", "": "", "url(x)": "", "#12345": "", "#ggg": "", "rgb(1,2,3)": "", `red"`: "", "#12345678": "#12345678",
	} {
		if got := drawable(in); got != want {
			t.Errorf("drawable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPlacesAreDistinctInEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		seats := make([]Seat, n)
		for i := range seats {
			seats[i] = Seat{X: rapid.Float64Range(-500, 500).Draw(t, "x"), Y: rapid.Float64Range(-50, 50).Draw(t, "y")}
		}
		number(seats)
		seen := map[int]bool{}
		for _, s := range seats {
			if s.Place < 1 || seen[s.Place] {
				t.Fatalf("place %d twice or below 1", s.Place)
			}
			seen[s.Place] = true
		}
	})
}

func FuzzParsePlan(f *testing.F) {
	for _, name := range []string{"plan_own.json", "plan_pretix.json", "plan_pretix_2019.json"} {
		f.Add(readPlanFile(f, name))
	}
	f.Add([]byte(`{"name":"","zones":[],"categories":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePlan(data)
		if err != nil {
			var pe *PlanError
			if p != nil || !errors.As(err, &pe) || pe.Line < 1 || pe.Reason == "" {
				t.Fatalf("half a plan, or an error without a place: %v", err)
			}
			return
		}
		again, err := ParsePlan(p.JSON())
		if err != nil || again.Hash() != p.Hash() {
			t.Fatalf("canonical JSON does not come back: %v", err)
		}
		out, _, err := ExportPretix(p)
		if err != nil {
			t.Fatalf("export: %v", err)
		}
		back, err := ParsePlan(out)
		if err != nil || len(back.Seats()) != len(p.Seats()) {
			t.Fatalf("the export cannot be read: %v\n%s", err, out)
		}
		for i, s := range p.Seats() {
			if s.No != i {
				t.Fatalf("seat %d has number %d", i, s.No)
			}
		}
	})
}
