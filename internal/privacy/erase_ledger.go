package privacy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// ErrBehind is a database that does not know of erasures which the key store knows of: it was restored from a copy, and those
// whom it has forgotten to erase would come back.
var ErrBehind = errors.New("this database does not know of every erasure that the key store knows of: it was restored from a copy")

// line is what the ledger hashes.
type line struct {
	Seq int64  `json:"seq"`
	ID  string `json:"id"`
	EraseOrder
	At int64 `json:"decided_at"`
}

func (l line) canonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(l)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// ledgerRow is a line with its place in the chain.
type ledgerRow struct {
	Erasure
	hash string
	line []byte
}

func (r ledgerRow) copyForKeys() vault.ErasureLine {
	return vault.ErasureLine{Seq: r.Seq, ID: r.ID, Person: r.Order.Person, Hash: r.hash, Line: r.line}
}

// decide writes the ledger's lines. A person whose erasure is open or done keeps the line that is there.
func (p *Privacy) decide(ctx context.Context, tx *db.DB, orders []EraseOrder) (out []Erasure, err error) {
	seq, hash, err := takeHead(ctx, tx)
	if err != nil {
		return nil, err
	}
	now := p.clock.Now()
	for _, o := range orders {
		known, err := erasureIDs(ctx, tx, o.Person)
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			e, err := erasureByID(ctx, tx, known[0])
			if err != nil {
				return nil, err
			}
			if e.DoneAt, err = erasureDoneAt(ctx, tx, e.ID); err != nil {
				return nil, err
			}
			if !e.Done() {
				if err := hastenErasure(ctx, tx, e.ID, now); err != nil {
					return nil, err
				}
			}
			out = append(out, e)
			continue
		}
		seq++
		e := Erasure{ID: db.NewID(), Seq: seq, Order: o, DecidedAt: now}
		text, err := line{e.Seq, e.ID, o, clock.Micros(now)}.canonical()
		if err != nil {
			return nil, err
		}
		hash = ChainHash(hash, text)
		if err := enterErasure(ctx, tx, ledgerRow{e, hash, text}, now); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, setHead(ctx, tx, seq, hash)
}

func enterErasure(ctx context.Context, tx *db.DB, r ledgerRow, due time.Time) error {
	if err := insertErasure(ctx, tx, r); err != nil {
		return err
	}
	return insertOpen(ctx, tx, r.ID, due)
}

// keepLedger copies the lines of these erasures into the key store before anything is destroyed.
func (p *Privacy) keepLedger(ctx context.Context, es []Erasure) error {
	first := int64(0)
	for _, e := range es {
		if !e.Done() && (first == 0 || e.Seq < first) {
			first = e.Seq
		}
	}
	if first == 0 {
		return nil
	}
	_, err := p.keepLedgerFrom(ctx, first-1)
	return err
}

const ledgerPage = 200

func (p *Privacy) keepLedgerFrom(ctx context.Context, after int64) (n int, err error) {
	for {
		rows, err := ledgerAfter(ctx, p.db, after, ledgerPage)
		if err != nil || len(rows) == 0 {
			return n, err
		}
		lines := make([]vault.ErasureLine, len(rows))
		for i, r := range rows {
			lines[i], after = r.copyForKeys(), r.Seq
		}
		if err := p.vault.KeepErasures(ctx, lines); err != nil {
			return n, err
		}
		n += len(lines)
	}
}

// catchUp copies lines that a crash kept from the key store. If it was the key store that was restored from a copy, destroyed keys
// have come back with it: they are destroyed again.
func (p *Privacy) catchUp(ctx context.Context) error {
	last, err := p.vault.LastErasure(ctx)
	if err != nil {
		return err
	}
	n, err := p.keepLedgerFrom(ctx, last.Seq)
	if err != nil || n == 0 {
		return err
	}
	_, err = p.vault.Replay(ctx)
	return err
}

// CheckLedger returns ErrBehind when the key store knows of erasures or destroyed keys that the database does not. The program asks
// it before it serves.
func (p *Privacy) CheckLedger(ctx context.Context) (err error) {
	last, err := p.vault.LastErasure(ctx)
	if err != nil {
		return err
	}
	if last.Seq > 0 {
		hash, err := ledgerHash(ctx, p.db, last.Seq)
		if errors.Is(err, db.ErrNoRow) || err == nil && hash != last.Hash {
			return fmt.Errorf("%w (the key store's copy has %d lines)", ErrBehind, last.Seq)
		}
		if err != nil {
			return err
		}
	}
	behind, err := p.vault.Behind(ctx)
	if err == nil && behind {
		err = fmt.Errorf("%w (it lacks destroyed keys)", ErrBehind)
	}
	return err
}

