package vault

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Page asks for a part of a list.
type Page struct {
	Before string // id of the last entry of the part before; "" starts with the newest
	Limit  int    // at most 200

	Unproved bool // the entries alone: a proof costs a query and a hundred hashes, and Prove makes that of one
}

// ProvedEntry is an entry with the proof that it stands in the journal.
type ProvedEntry struct {
	Entry
	Place int64            // -1 while it waits for its place
	Proof tlog.RecordProof // against the page's checkpoint
}

// EntryPage is part of a person's journal.
type EntryPage struct {
	Entries    []ProvedEntry
	Checkpoint []byte // signed; nil while the journal is empty
	Next       string // Page.Before of the next part; "" at the end
}

// EntriesOf returns what was done to a person's data, newest first, each with its proof. A destroyed person has
// none: nobody can tell any more which entries were theirs.
func (v *Vault) EntriesOf(ctx context.Context, person string, p Page) (_ EntryPage, err error) {
	defer fault.Wrap(&err, "read the journal of person %s", person)
	p.Limit = min(max(p.Limit, 1), 200)
	var names []string
	for _, c := range []Class{ClassPerson, ClassInvoice, ClassEvidence} {
		key, err := v.keys.get(ctx, person, c)
		switch {
		case errors.Is(err, ErrNoPerson), errors.Is(err, ErrDestroyed):
			continue
		case err != nil:
			return EntryPage{}, err
		}
		names = append(names, key.pseudonym())
	}
	if len(names) == 0 {
		return EntryPage{}, nil
	}
	var out EntryPage
	var size int64
	if out.Checkpoint, err = v.LatestCheckpoint(ctx); err != nil {
		return EntryPage{}, err
	}
	if out.Checkpoint != nil {
		c, err := v.log.read(out.Checkpoint)
		if err != nil {
			return EntryPage{}, err
		}
		size = c.Size
	}
	if out.Entries, err = entriesUnder(ctx, v.db, names, p); err != nil {
		return EntryPage{}, err
	}
	if len(out.Entries) == p.Limit {
		out.Next = out.Entries[p.Limit-1].ID
	}
	if p.Unproved {
		return out, nil
	}
	return out, v.prove(ctx, out.Entries, size)
}

func (v *Vault) prove(ctx context.Context, entries []ProvedEntry, size int64) (err error) {
	for i := range entries {
		e := &entries[i]
		if e.Place >= size {
			e.Place = -1 // placed after the checkpoint was read
		}
		if e.Place < 0 {
			continue
		}
		if e.Proof, err = tlog.ProveRecord(size, e.Place, newTreeHashes(ctx, v.db)); err != nil {
			return err
		}
	}
	return nil
}

// CheckEntry proves, with nothing but the journal's public key, that an entry stands in the journal that a checkpoint signs.
func CheckEntry(verifier string, checkpoint []byte, e ProvedEntry) error {
	key, err := note.NewVerifier(verifier)
	if err != nil {
		return fmt.Errorf("journal key: %w", err)
	}
	c, err := readCheckpoint(checkpoint, note.VerifierList(key))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(e.Proof, c.Size, c.Root, e.Place, tlog.RecordHash(e.record()))
}
