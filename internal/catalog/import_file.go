package catalog

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// The file of events as it is read: texts and numbers are checked, names of other things are not yet looked up.
type eventsFile struct {
	organisers []organiserEntry
	venues     []venueEntry
	events     []eventEntry
}

type organiserEntry struct {
	at value
	Organiser
}

type venueEntry struct {
	at value
	Venue
	halls []hallEntry
}

type hallEntry struct {
	at value
	Hall
	plan ref
}

// ref is the name of something that is looked up later.
type ref struct {
	at   value
	name string
}

type eventEntry struct {
	at value
	Event
	organiser ref
	hall      ref
	plan      ref
	offer     offer
	zones     []value // where each zone stands
	picture   value
	limit     int
	doors     int // minutes before the start
	sale      saleEntry
	shows     []showEntry
}

type showEntry struct {
	at      value
	key     string
	start   value
	hall    ref
	plan    ref
	minutes int
	doors   int
	sale    saleEntry
	off     bool
}

// saleEntry is when tickets are sold: from a moment, until a moment or some minutes before the start.
type saleEntry struct {
	from, until value
	closes      int
}

// Limits of a file; real seasons stay far below.
const (
	maxEvents       = 5_000
	maxShows        = 20_000
	maxZonesOfEvent = 100
	maxTypes        = 30
	maxTitle        = 200
	maxEventText    = 20_000
	maxPrice        = 100_000_000 // tenge
	maxOrder        = 100
	dayMinutes      = 24 * 60
)

var (
	slugForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	colorForm   = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	pictureForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	binForm     = regexp.MustCompile(`^[0-9]{12}$`)
	ageMarks    = []string{"0+", "6+", "12+", "16+", "18+"}
	zoneColors  = []string{"#c8553d", "#3d7ea6", "#5b8e55", "#8a5fa8", "#c9962b", "#4a8f8c", "#a8577e", "#6b6f7b"}
)

func readEventsFile(root value) eventsFile {
	f := root.fields("organisers", "venues", "events")
	var out eventsFile
	for _, v := range f.get("organisers").list(maxEvents) {
		out.organisers = append(out.organisers, readOrganiser(v))
	}
	for _, v := range f.get("venues").list(maxEvents) {
		out.venues = append(out.venues, readVenue(v))
	}
	for _, v := range f.get("events").list(maxEvents) {
		out.events = append(out.events, readEvent(v))
	}
	twice(out.organisers, func(e organiserEntry) (value, string) { return e.at, e.Slug })
	twice(out.venues, func(e venueEntry) (value, string) { return e.at, e.Slug })
	twice(out.events, func(e eventEntry) (value, string) { return e.at, e.Slug })
	return out
}

// twice reports entries of one name.
func twice[E any](list []E, name func(E) (value, string)) {
	seen := map[string]int{}
	for _, e := range list {
		at, s := name(e)
		if s == "" {
			continue
		}
		if first, ok := seen[s]; ok {
			at.wrong("%s stands twice, first in line %d", quote(s), first)
			continue
		}
		seen[s] = at.line
	}
}

func (v value) slug() string {
	s := v.word(80)
	if s != "" && !slugForm.MatchString(s) {
		v.wrong("%s must be lower-case Latin letters and digits with single dashes between", quote(s))
		return ""
	}
	return s
}

func (v value) matching(form *regexp.Regexp, want string) string {
	s := v.word(200)
	if s != "" && !form.MatchString(s) {
		v.wrong("%s is not %s", quote(s), want)
		return ""
	}
	return s
}

func (v value) oneOf(list ...string) string {
	s := v.word(60)
	if s != "" && !slices.Contains(list, s) {
		v.wrong("%s is none of %s", quote(s), strings.Join(list, ", "))
		return ""
	}
	return s
}

func (v value) ref() ref { return ref{at: v, name: v.word(200)} }

func readOrganiser(v value) organiserEntry {
	f := v.fields("slug", "name", "bin", "address", "phone", "email", "refund")
	return organiserEntry{at: v, Organiser: Organiser{
		Slug: f.need("slug").slug(), Name: f.need("name").text(maxTitle), BIN: f.get("bin").matching(binForm, "a number of 12 digits"),
		Address: f.get("address").text(maxTitle), Phone: f.get("phone").word(40), Email: f.get("email").word(200),
		Refund: f.get("refund").text(maxEventText),
	}}
}

