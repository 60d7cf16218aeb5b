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
	return newPlaces(p, plan).of(t), nil
}

// places tells where holders of tickets of one performance go.
type places struct {
	seats                   []catalog.Seat
	areas                   []catalog.StandingArea
	entrances, zones, types map[string]i18n.Text
}

func newPlaces(p catalog.Performance, plan *catalog.Plan) places {
	x := places{seats: plan.Seats(), areas: plan.Areas(), entrances: map[string]i18n.Text{}, zones: map[string]i18n.Text{}, types: map[string]i18n.Text{}}
	for _, e := range plan.Entrances() {
		x.entrances[e.ID] = e.Name
	}
	for _, z := range p.Zones {
		x.zones[z.ID] = z.Name
	}
	for _, t := range p.Types {
		x.types[t.ID] = t.Name
	}
	if t, ok := p.Type(""); ok {
		x.types[""] = t.Name
	}
	return x
}

func (x places) of(t boxoffice.Ticket) Place {
	out := Place{Zone: x.zones[t.ZoneID], Type: x.types[t.TypeID]}
	switch {
	case t.SeatNo >= 0 && t.SeatNo < len(x.seats):
		s := x.seats[t.SeatNo]
		out.Section, out.Row, out.Number, out.Entrance = s.SectionName, s.Row, s.Number, x.entrances[s.Entrance]
		if s.Table != "" {
			out.Row, out.Table = "", s.Table
		}
	case t.AreaNo >= 0 && t.AreaNo < len(x.areas):
		a := x.areas[t.AreaNo]
		out.Section, out.Entrance = a.Name, x.entrances[a.Entrance]
	}
	return out
}
