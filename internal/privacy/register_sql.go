package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const registerColumns = `id, number, hash, previous, content, made_by, approved_by, in_force`

func scanRegister(scan func(...any) error) (v RegisterVersion, err error) {
	var at int64
	if err := scan(&v.ID, &v.Number, &v.Hash, &v.Previous, &v.text, &v.MadeBy, &v.ApprovedBy, &at); err != nil {
		return RegisterVersion{}, err
	}
	v.InForce = clock.FromMicros(at)
	v.Processing, err = readProcessing(v.text)
	return v, err
}

func insertRegisterVersion(ctx context.Context, tx *db.DB, v RegisterVersion) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_register_version (`+registerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.ID, v.Number, v.Hash, v.Previous, v.text, v.MadeBy, v.ApprovedBy, clock.Micros(v.InForce))
	return err
}

func lastRegister(ctx context.Context, d *db.DB) (RegisterVersion, error) {
	return scanRegister(d.QueryRow(ctx, `SELECT `+registerColumns+` FROM privacy_register_version ORDER BY number DESC LIMIT 1`).Scan)
}

func lastRegisterID(ctx context.Context, d *db.DB) (id string, err error) {
	err = d.QueryRow(ctx, `SELECT id FROM privacy_register_version ORDER BY number DESC LIMIT 1`).Scan(&id)
	return id, err
}

func findRegister(ctx context.Context, d *db.DB, id string) (RegisterVersion, error) {
	return scanRegister(d.QueryRow(ctx, `SELECT `+registerColumns+` FROM privacy_register_version WHERE id = $1`, id).Scan)
}

func listRegisters(ctx context.Context, d *db.DB) (out []RegisterVersion, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		v, err := scanRegister(scan)
		out = append(out, v)
		return err
	}, `SELECT `+registerColumns+` FROM privacy_register_version ORDER BY number DESC LIMIT 1000`)
	return out, err
}

func upsertDraft(ctx context.Context, tx *db.DB, d RegisterDraft, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_register_draft (id, base, content, made_by, made_at, revision)
		VALUES ('draft', $1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET base = excluded.base, content = excluded.content, made_by = excluded.made_by,
		made_at = excluded.made_at, revision = excluded.revision`, d.Base, text, d.MadeBy, clock.Micros(d.MadeAt), d.Revision)
	return err
}

func findDraft(ctx context.Context, d *db.DB) (out RegisterDraft, err error) {
	var text string
	var at int64
	if err := d.QueryRow(ctx, `SELECT base, content, made_by, made_at, revision FROM privacy_register_draft WHERE id = 'draft'`).
		Scan(&out.Base, &text, &out.MadeBy, &at, &out.Revision); err != nil {
		return RegisterDraft{}, err
	}
	out.MadeAt = clock.FromMicros(at)
	out.Processing, err = readProcessing(text)
	return out, err
}

// deleteDraft deletes the draft of a revision, "" any.
func deleteDraft(ctx context.Context, d *db.DB, revision string) (int64, error) {
	return d.Exec(ctx, `DELETE FROM privacy_register_draft WHERE id = 'draft' AND ($1 = '' OR revision = $1)`, revision)
}

func insertTransfer(ctx context.Context, tx *db.DB, to TransferTo, fields string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_transfer (id, person_id, recipient, purpose, fields, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.NewID(), to.Person, to.Recipient, to.Purpose, fields, clock.Micros(at))
	return err
}

const transferMost = 500

func listTransfers(ctx context.Context, d *db.DB, person string) (out []Transferred, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		t := Transferred{TransferTo: TransferTo{Person: person}}
		var fields string
		var at int64
		if err := scan(&t.Recipient, &t.Purpose, &fields, &at); err != nil {
			return err
		}
		t.Fields, t.At = splitFields(fields), clock.FromMicros(at)
		out = append(out, t)
		return nil
	}, `SELECT recipient, purpose, fields, at FROM privacy_transfer WHERE person_id = $1 AND recipient <> $3 ORDER BY at DESC LIMIT $2`, person, transferMost, StateBody)
	return out, err
}
