// Package catalog says what is on: organisers, venues, halls, seating plans, events, performances and their prices.
//
// It owns the public offer as visitors read it, and the files it is imported
// from. It promises that a plan is immutable and named by its hash, and that a
// performance names only zones, types and prices that exist. It does not know
// what is sold: stock and holds are the box office's. It holds no personal data.
package catalog

import (
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// Catalog reads and changes what is on.
type Catalog struct {
	db     *db.DB
	clock  clock.Clock
	memory *memory
}

// New makes a catalogue over a migrated database.
func New(d *db.DB, c clock.Clock) *Catalog { return &Catalog{db: d, clock: c, memory: newMemory()} }

// Organiser puts events on.
type Organiser struct {
	ID, Slug string
	Name     i18n.Text
	BIN      string // business identification number, 12 digits
	Address  i18n.Text
	Phone    string
	Email    string
	Refund   i18n.Text // refund terms in words, shown before paying
}

// Venue is a place; Hall a room in it.
type Venue struct {
	ID, Slug string
	Name     i18n.Text
	City     string // code: "almaty", "astana"
	CityName i18n.Text
	Address  i18n.Text
	Lat, Lon float64
	Zone     string // IANA zone name of its clocks
}

// Hall is a room of a venue where performances are given.
type Hall struct {
	ID, VenueID, Slug string
	Name              i18n.Text
}

// Event is the work; a Performance is one dated showing of it.
type Event struct {
	ID, Slug    string
	OrganiserID string
	Title       i18n.Text
	Subtitle    i18n.Text
	Text        i18n.Text // description; plain text, blank lines part paragraphs
	Genre       string    // code: theatre, opera, concert, sport, club, museum, children, festival, comedy; name: message "catalog.genre.<code>"
	AgeMark     string    // 0+ 6+ 12+ 16+ 18+
	Language    string    // spoken language: kk, ru, en, "" for none
	Minutes     int       // length
	Picture     string    // name in the file store; "" means a drawn poster
}

// SaleState tells whether a performance can be bought now.
type SaleState string

// The states of a sale.
const (
	SaleSoon   SaleState = "soon" // not yet; see SaleFrom
	SaleOpen   SaleState = "open"
	SaleOver   SaleState = "over"
	SaleCancel SaleState = "cancelled"
)

// Performance is one dated showing of an event in a hall, with everything a sale needs.
type Performance struct {
	ID, EventID, HallID string
	Key                 string // the import file's own name for it; "" when it has none
	PlanHash            string
	Zone                string // IANA zone name of the hall's clocks
	DoorsAt             time.Time
	StartsAt            time.Time
	EndsAt              time.Time
	SaleFrom            time.Time
	SaleUntil           time.Time
	OrderLimit          int // most tickets in one order
	Cancelled           bool
	Currency            string
	Zones               []PriceZone
	Types               []TicketType
	Prices              []Price
}

// PriceZone says where: the seats and standing areas of one or more of the plan's categories.
// Its id is its code in the file it came from ("parterre"), unique within the performance.
type PriceZone struct {
	ID         string
	Name       i18n.Text
	Color      string   // "#rrggbb"
	Categories []string // the plan's category names that belong to it
}

// TicketType says for whom. The first is what a seat costs when nobody chose.
type TicketType struct {
	ID   string // the same as Code; unique within the performance
	Code string // adult, child, student, …
	Name i18n.Text
}

// Price is what a ticket of a type costs in a zone; no Price means not sold there.
type Price struct {
	ZoneID, TypeID string
	Amount         money.Amount
}

// OnSale tells whether tickets can be bought at now.
func (p Performance) OnSale(now time.Time) SaleState {
	switch {
	case p.Cancelled:
		return SaleCancel
	case now.Before(p.SaleFrom):
		return SaleSoon
	case !now.Before(p.SaleUntil):
		return SaleOver
	}
	return SaleOpen
}

// ZoneOf returns the price zone of a plan's category; false when it is not sold.
func (p Performance) ZoneOf(category string) (PriceZone, bool) {
	for _, z := range p.Zones {
		for _, c := range z.Categories {
			if c == category {
				return z, true
			}
		}
	}
	return PriceZone{}, false
}

// Price returns what a type costs in a zone; false when it is not sold there.
func (p Performance) Price(zoneID, typeID string) (money.Amount, bool) {
	for _, x := range p.Prices {
		if x.ZoneID == zoneID && x.TypeID == typeID {
			return x.Amount, true
		}
	}
	return money.Amount{}, false
}

// Type returns a ticket type by its id; "" is the first.
func (p Performance) Type(id string) (TicketType, bool) {
	for i, t := range p.Types {
		if t.ID == id || (id == "" && i == 0) {
			return t, true
		}
	}
	return TicketType{}, false
}

// PriceRange returns the lowest and the highest price; false when nothing is sold. A free ticket beside paid ones (a child on a
// lap) is not the lowest price: "from 0" would promise what most cannot buy.
func (p Performance) PriceRange() (low, high money.Amount, ok bool) {
	for i, x := range p.Prices {
		if i == 0 || low.Minor == 0 || (x.Amount.Minor > 0 && x.Amount.Minor < low.Minor) {
			low = x.Amount
		}
		if i == 0 || x.Amount.Minor > high.Minor {
			high = x.Amount
		}
	}
	return low, high, len(p.Prices) > 0
}

// Day returns the day of the performance by the hall's clocks: "2026-11-27".
func (p Performance) Day() string { return p.StartsAt.In(i18n.Zone(p.Zone)).Format(time.DateOnly) }
