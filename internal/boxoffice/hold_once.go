package boxoffice

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrOtherRequest is a request for a hold under a name that its maker has given to another request.
var ErrOtherRequest = errors.New("boxoffice: another request has this name")

// keepRequests is for how long a named request is known.
const keepRequests = 24 * time.Hour

// Once names a request for a hold, so that it is carried out once however often it arrives: the second time it gets the same
// hold, with the same secret, or the same refusal. All three are made by the caller with keys of its own.
type Once struct {
	ID   string // keyed hash of who asks and of the name
	MAC  []byte // keyed hash of what is asked for
	Seal []byte // the hold's secret is made of it: nobody has to keep that secret to repeat it
}

func (o *Once) secret(holdID string) string {
	h := hmac.New(sha256.New, o.Seal)
	h.Write([]byte("sahna hold secret\x00" + holdID)) //nolint:errcheck // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// requestRow is a named request as the database keeps it.
type requestRow struct {
	id      string
	mac     []byte
	holdID  string
	refusal string
	askedAt int64
}

// refusal is why a request got no hold, as it is kept.
type refusal struct {
	Code  string   `json:"code"`
	Seats []string `json:"seats,omitempty"`
	Free  *int     `json:"free,omitempty"`
}

func refusalOf(err error) (string, error) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return "", err
	}
	r := refusal{Code: f.Code}
	if seats, ok := f.Args["seats"].([]string); ok {
		r.Seats = seats
	}
	if free, ok := f.Args["free"].(int); ok {
		r.Free = &free
	}
	b, err := json.Marshal(r)
	return string(b), err
}

func (r requestRow) err() error {
	var kept refusal
	if err := json.Unmarshal([]byte(r.refusal), &kept); err != nil {
		return err
	}
	switch {
	case kept.Code == ErrSeatsGone.Code:
		return goneSeats(kept.Seats)
	case kept.Code == ErrNotEnough.Code && kept.Free != nil:
		return ErrNotEnough.With("free", *kept.Free)
	}
	return fault.New(fault.Conflict, kept.Code)
}

// answer is what a request gets that was decided before.
func (r requestRow) answer(performanceID string, o *Once) answer {
	switch {
	case !hmac.Equal(r.mac, o.MAC):
		return answer{err: ErrOtherRequest}
	case r.refusal != "":
		return answer{err: r.err(), known: true}
	}
	return answer{hold: Hold{ID: holdRef{performanceID, r.holdID}.String(), Secret: o.secret(r.holdID)}, known: true}
}

// hold asks for one, and for a request that has been decided before reads what came of it.
func (o *Office) hold(ctx context.Context, a *ask) (Hold, error) {
	got, err := o.stock.ask(ctx, a)
	if a.once != nil && err != nil && !got.known && ctx.Err() == nil {
		// What can be known without the stock speaks against it now, and perhaps did not the first time.
		if before, found, ferr := o.Recall(ctx, a.performanceID, *a.once); found || ferr != nil {
			return before, ferr
		}
	}
	if err != nil || !got.known {
		return got.hold, err
	}
	return o.repeat(ctx, got)
}

func (o *Office) repeat(ctx context.Context, got answer) (Hold, error) {
	h, err := o.FindHold(ctx, HoldKey{ID: got.hold.ID, Secret: got.hold.Secret})
	h.Secret, h.Repeated = got.hold.Secret, true
	return h, err
}

// Recall finds what came of a named request in the last day; ErrOtherRequest when the name belongs to another one, ErrHoldGone when
// the hold has ended since.
func (o *Office) Recall(ctx context.Context, performanceID string, once Once) (h Hold, found bool, err error) {
	defer fault.Wrap(&err, "recall a request")
	rows, err := readRequests(ctx, o.db, []string{once.ID})
	if err != nil || len(rows) == 0 || rows[0].askedAt <= o.stock.nowMicros()-keepRequests.Microseconds() {
		return Hold{}, false, err
	}
	got := rows[0].answer(performanceID, &once)
	if got.err != nil {
		return Hold{}, true, got.err
	}
	h, err = o.repeat(ctx, got)
	return h, true, err
}

