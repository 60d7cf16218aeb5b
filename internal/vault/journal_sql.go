package vault

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const entryColumns = `id, pseudonym, verb, purpose, class, fields, actor, reason, at`

const insertEntrySQL = `INSERT INTO vault_journal (` + entryColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

func insertEntry(ctx context.Context, tx *db.DB, e Entry) error {
	_, err := tx.Exec(ctx, insertEntrySQL, entryArgs(e)...)
	return err
}

// insertEntryOnce tells false when the entry is there already.
func insertEntryOnce(ctx context.Context, tx *db.DB, e Entry) (bool, error) {
	n, err := tx.Exec(ctx, insertEntrySQL+` ON CONFLICT (id) DO NOTHING`, entryArgs(e)...)
	return n == 1, err
}

func entryArgs(e Entry) []any {
	return []any{e.ID, e.Pseudonym, e.Verb, e.Purpose, e.Class, joinFields(e.Fields), e.Actor, e.Reason, clock.Micros(e.At)}
}

// takeTurn makes integrators of all processes wait for each other, and returns the tree's size.
func takeTurn(ctx context.Context, tx *db.DB) (size int64, err error) {
	err = tx.QueryRow(ctx, `UPDATE vault_journal_head SET turn = turn + 1 WHERE id = 1 RETURNING size`).Scan(&size)
	return size, err
}

func waitingEntries(ctx context.Context, tx *db.DB, most int) ([]Entry, error) {
	var out []Entry
	err := tx.Each(ctx, func(scan func(...any) error) error {
		e, err := scanEntry(scan)
		out = append(out, e)
		return err
	}, `SELECT j.id, j.pseudonym, j.verb, j.purpose, j.class, j.fields, j.actor, j.reason, j.at
		FROM vault_journal_pending p JOIN vault_journal j ON j.id = p.entry_id ORDER BY p.entry_id LIMIT $1`, most)
	return out, err
}

func scanEntry(scan func(...any) error, more ...any) (Entry, error) {
	var e Entry
	var fields string
	var at int64
	dest := append([]any{&e.ID, &e.Pseudonym, &e.Verb, &e.Purpose, &e.Class, &fields, &e.Actor, &e.Reason, &at}, more...)
	err := scan(dest...)
	e.Fields, e.At = splitFields(fields), clock.FromMicros(at)
	return e, err
}

func insertHashes(ctx context.Context, tx *db.DB, first int64, hashes []tlog.Hash) error {
	args := make([]any, 0, 2*len(hashes))
	for i, h := range hashes {
		args = append(args, first+int64(i), h[:])
	}
	_, err := tx.Exec(ctx, `INSERT INTO vault_journal_hash (storage_index, hash) VALUES `+db.Values(1, len(hashes), 2), args...)
	return err
}

func insertPlaces(ctx context.Context, tx *db.DB, size int64, entries []Entry) error {
	places := make([]any, 0, 2*len(entries))
	ids := make([]any, 0, len(entries))
	for i, e := range entries {
		places = append(places, size+int64(i), e.ID)
		ids = append(ids, e.ID)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO vault_journal_place (place, entry_id) VALUES `+db.Values(1, len(entries), 2), places...); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM vault_journal_pending WHERE entry_id IN `+db.In(1, len(ids)), ids...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE vault_journal_head SET size = $1 WHERE id = 1`, size+int64(len(entries)))
	return err
}

func insertCheckpoint(ctx context.Context, tx *db.DB, size int64, signed []byte, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_journal_checkpoint (size, checkpoint, signed_at) VALUES ($1, $2, $3)`, size, signed, now)
	return err
}

func latestCheckpoint(ctx context.Context, d *db.DB) (signed []byte, err error) {
	err = d.QueryRow(ctx, `SELECT checkpoint FROM vault_journal_checkpoint ORDER BY size DESC LIMIT 1`).Scan(&signed)
	return signed, err
}

func selectHashes(ctx context.Context, d *db.DB, indexes []int64) (map[int64]tlog.Hash, error) {
	out := map[int64]tlog.Hash{}
	if len(indexes) == 0 {
		return out, nil
	}
	args := make([]any, len(indexes))
	for i, x := range indexes {
		args[i] = x
	}
	err := d.Each(ctx, scanHash(out), `SELECT storage_index, hash FROM vault_journal_hash WHERE storage_index IN `+db.In(1, len(args)), args...)
	return out, err
}

func hashRange(ctx context.Context, d *db.DB, from, to int64) (map[int64]tlog.Hash, error) {
	out := map[int64]tlog.Hash{}
	err := d.Each(ctx, scanHash(out), `SELECT storage_index, hash FROM vault_journal_hash WHERE storage_index >= $1 AND storage_index < $2`, from, to)
	return out, err
}

func scanHash(into map[int64]tlog.Hash) func(func(...any) error) error {
	return func(scan func(...any) error) error {
		var i int64
		var b []byte
		if err := scan(&i, &b); err != nil {
			return err
		}
		var h tlog.Hash
		copy(h[:], b)
		into[i] = h
		return nil
	}
}

// refusal is an entry that waits in the key store; marked when the person whom it is about is.
type refusal struct {
	id     string
	entry  []byte
	marked bool
}

func (k *keystore) refusals(ctx context.Context) (out []refusal, err error) {
	err = k.db.Each(ctx, func(scan func(...any) error) error {
		var r refusal
		err := scan(&r.id, &r.entry, &r.marked)
		out = append(out, r)
		return err
	}, `SELECT id, entry, marked FROM keystore_refusal ORDER BY id LIMIT $1`, integratePage)
	return out, err
}

func (k *keystore) deleteRefusal(ctx context.Context, id string) error {
	_, err := k.db.Exec(ctx, `DELETE FROM keystore_refusal WHERE id = $1`, id)
	return err
}

func (k *keystore) insertWitness(ctx context.Context, size int64, signed []byte) error {
	_, err := k.db.Exec(ctx, `INSERT INTO keystore_witness (size, checkpoint) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING`, size, signed)
	return err
}
