package waitroom

import (
	"context"
	"errors"
	"strings"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const roomColumns = `id, kind, mode, is_open, run, opens_at, presale_until, pace, pass_minutes, above, codes, buyers_of,
	seed, commitment, committed_at`

// mostRooms bounds the rooms that one process looks after.
const mostRooms = 500

// standing returns the rooms that are open or may open by themselves.
func standing(ctx context.Context, d *db.DB) ([]Room, error) {
	rows, err := d.Query(ctx, `SELECT `+roomColumns+` FROM waitroom_room WHERE mode <> 'off' OR is_open ORDER BY id LIMIT $1`, mostRooms)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says it
	var out []Room
	for rows.Next() {
		r, err := scanRoom(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// findRoom returns a room; the zero room when it was never set.
func findRoom(ctx context.Context, d *db.DB, id string) (Room, error) {
	r, err := scanRoom(d.QueryRow(ctx, `SELECT `+roomColumns+` FROM waitroom_room WHERE id = $1`, id).Scan)
	if errors.Is(err, db.ErrNoRow) {
		return Room{}, nil
	}
	return r, err
}

func scanRoom(scan func(...any) error) (r Room, err error) {
	var opens, presale, committed int64
	var pace, codes string
	err = scan(&r.ID, &r.Kind, &r.Mode, &r.Open, &r.Run, &opens, &presale, &pace, &r.PassMinutes, &r.Above, &codes, &r.BuyersOf,
		&r.Seed, &r.Commitment, &committed)
	r.OpensAt, r.PresaleUntil, r.CommittedAt = clock.FromMicros(opens), clock.FromMicros(presale), clock.FromMicros(committed)
	r.Pace, r.Codes = parsePace(pace), strings.Fields(codes)
	return r, err
}

func saveRoom(ctx context.Context, tx *db.DB, r Room) error {
	if r.Seed == nil {
		r.Seed = []byte{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO waitroom_room (`+roomColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, mode = excluded.mode, is_open = excluded.is_open, run = excluded.run,
			opens_at = excluded.opens_at, presale_until = excluded.presale_until, pace = excluded.pace,
			pass_minutes = excluded.pass_minutes, above = excluded.above, codes = excluded.codes,
			buyers_of = excluded.buyers_of, seed = excluded.seed, commitment = excluded.commitment,
			committed_at = excluded.committed_at`,
		r.ID, string(r.Kind), string(r.Mode), r.Open, r.Run, clock.Micros(r.OpensAt), clock.Micros(r.PresaleUntil), formatPace(r.Pace),
		r.PassMinutes, r.Above, strings.Join(r.Codes, " "), r.BuyersOf, r.Seed, r.Commitment, clock.Micros(r.CommittedAt))
	return err
}

// openRoom opens a room that opens by itself, unless another process has.
func openRoom(ctx context.Context, d *db.DB, r Room) error {
	return d.Transact(ctx, func(tx *db.DB) error {
		was, err := findRoom(ctx, tx, r.ID)
		if err != nil || was.Open || was.Mode == Off {
			return err
		}
		return saveRoom(ctx, tx, r)
	})
}

// closeRoom closes a run of a room that opened by itself.
func closeRoom(ctx context.Context, d *db.DB, id, run string) error {
	return d.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.Exec(ctx, `UPDATE waitroom_room SET is_open = FALSE WHERE id = $1 AND run = $2 AND mode = 'auto'`, id, run)
		return err
	})
}

// chunk is what one process wrote of its arrivals in one go.
type chunk struct {
	node string
	seq  int64
	at   int64
	body []byte
}

func writeChunk(ctx context.Context, d *db.DB, run, node string, seq, at int64, body []byte) error {
	return d.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.Exec(ctx, `INSERT INTO waitroom_arrivals (run, node, seq, written_at, body) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (run, node, seq) DO NOTHING`, run, node, seq, at, body)
		return err
	})
}

// mostChunks bounds one reading; what is left comes with the next.
const mostChunks = 5000

func readChunks(ctx context.Context, d *db.DB, run string, since int64) ([]chunk, error) {
	rows, err := d.Query(ctx, `SELECT node, seq, written_at, body FROM waitroom_arrivals WHERE run = $1 AND written_at >= $2
		ORDER BY written_at, node, seq LIMIT $3`, run, since, mostChunks)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says it
	var out []chunk
	for rows.Next() {
		var c chunk
		if err := rows.Scan(&c.node, &c.seq, &c.at, &c.body); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// writeDraw keeps a draw unless another process has drawn already.
func writeDraw(ctx context.Context, d *db.DB, roomID, run string, at int64, arrivals []byte) error {
	return d.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.Exec(ctx, `INSERT INTO waitroom_draw (run, room_id, drawn_at, arrivals) VALUES ($1, $2, $3, $4)
			ON CONFLICT (run) DO NOTHING`, run, roomID, at, arrivals)
		return err
	})
}

func readDraw(ctx context.Context, d *db.DB, run string) (at int64, arrivals []byte, err error) {
	err = d.QueryRow(ctx, `SELECT drawn_at, arrivals FROM waitroom_draw WHERE run = $1`, run).Scan(&at, &arrivals)
	return at, arrivals, err
}

// clearOld forgets who waited long ago. Draws stay: they can be recomputed for as long as anybody asks.
func clearOld(ctx context.Context, d *db.DB, before int64) error {
	return d.Transact(ctx, func(tx *db.DB) error {
		if _, err := tx.Exec(ctx, `DELETE FROM waitroom_arrivals WHERE written_at < $1`, before); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM waitroom_pass WHERE expires_at < $1`, before)
		return err
	})
}
