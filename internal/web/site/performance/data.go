package performance

import (
	"github.com/sahna/sahna/internal/web/ui"
)

// data is what the picker in the browser is told with the page; its reader is internal/web/ui/src/picker/data.ts.
type data struct {
	ID           string            `json:"id"`
	Plan         string            `json:"plan"`
	Availability string            `json:"availability"`
	Live         string            `json:"live"`
	Limit        int               `json:"limit"`
	Currency     string            `json:"currency"`
	Sign         string            `json:"sign"`
	Zones        []dataZone        `json:"zones"`
	Chosen       []string          `json:"chosen"`
	Back         bool              `json:"back"` // the page came back with the choice: what the browser remembers is older
	Words        map[string]string `json:"words"`
	Counts       []string          `json:"counts"` // "no seats", "1 seat", "2 seats" … up to the limit
}

type dataZone struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Color      string   `json:"color"`
	Dark       string   `json:"dark"` // on a dark ground
	Sign       int      `json:"sign"` // strokes on the rim: the colour is not the only sign
	Categories []string `json:"categories"`
	Minor      int64    `json:"minor"`
}

func pickerData(p ui.Page, h house, c choice) data {
	base := p.URL("/performance/" + h.performance.ID)
	out := data{
		ID: h.performance.ID, Plan: p.URL("/plan/" + h.performance.PlanHash + ".json"),
		Availability: base + "/availability", Live: base + "/live",
		Limit: h.performance.OrderLimit, Currency: h.performance.Currency, Sign: h.performance.Currency,
		Chosen: []string{}, Back: len(c.seats) > 0,
		Words: map[string]string{
			"row":        p.T("performance.row", "row", "{row}"),
			"table":      p.T("performance.table", "table", "{table}"),
			"seat":       p.T("performance.seat", "seat", "{seat}"),
			"accessible": p.T("performance.accessible"),
			"companion":  p.T("performance.companion"),
			"restricted": p.T("performance.restricted"),
			"taken":      p.T("performance.taken"),
			"chosen":     p.T("performance.is_chosen"),
			"free":       p.T("performance.is_free"),
			"remove":     p.T("performance.remove", "seat", "{seat}"),
			"removed":    p.T("performance.removed", "seat", "{seat}"),
			"limit":      p.T("performance.limit", "limit", h.performance.OrderLimit),
			"lost":       p.T("performance.lost", "seat", "{seat}"),
			"left":       p.T("performance.left_short", "number", "{number}"),
			"sold":       p.T("performance.sold_out"),
			"stale":      p.T("performance.stale"),
		},
	}
	if h.performance.Currency == "KZT" {
		out.Sign = "₸"
	}
	colours := h.paintsOf()
	for _, z := range h.performance.Zones {
		if _, a, ok := firstPrice(h.performance, z.ID); ok {
			out.Zones = append(out.Zones, dataZone{z.ID, p.Text(z.Name), colours[z.ID].Light, colours[z.ID].Dark, signOf(h.performance, z.ID), z.Categories, a.Minor})
		}
	}
	for _, id := range c.seats {
		if s, ok := h.plan.SeatByID(id); ok && h.free(s.No) {
			out.Chosen = append(out.Chosen, id)
		}
	}
	for n := range h.performance.OrderLimit + 1 {
		out.Counts = append(out.Counts, p.T("performance.chosen", "count", n))
	}
	return out
}