func readVenue(v value) venueEntry {
	f := v.fields("slug", "name", "city", "address", "lat", "lon", "zone", "halls")
	out := venueEntry{at: v, Venue: Venue{
		Slug: f.need("slug").slug(), Name: f.need("name").text(maxTitle), Address: f.need("address").text(maxTitle),
		Lat: f.get("lat").number(-90, 90), Lon: f.get("lon").number(-180, 180), Zone: f.get("zone").word(60),
	}}
	out.City, out.CityName = readCity(f.need("city"))
	if out.Zone == "" {
		out.Zone = "Asia/Almaty"
	}
	if _, err := time.LoadLocation(out.Zone); err != nil || out.Zone == "Local" {
		f.get("zone").wrong("%s is no time zone", quote(out.Zone))
	}
	for _, h := range f.need("halls").list(200) {
		hf := h.fields("slug", "name", "plan")
		out.halls = append(out.halls, hallEntry{
			at: h, plan: hf.get("plan").ref(),
			Hall: Hall{Slug: hf.need("slug").slug(), Name: hf.need("name").text(maxTitle)},
		})
	}
	twice(out.halls, func(e hallEntry) (value, string) { return e.at, e.Slug })
	return out
}

// readCity takes the code of a city we know, or a code with its name.
func readCity(v value) (string, i18n.Text) {
	if !v.there() {
		return "", i18n.Text{}
	}
	if _, ok := v.node.(*ast.StringNode); ok {
		s := v.word(80)
		name, known := cities[s]
		if !known {
			v.wrong("the city %s is not known: write {code: …, name: {kk: …, ru: …, en: …}}", quote(s))
		}
		return s, name
	}
	f := v.fields("code", "name")
	return f.need("code").slug(), f.need("name").text(maxTitle)
}

func readEvent(v value) eventEntry {
	f := v.fields("slug", "organiser", "title", "subtitle", "text", "genre", "age", "language", "minutes", "picture",
		"zones", "types", "prices", "order_limit", "doors", "sale", "hall", "plan", "performances")
	out := eventEntry{at: v, Event: Event{
		Slug: f.need("slug").slug(), Title: f.need("title").text(maxTitle), Subtitle: f.get("subtitle").text(maxTitle),
		Text: f.need("text").text(maxEventText), Genre: f.need("genre").oneOf(genreCodes()...), AgeMark: f.need("age").oneOf(ageMarks...),
		Language: f.get("language").oneOf("kk", "ru", "en"), Minutes: f.need("minutes").whole(1, 7*dayMinutes, 60),
		Picture: f.get("picture").matching(pictureForm, "the name of a file"),
	}}
	out.picture = f.get("picture")
	out.organiser, out.hall, out.plan = f.need("organiser").ref(), f.get("hall").ref(), f.get("plan").ref()
	out.limit = f.get("order_limit").whole(1, maxOrder, 10)
	out.doors = f.get("doors").whole(0, dayMinutes, 60)
	out.sale = readSale(f.get("sale"), saleEntry{})
	out.readOffer(f)
	for _, s := range f.need("performances").list(maxShows) {
		out.shows = append(out.shows, readShow(s, out))
	}
	twice(out.shows, func(e showEntry) (value, string) { return e.at, e.key })
	return out
}

func genreCodes() []string {
	out := make([]string, len(Genres))
	for i, g := range Genres {
		out[i] = string(g)
	}
	return out
}

func readSale(v value, otherwise saleEntry) saleEntry {
	if !v.there() {
		return otherwise
	}
	f := v.fields("from", "until", "closes")
	out := saleEntry{from: f.get("from"), until: f.get("until"), closes: f.get("closes").whole(-7*dayMinutes, 365*dayMinutes, 0)}
	if f.get("until").there() && f.get("closes").there() {
		f.get("closes").wrong("until and closes say the same: write one")
	}
	return out
}

func readShow(v value, e eventEntry) showEntry {
	f := v.fields("key", "start", "hall", "plan", "minutes", "doors", "sale", "cancelled")
	out := showEntry{
		at: v, key: f.get("key").word(100), start: f.need("start"), hall: e.hall, plan: e.plan,
		minutes: f.get("minutes").whole(1, 7*dayMinutes, e.Minutes), doors: f.get("doors").whole(0, dayMinutes, e.doors),
		sale: readSale(f.get("sale"), e.sale), off: f.get("cancelled").yes(),
	}
	if h := f.get("hall"); h.there() {
		out.hall = h.ref()
	}
	if p := f.get("plan"); p.there() {
		out.plan = p.ref()
	}
	if out.hall.name == "" {
		v.wrong("names no hall, and the event names none either")
	}
	return out
}

