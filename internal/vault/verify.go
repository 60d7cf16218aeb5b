package vault

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const verifyPage = 1000

// VerifyJournal reads the whole journal and names, in words, every entry that was changed, removed or put elsewhere,
// every hash and checkpoint that does not fit, and a journal that was rolled back. No findings mean that it is as it
// was signed. kept is a checkpoint that somebody kept elsewhere; nil when there is none. A restore that wrote its line (TellRestore)
// is no finding: Restores lists it, and LostBy tells which kept checkpoints it took along.
func (v *Vault) VerifyJournal(ctx context.Context, kept []byte) ([]string, error) {
	return v.verifyJournal(ctx, v.db, kept)
}

func (v *Vault) verifyJournal(ctx context.Context, d *db.DB, kept []byte) (_ []string, err error) {
	defer fault.Wrap(&err, "verify the journal")
	size, err := headSize(ctx, d)
	if err != nil {
		return nil, err
	}
	c := &verification{vault: v, db: d, size: size, leafAt: map[tlog.Hash]int64{}, witness: map[int64][]witness{}}
	if kept != nil {
		_, lost, err := v.LostBy(ctx, kept) // what a restore took away cannot be compared, and its line says so
		if err != nil {
			return nil, err
		}
		if !lost {
			c.keep("the kept checkpoint", kept)
		}
	}
	if err := c.keepWitnesses(ctx); err != nil {
		return nil, err
	}
	if err := c.keepRestores(ctx); err != nil {
		return nil, err
	}
	for from := int64(0); from < size; from += verifyPage {
		if err := c.page(ctx, from, min(from+verifyPage, size)); err != nil {
			return nil, err
		}
	}
	c.nameMoved()
	if err := c.newest(ctx); err != nil {
		return nil, err
	}
	return c.findings, c.strays(ctx)
}

// verification walks the tree's places in order and grows a tree of its own beside the stored one.
type verification struct {
	vault    *Vault
	db       *db.DB
	size     int64
	findings []string
	stack    []subtree
	agreed   int64               // size of the last checkpoint that fitted
	witness  map[int64][]witness // checkpoints held elsewhere, by size
	wrong    []misfit            // entries whose hash is not their place's
	leafAt   map[tlog.Hash]int64 // stored hashes of those places
}

type subtree struct {
	level int
	hash  tlog.Hash
}

type witness struct {
	what string
	Checkpoint
}

type misfit struct {
	place int64
	id    string
	hash  tlog.Hash
}

func (c *verification) say(format string, args ...any) {
	c.findings = append(c.findings, fmt.Sprintf(format, args...))
}

// keep notes a checkpoint that is held outside the journal's own tables.
func (c *verification) keep(what string, signed []byte) {
	cp, err := c.vault.log.read(signed)
	switch {
	case err != nil:
		c.say("%s is not signed by this journal", what)
	case cp.Size > c.size:
		c.say("the journal was rolled back: %s tells of %d entries, there are %d", what, cp.Size, c.size)
	default:
		c.witness[cp.Size] = append(c.witness[cp.Size], witness{what, cp})
	}
}

