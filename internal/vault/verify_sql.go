package vault

import (
	"context"
	"database/sql"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func headSize(ctx context.Context, d *db.DB) (size int64, err error) {
	err = d.QueryRow(ctx, `SELECT size FROM vault_journal_head WHERE id = 1`).Scan(&size)
	return size, err
}

// placed is an entry with its place; the entry itself may be gone.
type placed struct {
	Entry
	entryID string
	there   bool
}

func placedEntries(ctx context.Context, d *db.DB, from, to int64) (map[int64]placed, error) {
	out := map[int64]placed{}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var place int64
		var entryID string
		var s [8]sql.NullString
		var at sql.NullInt64
		if err := scan(&place, &entryID, &s[0], &s[1], &s[2], &s[3], &s[4], &s[5], &s[6], &s[7], &at); err != nil {
			return err
		}
		out[place] = placed{entryID: entryID, there: s[0].Valid, Entry: Entry{
			ID: s[0].String, Pseudonym: s[1].String, Verb: Verb(s[2].String),
			Purpose: Purpose(s[3].String), Class: Class(s[4].String), Fields: splitFields(s[5].String), Actor: s[6].String, Reason: s[7].String,
			At: clock.FromMicros(at.Int64),
		}}
		return nil
	}, `SELECT p.place, p.entry_id, j.id, j.pseudonym, j.verb, j.purpose, j.class, j.fields, j.actor, j.reason, j.at
		FROM vault_journal_place p LEFT JOIN vault_journal j ON j.id = p.entry_id WHERE p.place >= $1 AND p.place < $2`, from, to)
	return out, err
}

func checkpointRange(ctx context.Context, d *db.DB, from, to int64) (map[int64][]byte, error) {
	out := map[int64][]byte{}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var size int64
		var b []byte
		if err := scan(&size, &b); err != nil {
			return err
		}
		out[size] = b
		return nil
	}, `SELECT size, checkpoint FROM vault_journal_checkpoint WHERE size >= $1 AND size <= $2`, from, to)
	return out, err
}

type keptCheckpoint struct {
	size   int64
	signed []byte
}

func (k *keystore) witnessesAfter(ctx context.Context, size int64) ([]keptCheckpoint, error) {
	var out []keptCheckpoint
	err := k.db.Each(ctx, func(scan func(...any) error) error {
		var c keptCheckpoint
		if err := scan(&c.size, &c.signed); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	}, `SELECT size, checkpoint FROM keystore_witness WHERE size > $1 ORDER BY size LIMIT $2`, size, verifyPage)
	return out, err
}

const mostStrays = 100

func hiddenEntries(ctx context.Context, d *db.DB) ([]string, error) {
	return ids(ctx, d, `SELECT j.id FROM vault_journal j LEFT JOIN vault_journal_place p ON p.entry_id = j.id
		LEFT JOIN vault_journal_pending w ON w.entry_id = j.id
		WHERE p.place IS NULL AND w.entry_id IS NULL ORDER BY j.id LIMIT $1`, mostStrays)
}

func lostEntries(ctx context.Context, d *db.DB) ([]string, error) {
	return ids(ctx, d, `SELECT w.entry_id FROM vault_journal_pending w LEFT JOIN vault_journal j ON j.id = w.entry_id
		WHERE j.id IS NULL ORDER BY w.entry_id LIMIT $1`, mostStrays)
}

// placesBeyond reads the head again, since the tree may have grown while it was verified.
func placesBeyond(ctx context.Context, d *db.DB, size int64) ([]string, error) {
	return ids(ctx, d, `SELECT p.entry_id FROM vault_journal_place p JOIN vault_journal_head h ON h.id = 1
		WHERE p.place >= $1 AND p.place >= h.size ORDER BY p.place LIMIT $2`, size, mostStrays)
}

func ids(ctx context.Context, d *db.DB, query string, args ...any) ([]string, error) {
	var out []string
	err := d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	}, query, args...)
	return out, err
}

func entriesUnder(ctx context.Context, d *db.DB, pseudonyms []string, p Page) ([]ProvedEntry, error) {
	before := p.Before
	if before == "" {
		before = "g" // after every id, which is hexadecimal
	}
	args := []any{before, p.Limit}
	for _, n := range pseudonyms {
		args = append(args, n)
	}
	var out []ProvedEntry
	err := d.Each(ctx, func(scan func(...any) error) error {
		var place sql.NullInt64
		e, err := scanEntry(scan, &place)
		if !place.Valid {
			place.Int64 = -1
		}
		out = append(out, ProvedEntry{Entry: e, Place: place.Int64})
		return err
	}, `SELECT j.id, j.pseudonym, j.verb, j.purpose, j.class, j.fields, j.actor, j.reason, j.at, p.place
		FROM vault_journal j LEFT JOIN vault_journal_place p ON p.entry_id = j.id
		WHERE j.id < $1 AND j.pseudonym IN `+db.In(3, len(pseudonyms))+` ORDER BY j.id DESC LIMIT $2`, args...)
	return out, err
}
