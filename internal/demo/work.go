package demo

import (
	"slices"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// house is an organiser with its venue, halls and season.
type house struct {
	organiser catalog.Organiser
	venue     catalog.Venue
	halls     []room
	works     []work
}

type room struct {
	slug string
	name i18n.Text
	plan func() *catalog.Plan
}

// work is an event with its prices and when it is given.
type work struct {
	slug, hall            string
	title, subtitle, text i18n.Text
	genre, age, language  string
	minutes               int
	prices                map[string]int64 // adult's price by the plan's category, tenge
	types                 []ticketType
	limit                 int
	rules                 []rule
	tonight               string // which of IDs it is
	soon                  bool   // the sale has not begun
}

// rule says on which days and hours a work is given.
type rule struct {
	days  []time.Weekday
	at    []string
	every int // weeks; 0 is every week
	phase int // which of them
	ahead int // days; 0 is the whole season
}

type ticketType struct {
	id      string
	name    i18n.Text
	percent int64 // of the adult's price
}

var (
	adult     = ticketType{"adult", text("Ересек", "Взрослый", "Adult"), 100}
	child     = ticketType{"child", text("Бала (14 жасқа дейін)", "Детский (до 14 лет)", "Child (under 14)"), 50}
	student   = ticketType{"student", text("Студент", "Студент", "Student"), 70}
	pensioner = ticketType{"pensioner", text("Зейнеткер", "Пенсионер", "Pensioner"), 60}
)

func text(kk, ru, en string) i18n.Text { return i18n.Text{KK: kk, RU: ru, EN: en} }

var everyDayButMonday = []time.Weekday{time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func on(day time.Weekday, at ...string) rule { return rule{days: []time.Weekday{day}, at: at} }

// each makes a rule hold every n-th week only.
func (r rule) each(n, phase int) rule {
	r.every, r.phase = n, phase
	return r
}

// times lists hours from one to another.
func times(from, to string, step time.Duration) []string {
	var out []string
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for t, end := local(day, from), local(day, to); !t.After(end); t = t.Add(step) {
		out = append(out, t.In(i18n.Zone(zone)).Format("15:04"))
	}
	return out
}

// dates lists when the work is given after now. Weeks are counted from a fixed Monday, so another filling finds the same ones.
func (w work) dates(now time.Time) []time.Time {
	var out []time.Time
	today := local(now, "12:00")
	for d := range weeks * 7 {
		day := today.AddDate(0, 0, d)
		for _, r := range w.rules {
			if r.ahead > 0 && d >= r.ahead || !r.holds(day) {
				continue
			}
			for _, at := range r.at {
				if t := local(day, at); t.After(now.Add(time.Hour)) {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

var firstMonday = time.Date(2024, 1, 1, 7, 0, 0, 0, time.UTC)

func (r rule) holds(day time.Time) bool {
	week := int(day.Sub(firstMonday).Hours()) / (24 * 7)
	return slices.Contains(r.days, day.In(i18n.Zone(zone)).Weekday()) && (r.every < 2 || week%r.every == r.phase)
}

func (w work) performance(e catalog.Event, where place, at, now time.Time) catalog.Performance {
	p := catalog.Performance{
		EventID: e.ID, HallID: where.hall.ID, PlanHash: where.plan.Hash(), Zone: zone,
		DoorsAt: at.Add(-time.Hour), StartsAt: at, EndsAt: at.Add(time.Duration(w.minutes) * time.Minute),
		SaleUntil: at.Add(30 * time.Minute), OrderLimit: w.limit, Currency: money.KZT,
	}
	if p.OrderLimit == 0 {
		p.OrderLimit = 8
	}
	if w.soon {
		p.SaleFrom = local(now.AddDate(0, 0, 1), "12:00")
	}
	for _, t := range w.types {
		p.Types = append(p.Types, catalog.TicketType{ID: t.id, Code: t.id, Name: t.name})
	}
	for _, c := range where.plan.Categories() {
		full, sold := w.prices[c.Name]
		if !sold {
			continue
		}
		p.Zones = append(p.Zones, catalog.PriceZone{ID: c.Name, Name: c.Title, Color: c.Color, Categories: []string{c.Name}})
		for _, t := range w.types {
			p.Prices = append(p.Prices, catalog.Price{ZoneID: c.Name, TypeID: t.id, Amount: money.Tenge(full * t.percent / 100 / 100 * 100)})
		}
	}
	return p
}