// recall writes down which requests have names and answers those that were decided before, in an earlier batch or in this one.
func (r *round) recall(ctx context.Context, bids []bid) error {
	r.again = make([]bool, len(bids))
	r.same = map[int]int{}
	first := map[string]int{}
	var rows [][]any
	for i, c := range bids {
		if c.once == nil {
			continue
		}
		if j, twice := first[c.once.ID]; twice {
			r.again[i], r.same[i] = true, j
			continue
		}
		first[c.once.ID] = i
		rows = append(rows, []any{c.once.ID, c.once.MAC, c.id, "", r.book.now})
	}
	// In one order, so that batches of different performances never wait for each other in a circle.
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	n, err := insertRequests(ctx, r.book.tx, rows)
	if err != nil || n == int64(len(rows)) {
		return err
	}
	return r.repeatKnown(ctx, bids, first)
}

// repeatKnown answers the requests whose names were there before, and takes over the names of those that are older than a day.
func (r *round) repeatKnown(ctx context.Context, bids []bid, first map[string]int) error {
	ids := make([]string, 0, len(first))
	for id := range first {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	known, err := readRequests(ctx, r.book.tx, ids)
	if err != nil {
		return err
	}
	var stale [][]any
	for _, row := range known {
		i := first[row.id]
		switch {
		case row.holdID == bids[i].id: // just written
		case row.askedAt <= r.book.now-keepRequests.Microseconds():
			stale = append(stale, []any{row.id, bids[i].once.MAC, bids[i].id, r.book.now, row.askedAt})
		default:
			r.again[i] = true
			r.answers[i] = row.answer(r.book.performanceID, bids[i].once)
		}
	}
	n, err := takeOverRequests(ctx, r.book.tx, stale)
	if err != nil {
		return err
	}
	for _, x := range n {
		if err := expectRows(x, 1, nil); err != nil {
			return err
		}
	}
	return nil
}

// remember writes down why named requests were refused, and answers those that came twice in this batch.
func (r *round) remember(ctx context.Context, bids []bid) error {
	var rows [][]any
	for i, c := range bids {
		if c.once == nil || r.again[i] {
			continue
		}
		r.answers[i].known = r.answers[i].err != nil
		if r.answers[i].err == nil {
			continue
		}
		why, err := refusalOf(r.answers[i].err)
		if err != nil {
			return err
		}
		rows = append(rows, []any{c.once.ID, why})
	}
	for i, j := range r.same {
		a := r.answers[j]
		switch {
		case !hmac.Equal(bids[i].once.MAC, bids[j].once.MAC):
			r.answers[i] = answer{err: ErrOtherRequest}
		default:
			a.known = true
			r.answers[i] = a
		}
	}
	return refuseRequests(ctx, r.book.tx, rows)
}

// insertRequests writes down named requests (id, mac, hold, refusal, moment) and tells how many were new.
func insertRequests(ctx context.Context, tx *db.DB, rows [][]any) (int64, error) {
	return tx.InsertMany(ctx, `boxoffice_hold_request (id, request_mac, hold_id, refusal, asked_at)`, rows, `ON CONFLICT (id) DO NOTHING`)
}

// takeOverRequests gives names to new requests (id, mac, hold, moment, the moment it was asked under before).
func takeOverRequests(ctx context.Context, tx *db.DB, rows [][]any) ([]int64, error) {
	return tx.ExecMany(ctx, `UPDATE boxoffice_hold_request SET request_mac = $2, hold_id = $3, refusal = '', asked_at = $4
		WHERE id = $1 AND asked_at = $5`, rows)
}

// refuseRequests keeps why requests were refused (id, refusal).
func refuseRequests(ctx context.Context, tx *db.DB, rows [][]any) error {
	_, err := tx.ExecMany(ctx, `UPDATE boxoffice_hold_request SET refusal = $2 WHERE id = $1`, rows)
	return err
}

func readRequests(ctx context.Context, d *db.DB, ids []string) (out []requestRow, err error) {
	for part := range slices.Chunk(ids, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var r requestRow
			err := scan(&r.id, &r.mac, &r.holdID, &r.refusal, &r.askedAt)
			out = append(out, r)
			return err
		}, `SELECT id, request_mac, hold_id, refusal, asked_at FROM boxoffice_hold_request WHERE id IN `+padIn(1, len(part)), padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// purgeRequests forgets named requests of more than a day ago, at most limit.
func purgeRequests(ctx context.Context, tx *db.DB, now time.Time, limit int) error {
	_, err := tx.Exec(ctx, `DELETE FROM boxoffice_hold_request WHERE id IN
		(SELECT id FROM boxoffice_hold_request WHERE asked_at < $1 ORDER BY asked_at LIMIT $2)`, clock.Micros(now.Add(-keepRequests)), limit)
	return err
}