// Replayed is what Replay found to do again.
type Replayed struct {
	Lines int // of the ledger, that the database did not have
	Keys  int // that had come back, or persons whose fields had
	Done  int // erasures carried out again
}

// Replay carries out again every erasure that a restored database does not know of. It must end without an error before
// anything is served; running it again goes on.
func (p *Privacy) Replay(ctx context.Context) (r Replayed, err error) {
	defer fault.Wrap(&err, "replay erasures")
	if r.Keys, err = p.vault.Replay(ctx); err != nil {
		return r, err
	}
	if r.Lines, err = p.enterMissing(ctx); err != nil {
		return r, err
	}
	if err := hastenAll(ctx, p.db, p.clock.Now()); err != nil {
		return r, err
	}
	if r.Done, err = p.FinishErasures(ctx); err != nil {
		return r, err
	}
	return r, p.CheckLedger(ctx)
}

// enterMissing takes the ledger's tail from the key store, line by line along its hashes.
func (p *Privacy) enterMissing(ctx context.Context) (n int, err error) {
	for {
		more := 0
		err := p.db.Transact(ctx, func(tx *db.DB) error {
			seq, hash, err := takeHead(ctx, tx)
			if err != nil {
				return err
			}
			lines, err := p.vault.ErasuresAfter(ctx, seq, ledgerPage)
			if err != nil {
				return err
			}
			more = len(lines)
			for _, l := range lines {
				row, err := readLine(l, seq, hash)
				if err != nil {
					return err
				}
				seq, hash = row.Seq, row.hash
				if err := enterErasure(ctx, tx, row, p.clock.Now()); err != nil {
					return err
				}
			}
			return setHead(ctx, tx, seq, hash)
		})
		if err != nil || more == 0 {
			return n, err
		}
		n += more
	}
}

func readLine(l vault.ErasureLine, seq int64, hash string) (ledgerRow, error) {
	if l.Seq != seq+1 || l.Hash != ChainHash(hash, l.Line) {
		return ledgerRow{}, fmt.Errorf("line %d of the key store's erasure ledger does not follow the database's line %d: they are of different installations, or one was changed", l.Seq, seq)
	}
	var t line
	if err := json.Unmarshal(l.Line, &t); err != nil {
		return ledgerRow{}, err
	}
	return ledgerRow{Erasure{ID: t.ID, Seq: t.Seq, Order: t.EraseOrder, DecidedAt: clock.FromMicros(t.At)}, l.Hash, l.Line}, nil
}

// erasureStuck is how long an erasure may be due before somebody is told: it is tried every hour.
const erasureStuck = 48 * time.Hour

// VerifyErasures names lines of the ledger that do not fit their hash, and erasures that are long due and cannot be finished.
func (p *Privacy) VerifyErasures(ctx context.Context) (wrong []string, err error) {
	defer fault.Wrap(&err, "verify the erasure ledger")
	seq, hash := int64(0), ""
	for {
		rows, err := ledgerAfter(ctx, p.db, seq, ledgerPage)
		if err != nil {
			return wrong, err
		}
		if len(rows) == 0 {
			return wrong, stuckErasures(ctx, p.db, p.clock.Now().Add(-erasureStuck), func(seq int64, due time.Time) {
				wrong = append(wrong, fmt.Sprintf("privacy: the erasure of line %d of the ledger has been due since %s and is not finished",
					seq, due.In(zone).Format(time.DateTime)))
			})
		}
		for _, r := range rows {
			text, err := line{r.Seq, r.ID, r.Order, clock.Micros(r.DecidedAt)}.canonical()
			if err != nil {
				return nil, err
			}
			if r.Seq != seq+1 || !bytes.Equal(text, r.line) || r.hash != ChainHash(hash, r.line) {
				wrong = append(wrong, fmt.Sprintf("privacy: line %d of the erasure ledger does not fit its hash", r.Seq))
			}
			seq, hash = r.Seq, r.hash
		}
	}
}

// LedgerLength is the number of the erasure ledger's last line.
func (p *Privacy) LedgerLength(ctx context.Context) (int64, error) { return ledgerLength(ctx, p.db) }
