package site

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/ui"
)

// moment says when as people do: "today, 19:00", else day and hour.
func moment(p ui.Page, t, now time.Time, zone string) string {
	return day(p, t, now, zone) + ", " + p.Clock(t, zone)
}

// day says which day: today, tomorrow, else its name.
func day(p ui.Page, t, now time.Time, zone string) string {
	l := i18n.Zone(zone)
	switch t.In(l).Format(time.DateOnly) {
	case now.In(l).Format(time.DateOnly):
		return p.T("site.today")
	case now.In(l).AddDate(0, 0, 1).Format(time.DateOnly):
		return p.T("site.tomorrow")
	}
	return p.Date(t, now, zone)
}

// price says "from 4 000 ₸", or just the price when there is one only.
func price(p ui.Page, low, high money.Amount) string {
	switch {
	case high.IsZero():
		return p.T("site.free")
	case low == high:
		return low.String()
	}
	return p.T("site.price_from", "price", low.String())
}

// grouped writes a number in groups of three, as prices are written.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return grouped(n/1000) + "\u00a0" + fmt.Sprintf("%03d", n%1000)
}

// length says how long: "2 h 30 min".
func length(p ui.Page, minutes int) string {
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return p.T("site.minutes", "m", m)
	case m == 0:
		return p.T("site.hours", "h", h)
	}
	return p.T("site.hours_minutes", "h", h, "m", m)
}

// spoken names the language of an event; "" when nobody speaks.
func spoken(p ui.Page, language string) string {
	switch language {
	case "kk":
		return p.T("site.spoken_kk")
	case "ru":
		return p.T("site.spoken_ru")
	case "en":
		return p.T("site.spoken_en")
	}
	return ""
}

func genre(p ui.Page, code string) string {
	if m := catalog.Genre(code).Message(); m != "" {
		return p.T(m)
	}
	return ""
}
