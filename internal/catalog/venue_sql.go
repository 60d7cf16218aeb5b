package catalog

import (
	"context"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
)

type hallKey string

type hallAndVenue struct {
	hall  Hall
	venue Venue
}

// Hall returns a hall and its venue; ErrNoHall when there is none.
func (c *Catalog) Hall(ctx context.Context, id string) (Hall, Venue, error) {
	if !keepable(id) {
		return Hall{}, Venue{}, ErrNoHall
	}
	got, err := remember(ctx, c, hallKey(id), func() (hallAndVenue, error) {
		var h Hall
		var v Venue
		err := c.db.QueryRow(ctx, `SELECT h.id, h.venue_id, h.slug, h.name,
				v.id, v.slug, v.name, v.city, v.city_name, v.address, v.lat, v.lon, v.zone
			FROM catalog_hall h JOIN catalog_venue v ON v.id = h.venue_id WHERE h.id = $1`, id).
			Scan(&h.ID, &h.VenueID, &h.Slug, text{&h.Name},
				&v.ID, &v.Slug, text{&v.Name}, &v.City, text{&v.CityName}, text{&v.Address}, &v.Lat, &v.Lon, &v.Zone)
		return hallAndVenue{h, v}, missing(err, ErrNoHall)
	})
	return got.hall, got.venue, err
}

// SaveVenue stores a venue, recognised by its slug, and fills in its id.
func (e *Editor) SaveVenue(ctx context.Context, v *Venue) error {
	id, err := e.idBySlug(ctx, `SELECT id FROM catalog_venue WHERE slug = $1`, v.Slug)
	if err != nil {
		return err
	}
	v.ID = id
	_, err = e.tx.Exec(ctx, `INSERT INTO catalog_venue (id, slug, name, city, city_name, address, lat, lon, zone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, city = excluded.city, city_name = excluded.city_name,
			address = excluded.address, lat = excluded.lat, lon = excluded.lon, zone = excluded.zone`,
		v.ID, v.Slug, pack(v.Name), v.City, pack(v.CityName), pack(v.Address), v.Lat, v.Lon, v.Zone)
	return err
}

// SaveHall stores a hall, recognised by its venue and slug, and fills in its id.
func (e *Editor) SaveHall(ctx context.Context, h *Hall) error {
	id, err := e.idBySlug(ctx, `SELECT id FROM catalog_hall WHERE venue_id = $1 AND slug = $2`, h.VenueID, h.Slug)
	if err != nil {
		return err
	}
	h.ID = id
	_, err = e.tx.Exec(ctx, `INSERT INTO catalog_hall (id, venue_id, slug, name) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name`, h.ID, h.VenueID, h.Slug, pack(h.Name))
	return err
}

// City is a city in which something is on.
type City struct {
	Code string
	Name i18n.Text
}

// citiesKey is good for an hour: what is still to come changes with the time, not only with the catalogue.
type citiesKey struct{ hour int64 }

// Cities lists the cities that have performances to come, those with most of them first, at most 100.
func (c *Catalog) Cities(ctx context.Context) ([]City, error) {
	return rememberList(ctx, c, citiesKey{hourOf(c.clock.Now())}, func() ([]City, error) {
		var out []City
		err := c.db.Each(ctx, func(scan func(...any) error) error {
			var x City
			if err := scan(&x.Code, text{&x.Name}); err != nil {
				return err
			}
			out = append(out, x)
			return nil
		}, `SELECT v.city, MIN(v.city_name) FROM catalog_performance p
			JOIN catalog_hall h ON h.id = p.hall_id JOIN catalog_venue v ON v.id = h.venue_id
			WHERE p.starts_at >= $1 AND NOT p.cancelled
			GROUP BY v.city ORDER BY COUNT(DISTINCT p.event_id) DESC, v.city LIMIT 100`, clock.Micros(c.clock.Now()))
		return out, err
	})
}

// findHall finds a hall by "venue/hall"; ErrNoHall when there is none.
func (e *Editor) findHall(ctx context.Context, name string) (hallFound, error) {
	venue, hall, _ := strings.Cut(name, "/")
	var h hallFound
	err := e.tx.QueryRow(ctx, `SELECT h.id, h.venue_id, h.slug, h.name, v.zone FROM catalog_hall h
		JOIN catalog_venue v ON v.id = h.venue_id WHERE v.slug = $1 AND h.slug = $2`, venue, hall).
		Scan(&h.hall.ID, &h.hall.VenueID, &h.hall.Slug, text{&h.hall.Name}, &h.zone)
	return h, missing(err, ErrNoHall)
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