// readOffer reads zones, types and prices; each must be sold somewhere.
func (e *eventEntry) readOffer(f fields) {
	before := f.to.count()
	for i, v := range f.need("zones").list(maxZonesOfEvent) {
		zf := v.fields("id", "name", "color", "categories")
		z := PriceZone{ID: zf.need("id").slug(), Name: zf.need("name").text(maxTitle), Color: zf.get("color").matching(colorForm, "a colour like \"#c8553d\"")}
		if z.Color == "" {
			z.Color = zoneColors[i%len(zoneColors)]
		}
		for _, c := range zf.need("categories").list(200) {
			z.Categories = append(z.Categories, c.word(maxTitle))
		}
		e.zones = append(e.zones, v)
		e.offer.Zones = append(e.offer.Zones, z)
	}
	for _, v := range f.need("types").list(maxTypes) {
		tf := v.fields("id", "name")
		t := TicketType{ID: tf.need("id").slug(), Name: tf.need("name").text(maxTitle)}
		t.Code = t.ID
		e.offer.Types = append(e.offer.Types, t)
	}
	e.readPrices(f.need("prices"))
	if f.to.count() == before { // what follows from a mistake is not told as another
		e.checkOffer(f)
	}
}

func (e *eventEntry) readPrices(v value) {
	for _, z := range v.pairs() {
		if !slices.ContainsFunc(e.offer.Zones, func(x PriceZone) bool { return x.ID == z.key }) {
			z.value.wrong("unknown zone %s", quote(z.key))
			continue
		}
		for _, t := range z.value.pairs() {
			if !slices.ContainsFunc(e.offer.Types, func(x TicketType) bool { return x.ID == t.key }) {
				t.value.wrong("unknown ticket type %s", quote(t.key))
				continue
			}
			if !t.value.there() {
				t.value.wrong("is missing")
				continue
			}
			e.offer.Prices = append(e.offer.Prices, Price{z.key, t.key, money.Tenge(int64(t.value.whole(0, maxPrice, 0)))})
		}
	}
}

func (e *eventEntry) checkOffer(f fields) {
	owner := map[string]string{}
	ids := map[string]bool{}
	for i, z := range e.offer.Zones {
		at := e.zones[i]
		if z.ID != "" && ids[z.ID] {
			at.wrong("the zone %s stands twice", quote(z.ID))
		}
		ids[z.ID] = true
		for _, c := range z.Categories {
			if o, ok := owner[c]; ok {
				at.wrong("the category %s belongs to the zone %s already", quote(c), quote(o))
			}
			owner[c] = z.ID
		}
		if len(z.Categories) == 0 && at.there() {
			at.wrong("the zone has no categories of the plan")
		}
		if !slices.ContainsFunc(e.offer.Prices, func(p Price) bool { return p.ZoneID == z.ID }) {
			at.wrong("the zone %s has no price", quote(z.ID))
		}
	}
	ids = map[string]bool{}
	for _, t := range e.offer.Types {
		if t.ID != "" && ids[t.ID] {
			f.get("types").wrong("the ticket type %s stands twice", quote(t.ID))
		}
		ids[t.ID] = true
		if !slices.ContainsFunc(e.offer.Prices, func(p Price) bool { return p.TypeID == t.ID }) {
			f.get("types").wrong("the ticket type %s has no price in any zone", quote(t.ID))
		}
	}
}

// moment reads a date-time by the clocks of a zone: "2026-11-27 19:00".
func (v value) moment(zone string) time.Time {
	if !v.there() {
		return time.Time{}
	}
	s := strings.Replace(v.word(40), "T", " ", 1)
	const form = "2006-01-02 15:04"
	t, err := time.ParseInLocation(form, s, i18n.Zone(zone))
	if err != nil {
		v.wrong("%s cannot be read as a date and time: write 2026-11-27 19:00", quote(s))
		return time.Time{}
	}
	if t.Year() < 2000 || t.Year() > 2100 {
		v.wrong("the year %d cannot be meant", t.Year())
		return time.Time{}
	}
	if t.Format(form) != s {
		v.wrong("%s does not exist on the clocks of %s", quote(s), zone)
		return time.Time{}
	}
	return t.UTC()
}
