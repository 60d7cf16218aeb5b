package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const integratePage = 250

// Integrate gives waiting entries their places in the tree and signs a checkpoint over it. A loop calls it every
// few seconds; processes that call it at once take turns. It returns how many entries got a place.
func (v *Vault) Integrate(ctx context.Context) (placed int, err error) {
	defer fault.Wrap(&err, "integrate the journal")
	if err := v.takeRefusals(ctx); err != nil {
		return 0, err
	}
	for {
		n, checkpoint, err := v.integratePage(ctx)
		if err != nil {
			return placed, err
		}
		placed += n
		if n < integratePage {
			return placed, v.witness(ctx, checkpoint)
		}
	}
}

// Watcher is a gate that wants to know of refused looks at marked persons. It is told once, in the transaction that takes the
// refusal's entry into the journal: that of the look has rolled back.
type Watcher interface {
	RefusedMarked(ctx context.Context, tx *db.DB, e Entry) error
}

// takeRefusals moves entries that waited in the key store into the journal. A crash in between does no harm: the
// entry's id is the same.
func (v *Vault) takeRefusals(ctx context.Context) error {
	for {
		waiting, err := v.keys.refusals(ctx)
		if err != nil || len(waiting) == 0 {
			return err
		}
		err = v.db.Transact(ctx, func(tx *db.DB) error {
			for _, r := range waiting {
				e, ok := parseRecord(r.entry)
				if !ok {
					return errors.New("a refusal in the key store cannot be read")
				}
				fresh, err := insertEntryOnce(ctx, tx, e)
				if err != nil {
					return err
				}
				if w, watches := v.gate.(Watcher); watches && fresh && r.marked {
					if err := w.RefusedMarked(ctx, tx, e); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, r := range waiting {
			if err := v.keys.deleteRefusal(ctx, r.id); err != nil {
				return err
			}
		}
	}
}

func (v *Vault) integratePage(ctx context.Context) (n int, checkpoint []byte, err error) {
	err = v.db.Transact(ctx, func(tx *db.DB) error {
		size, err := takeTurn(ctx, tx)
		if err != nil {
			return err
		}
		entries, err := waitingEntries(ctx, tx, integratePage)
		n = len(entries)
		if err != nil || n == 0 {
			return err
		}
		tree := newTreeHashes(ctx, tx)
		if err := tree.grow(size, entries); err != nil {
			return err
		}
		after := size + int64(n)
		root, err := tlog.TreeHash(after, tree)
		if err != nil {
			return err
		}
		checkpoint, err = v.log.sign(Checkpoint{Size: after, Root: root})
		if err != nil {
			return err
		}
		if err := insertHashes(ctx, tx, tree.first, tree.fresh); err != nil {
			return err
		}
		if err := insertPlaces(ctx, tx, size, entries); err != nil {
			return err
		}
		return insertCheckpoint(ctx, tx, after, checkpoint, clock.Micros(v.clock.Now()))
	})
	return n, checkpoint, err
}

// witness keeps a checkpoint in the key store, where a main database that is rolled back cannot take it along.
func (v *Vault) witness(ctx context.Context, checkpoint []byte) error {
	if checkpoint == nil {
		return nil
	}
	c, err := v.log.read(checkpoint)
	if err != nil {
		return err
	}
	return v.keys.insertWitness(ctx, c.Size, checkpoint)
}

// Checkpoint is the signed state of the journal: how many entries it has and the hash over all of them.
type Checkpoint struct {
	Size int64
	Root tlog.Hash
}

// ErrCheckpoint is bytes that are no checkpoint signed by the journal.
var ErrCheckpoint = errors.New("not a checkpoint of this journal")

func (k journalKeys) sign(c Checkpoint) ([]byte, error) {
	text := JournalName + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
	return note.Sign(&note.Note{Text: text}, k.signer)
}

func (k journalKeys) read(signed []byte) (Checkpoint, error) {
	return readCheckpoint(signed, k.verifiers)
}

func readCheckpoint(signed []byte, keys note.Verifiers) (Checkpoint, error) {
	n, err := note.Open(signed, keys)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != JournalName || lines[3] != "" {
		return Checkpoint{}, ErrCheckpoint
	}
	var c Checkpoint
	c.Size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return Checkpoint{}, ErrCheckpoint
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, ErrCheckpoint
	}
	copy(c.Root[:], root)
	return c, nil
}

// JournalVerifier returns the public key that checks checkpoints.
func (v *Vault) JournalVerifier() string { return v.log.public }

// LatestCheckpoint returns the newest signed checkpoint, nil while the journal is empty. Who keeps it can prove
// later that nothing before it was changed.
func (v *Vault) LatestCheckpoint(ctx context.Context) ([]byte, error) {
	signed, err := latestCheckpoint(ctx, v.db)
	if errors.Is(err, db.ErrNoRow) {
		return nil, nil
	}
	return signed, err
}

// treeHashes is the tree's stored hashes: those in the database, and those that this transaction adds.
type treeHashes struct {
	ctx   context.Context
	tx    *db.DB
	first int64 // storage index of fresh[0]
	fresh []tlog.Hash
}

func newTreeHashes(ctx context.Context, tx *db.DB) *treeHashes { return &treeHashes{ctx: ctx, tx: tx} }

func (t *treeHashes) grow(size int64, entries []Entry) error {
	t.first = tlog.StoredHashIndex(0, size)
	for i, e := range entries {
		hashes, err := tlog.StoredHashesForRecordHash(size+int64(i), tlog.RecordHash(e.record()), t)
		if err != nil {
			return err
		}
		t.fresh = append(t.fresh, hashes...)
	}
	return nil
}

// ReadHashes implements tlog.HashReader.
func (t *treeHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var old []int64
	for _, i := range indexes {
		if t.fresh == nil || i < t.first {
			old = append(old, i)
		}
	}
	stored, err := selectHashes(t.ctx, t.tx, old)
	if err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(indexes))
	for n, i := range indexes {
		if t.fresh != nil && i >= t.first {
			if i-t.first >= int64(len(t.fresh)) {
				return nil, fmt.Errorf("the journal's hash %d is not made yet", i)
			}
			out[n] = t.fresh[i-t.first]
			continue
		}
		h, ok := stored[i]
		if !ok {
			return nil, fmt.Errorf("the journal's hash %d is missing", i)
		}
		out[n] = h
	}
	return out, nil
}
