package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// Seen is when a person's account was last used.
type Seen struct {
	At    time.Time // the last sign-in, or when the account was made
	Staff bool      // works here: terms do not run
}

// SeenOf tells of each person with an account when it was last used.
func SeenOf(ctx context.Context, d *db.DB, persons []string) (map[string]Seen, error) {
	out := map[string]Seen{}
	if len(persons) == 0 {
		return out, nil
	}
	args := make([]any, len(persons))
	for i, id := range persons {
		args[i] = id
	}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var person string
		var s Seen
		var made, signed, open int64
		if err := scan(&person, &s.Staff, &made, &signed, &open); err != nil {
			return err
		}
		s.At = clock.FromMicros(max(made, signed, open))
		out[person] = s
		return nil
	}, `SELECT a.person_id, a.staff, a.created_at, a.signed_in_at, COALESCE((SELECT MAX(s.seen_at) FROM people_session s WHERE s.account_id = a.id), 0)
		FROM people_account a WHERE a.person_id IN `+db.In(1, len(args)), args...)
	return out, err
}
