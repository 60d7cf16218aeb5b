package vault

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Restore is the signed line of a restore of the main database: the journal goes on from Size entries, and those up to Lost, which
// were signed, are gone.
type Restore struct {
	Seq  int64
	Size int64
	Root tlog.Hash // over the entries that are still there
	Lost int64
	At   time.Time

	lostHash string // over the checkpoints that moved aside
}

const restoreHead = "sahna restore 1"

// TellRestore writes the line of a restore that has just been made, before anything is served from it; nothing when no signed entry
// was lost. It returns the line with Seq 0 then.
func (v *Vault) TellRestore(ctx context.Context) (r Restore, err error) {
	defer fault.Wrap(&err, "tell of a restore")
	if r.Size, err = headSize(ctx, v.db); err != nil {
		return r, err
	}
	if r.Size > 0 {
		if r.Root, err = tlog.TreeHash(r.Size, newTreeHashes(ctx, v.db)); err != nil {
			return r, err
		}
	}
	r.At = v.clock.Now()
	err = v.keys.db.Transact(ctx, func(tx *db.DB) error {
		known, err := restoreNotes(ctx, tx)
		if err != nil {
			return err
		}
		r.Seq = 0
		lost, err := witnessesBeyond(ctx, tx, r.Size)
		if err != nil || len(lost) == 0 {
			return err
		}
		r.Seq, r.Lost, r.lostHash = int64(len(known))+1, lost[len(lost)-1].size, hashOf(lost)
		signed, err := note.Sign(&note.Note{Text: r.text()}, v.log.signer)
		if err != nil {
			return err
		}
		return putAside(ctx, tx, r, signed)
	})
	return r, err
}

func (r Restore) text() string {
	return strings.Join([]string{
		restoreHead, strconv.FormatInt(r.Seq, 10), strconv.FormatInt(r.Size, 10), base64.StdEncoding.EncodeToString(r.Root[:]),
		strconv.FormatInt(r.Lost, 10), strconv.FormatInt(clock.Micros(r.At), 10), r.lostHash, "",
	}, "\n")
}

func hashOf(lost []keptCheckpoint) string {
	h := sha256.New()
	for _, c := range lost {
		fmt.Fprintln(h, c.size, base64.StdEncoding.EncodeToString(c.signed)) //nolint:errcheck // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

var errRestoreLine = errors.New("not a line of this journal")

func (k journalKeys) readRestore(signed []byte) (r Restore, err error) {
	n, err := note.Open(signed, k.verifiers)
	if err != nil {
		return r, err
	}
	p := strings.Split(n.Text, "\n")
	if len(p) != 8 || p[0] != restoreHead {
		return r, errRestoreLine
	}
	var at int64
	for i, to := range map[int]*int64{1: &r.Seq, 2: &r.Size, 4: &r.Lost, 5: &at} {
		if *to, err = strconv.ParseInt(p[i], 10, 64); err != nil {
			return r, errRestoreLine
		}
	}
	root, err := base64.StdEncoding.DecodeString(p[3])
	if err != nil || len(root) != tlog.HashSize {
		return r, errRestoreLine
	}
	copy(r.Root[:], root)
	r.At, r.lostHash = clock.FromMicros(at), p[6]
	if r.text() != n.Text {
		return r, errRestoreLine
	}
	return r, nil
}

// Restores lists the restores that the key store knows of, in their order; lines that are not signed by this journal are left out
// (VerifyJournal names them).
func (v *Vault) Restores(ctx context.Context) (out []Restore, err error) {
	defer fault.Wrap(&err, "list restores")
	notes, err := restoreNotes(ctx, v.keys.db)
	for _, n := range notes {
		if r, err := v.log.readRestore(n.signed); err == nil {
			out = append(out, r)
		}
	}
	return out, err
}

// LostBy tells which restore took away the entries that a kept checkpoint is over; false when none did.
func (v *Vault) LostBy(ctx context.Context, kept []byte) (_ Restore, _ bool, err error) {
	defer fault.Wrap(&err, "tell whether a restore lost a checkpoint")
	cp, err := v.log.read(kept)
	if err != nil {
		return Restore{}, false, nil //nolint:nilerr // VerifyJournal says so
	}
	all, err := v.Restores(ctx)
	if err != nil {
		return Restore{}, false, err
	}
	for _, r := range all {
		lost, err := lostWitnesses(ctx, v.keys.db, r.Seq)
		if err != nil {
			return Restore{}, false, err
		}
		for _, l := range lost {
			if was, err := v.log.read(l.signed); l.size == cp.Size && err == nil && was.Root == cp.Root && hashOf(lost) == r.lostHash {
				return r, true, nil
			}
		}
	}
	return Restore{}, false, nil
}

// keepRestores lets the lines of restores witness what was there when they were written. A line is about a branch that a later
// restore may have left again.
func (c *verification) keepRestores(ctx context.Context) error {
	notes, err := restoreNotes(ctx, c.vault.keys.db)
	if err != nil {
		return err
	}
	least := int64(-1)
	for i := len(notes) - 1; i >= 0; i-- {
		if notes[i].size != int64(i)+1 {
			c.say("the line of a restore is missing before line %d", notes[i].size)
		}
		r, err := c.vault.log.readRestore(notes[i].signed)
		if err != nil || r.Seq != notes[i].size {
			c.say("the line of restore %d is not signed by this journal", notes[i].size)
			continue
		}
		lost, err := lostWitnesses(ctx, c.vault.keys.db, r.Seq)
		if err != nil {
			return err
		}
		if hashOf(lost) != r.lostHash {
			c.say("the checkpoints that restore %d put aside are not those that it signed", r.Seq)
		}
		if least >= 0 && r.Size > least {
			continue
		}
		least = r.Size
		what := fmt.Sprintf("the line of the restore of %s", r.At.UTC().Format(time.DateTime))
		if r.Size > c.size {
			c.say("the journal was rolled back: %s tells of %d entries, there are %d", what, r.Size, c.size)
		} else if r.Size > 0 {
			c.witness[r.Size] = append(c.witness[r.Size], witness{what, Checkpoint{r.Size, r.Root}})
		}
	}
	return c.strayLost(ctx, int64(len(notes)))
}

// strayLost names checkpoints that were put aside without a line.
func (c *verification) strayLost(ctx context.Context, restores int64) error {
	n, err := countLostBeyond(ctx, c.vault.keys.db, restores)
	if err == nil && n > 0 {
		c.say("%d checkpoints were put aside by a restore that has no line", n)
	}
	return err
}
