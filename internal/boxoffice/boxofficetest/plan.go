package boxofficetest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/sahna/sahna/internal/catalog"
)

// Plan is the small hall of New: ten rows of twenty seats with an aisle in the middle, and a floor to stand on.
func Plan(t testing.TB) *catalog.Plan {
	t.Helper()
	type object = map[string]any
	at := func(x, y int) object { return object{"x": x, "y": y} }
	var rows []object
	for r := 1; r <= 10; r++ {
		category := "stalls"
		if r > 5 {
			category = "circle"
		}
		var seats []object
		for n := 1; n <= 20; n++ {
			x := n * 20
			if n > 10 {
				x += 30 // the aisle
			}
			seats = append(seats, object{"seat_guid": fmt.Sprintf("%d-%d", r, n), "seat_number": fmt.Sprint(n), "category": category, "position": at(x, 0)})
		}
		rows = append(rows, object{"row_number": fmt.Sprint(r), "position": at(0, 100+r*25), "seats": seats})
	}
	standing := object{
		"shape": "rectangle", "position": at(100, 400), "rectangle": object{"width": 300, "height": 100},
		"standing": object{"id": "floor", "name": same("Floor"), "category": "floor", "capacity": 50},
	}
	file, err := json.Marshal(object{
		"format": "sahna-plan/1", "name": "Small hall", "size": object{"width": 500, "height": 500},
		"categories": []object{{"name": "stalls", "color": "#aa3333"}, {"name": "circle", "color": "#3333aa"}, {"name": "floor", "color": "#33aa33"}},
		"zones":      []object{{"zone_id": "hall", "name": "Hall", "position": at(0, 0), "rows": rows, "areas": []object{standing}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := catalog.ParsePlan(file)
	if err != nil {
		t.Fatalf("the small hall: %v", err)
	}
	return p
}
