package catalog

import (
	"context"
	"strings"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
)

const eventColumns = `e.id, e.slug, e.organiser_id, e.title, e.subtitle, e.description, e.genre, e.age_mark, e.language, e.minutes, e.picture`

func (e *Event) fields() []any {
	return []any{
		&e.ID, &e.Slug, &e.OrganiserID,
		text{&e.Title},
		text{&e.Subtitle},
		text{&e.Text},
		&e.Genre, &e.AgeMark,
		&e.Language, &e.Minutes, &e.Picture,
	}
}

type (
	eventKey     string
	eventSlugKey string
)

// Event returns an event by id; ErrNoEvent when there is none.
func (c *Catalog) Event(ctx context.Context, id string) (Event, error) {
	if !keepable(id) {
		return Event{}, ErrNoEvent
	}
	return remember(ctx, c, eventKey(id), func() (Event, error) {
		var e Event
		err := c.db.QueryRow(ctx, `SELECT `+eventColumns+` FROM catalog_event e WHERE e.id = $1`, id).Scan(e.fields()...)
		return e, missing(err, ErrNoEvent)
	})
}

// EventBySlug returns an event by the name in its address; ErrNoEvent when there is none.
func (c *Catalog) EventBySlug(ctx context.Context, slug string) (Event, error) {
	if !keepable(slug) {
		return Event{}, ErrNoEvent
	}
	return remember(ctx, c, eventSlugKey(slug), func() (Event, error) {
		var e Event
		err := c.db.QueryRow(ctx, `SELECT `+eventColumns+` FROM catalog_event e WHERE e.slug = $1`, slug).Scan(e.fields()...)
		return e, missing(err, ErrNoEvent)
	})
}

// SaveEvent stores an event, recognised by its slug, and fills in its id.
func (e *Editor) SaveEvent(ctx context.Context, v *Event) error {
	id, err := e.idBySlug(ctx, `SELECT id FROM catalog_event WHERE slug = $1`, v.Slug)
	if err != nil {
		return err
	}
	v.ID = id
	_, err = e.tx.Exec(ctx, `INSERT INTO catalog_event (id, slug, organiser_id, title, subtitle, description, genre, age_mark,
			language, minutes, picture, search_fold)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')
		ON CONFLICT (id) DO UPDATE SET organiser_id = excluded.organiser_id, title = excluded.title, subtitle = excluded.subtitle,
			description = excluded.description, genre = excluded.genre, age_mark = excluded.age_mark,
			language = excluded.language, minutes = excluded.minutes, picture = excluded.picture`,
		v.ID, v.Slug, v.OrganiserID, pack(v.Title), pack(v.Subtitle), pack(v.Text), v.Genre, v.AgeMark, v.Language, v.Minutes, v.Picture)
	if err != nil {
		return err
	}
	return e.Reindex(ctx, v.ID)
}

// Reindex writes what search compares: the event's titles, its organiser's name, and the venues where it is given. Call it when an
// event's performances were saved.
func (e *Editor) Reindex(ctx context.Context, eventID string) error {
	var title, subtitle, organiser i18n.Text
	err := e.tx.QueryRow(ctx, `SELECT e.title, e.subtitle, o.name FROM catalog_event e
		JOIN catalog_organiser o ON o.id = e.organiser_id WHERE e.id = $1`, eventID).
		Scan(text{&title}, text{&subtitle}, text{&organiser})
	if err != nil {
		return err
	}
	all := []i18n.Text{title, subtitle, organiser}
	err = e.tx.Each(ctx, func(scan func(...any) error) error {
		var name, city i18n.Text
		if err := scan(text{&name}, text{&city}); err != nil {
			return err
		}
		all = append(all, name, city)
		return nil
	}, `SELECT DISTINCT v.name, v.city_name FROM catalog_performance p
		JOIN catalog_hall h ON h.id = p.hall_id JOIN catalog_venue v ON v.id = h.venue_id
		WHERE p.event_id = $1 ORDER BY 1 LIMIT 50`, eventID)
	if err != nil {
		return err
	}
	_, err = e.tx.Exec(ctx, `UPDATE catalog_event SET search_fold = $2 WHERE id = $1`, eventID, foldAll(all))
	return err
}

// foldAll folds texts in all languages into one string; a text that is the same in two languages stands once.
func foldAll(texts []i18n.Text) string {
	var parts []string
	seen := map[string]bool{}
	for _, t := range texts {
		for _, s := range []string{t.KK, t.RU, t.EN} {
			if f := i18n.Fold(s); f != "" && !seen[f] {
				seen[f] = true
				parts = append(parts, f)
			}
		}
	}
	return strings.Join(parts, " ")
}

type genresKey struct{ hour int64 } // as citiesKey

// GenresInUse lists the genres that have performances to come, in the order of Genres.
func (c *Catalog) GenresInUse(ctx context.Context) ([]Genre, error) {
	return rememberList(ctx, c, genresKey{hourOf(c.clock.Now())}, func() ([]Genre, error) {
		used := map[Genre]bool{}
		err := c.db.Each(ctx, func(scan func(...any) error) error {
			var g Genre
			if err := scan(&g); err != nil {
				return err
			}
			used[g] = true
			return nil
		}, `SELECT DISTINCT e.genre FROM catalog_event e JOIN catalog_performance p ON p.event_id = e.id
			WHERE p.starts_at >= $1 AND NOT p.cancelled LIMIT 100`, clock.Micros(c.clock.Now()))
		var out []Genre
		for _, g := range Genres {
			if used[g] {
				out = append(out, g)
			}
		}
		return out, err
	})
}
