package admission

import (
	"context"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// Place is where a ticket's holder goes, for the person at the door.
type Place struct {
	Section     i18n.Text // or the standing area's name
	Row, Number string    // empty for a standing place
	Table       string    // in place of a row, when the seat stands at one
	Zone        i18n.Text
	Type        i18n.Text
	Entrance    i18n.Text
}

// Place tells where a ticket's holder goes.
func (a *Admission) Place(ctx context.Context, t boxoffice.Ticket) (Place, error) {
	p, err := a.catalog.Performance(ctx, t.PerformanceID)
	if err != nil {
		return Place{}, err
	}
	plan, err := a.catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return Place{}, err
	}
	return placeOf(t, p, plan), nil
}

func placeOf(t boxoffice.Ticket, p catalog.Performance, plan *catalog.Plan) Place {
	var out Place
	if seats := plan.Seats(); t.SeatNo >= 0 && t.SeatNo < len(seats) {
		s := seats[t.SeatNo]
		out.Section, out.Row, out.Number, out.Entrance = s.SectionName, s.Row, s.Number, entranceOf(plan, s.Entrance)
		if s.Table != "" {
			out.Row, out.Table = "", s.Table
		}
	} else if areas := plan.Areas(); t.AreaNo >= 0 && t.AreaNo < len(areas) {
		out.Section, out.Entrance = areas[t.AreaNo].Name, entranceOf(plan, areas[t.AreaNo].Entrance)
	}
	for _, z := range p.Zones {
		if z.ID == t.ZoneID {
			out.Zone = z.Name
		}
	}
	if tt, ok := p.Type(t.TypeID); ok {
		out.Type = tt.Name
	}
	return out
}

func entranceOf(plan *catalog.Plan, id string) i18n.Text {
	e, _ := plan.Entrance(id)
	return e.Name
}