func (c *verification) keepWitnesses(ctx context.Context) error {
	for after := int64(-1); ; {
		page, err := c.vault.keys.witnessesAfter(ctx, after)
		if err != nil {
			return err
		}
		for _, w := range page {
			c.keep(fmt.Sprintf("the key store's checkpoint over %d entries", w.size), w.signed)
			after = w.size
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

func (c *verification) page(ctx context.Context, from, to int64) error {
	entries, err := placedEntries(ctx, c.db, from, to)
	if err != nil {
		return err
	}
	stored, err := hashRange(ctx, c.db, tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to))
	if err != nil {
		return err
	}
	signed, err := checkpointRange(ctx, c.db, from+1, to)
	if err != nil {
		return err
	}
	for place := from; place < to; place++ {
		leaf := c.leaf(place, entries, stored)
		c.grow(place, leaf, stored)
		c.compareRoots(place+1, signed)
	}
	return nil
}

// leaf returns the hash that stands for a place. Where entry and stored hash differ the stored one goes on, so
// that the signed roots above decide which of the two is true.
func (c *verification) leaf(place int64, entries map[int64]placed, stored map[int64]tlog.Hash) tlog.Hash {
	want, ok := stored[tlog.StoredHashIndex(0, place)]
	if !ok {
		c.say("place %d: its stored hash is missing", place)
	}
	e, there := entries[place]
	switch {
	case !there:
		c.say("place %d is missing", place)
		return want
	case !e.there:
		c.say("place %d: entry %s was removed", place, e.entryID)
		return want
	}
	got := tlog.RecordHash(e.record())
	if !ok {
		return got
	}
	if got != want {
		c.wrong = append(c.wrong, misfit{place, e.entryID, got})
		c.leafAt[want] = place
	}
	return want
}

// nameMoved tells entries that were changed from those that stand in another's place.
func (c *verification) nameMoved() {
	for _, m := range c.wrong {
		if home, ok := c.leafAt[m.hash]; ok {
			c.say("place %d: entry %s was moved here from place %d", m.place, m.id, home)
		} else {
			c.say("place %d: entry %s was changed", m.place, m.id)
		}
	}
}

// grow adds a leaf to the tree and compares the inner hashes that it completes.
func (c *verification) grow(place int64, leaf tlog.Hash, stored map[int64]tlog.Hash) {
	c.stack = append(c.stack, subtree{0, leaf})
	for n := len(c.stack); n > 1 && c.stack[n-1].level == c.stack[n-2].level; n = len(c.stack) {
		level := c.stack[n-1].level + 1
		hash := tlog.NodeHash(c.stack[n-2].hash, c.stack[n-1].hash)
		c.stack = append(c.stack[:n-2], subtree{level, hash})
		at := tlog.StoredHashIndex(level, place>>level)
		if got, ok := stored[at]; !ok || got != hash {
			c.say("the stored hash %d over places %d to %d does not fit", at, place>>level<<level, place)
		}
	}
}

func (c *verification) root() tlog.Hash {
	h := c.stack[len(c.stack)-1].hash
	for i := len(c.stack) - 2; i >= 0; i-- {
		h = tlog.NodeHash(c.stack[i].hash, h)
	}
	return h
}

func (c *verification) compareRoots(size int64, signed map[int64][]byte) {
	b, own := signed[size]
	if !own && c.witness[size] == nil {
		return
	}
	root := c.root()
	good := false
	if own {
		cp, err := c.vault.log.read(b)
		switch {
		case err != nil || cp.Size != size:
			c.say("the checkpoint over %d entries is not signed by this journal", size)
		case cp.Root != root:
			c.say("the checkpoint over %d entries does not fit: entries and hashes from place %d on are not those that were signed", size, c.agreed)
		default:
			good = true
		}
	}
	for _, w := range c.witness[size] {
		if w.Root != root {
			c.say("%s does not fit: entries and hashes from place %d on are not those that were signed", w.what, c.agreed)
			good = false
		}
	}
	if good {
		c.agreed = size
	}
}

// newest checks that the newest checkpoint is over the whole tree: otherwise its end is unsigned.
func (c *verification) newest(ctx context.Context) error {
	if c.size == 0 {
		return nil
	}
	sizes, err := checkpointRange(ctx, c.db, c.size, c.size)
	if err != nil {
		return err
	}
	if _, ok := sizes[c.size]; !ok {
		c.say("there is no checkpoint over all %d entries", c.size)
	}
	return nil
}

// strays names what is in one table and not in its partner.
func (c *verification) strays(ctx context.Context) error {
	hidden, err := hiddenEntries(ctx, c.db)
	if err != nil {
		return err
	}
	for _, id := range hidden {
		c.say("entry %s has no place and does not wait for one", id)
	}
	lost, err := lostEntries(ctx, c.db)
	if err != nil {
		return err
	}
	for _, id := range lost {
		c.say("entry %s was removed before it got a place", id)
	}
	beyond, err := placesBeyond(ctx, c.db, c.size)
	if err != nil {
		return err
	}
	for _, id := range beyond {
		c.say("entry %s has a place beyond the end of the tree", id)
	}
	return nil
}
