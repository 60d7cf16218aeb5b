package admission

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const maxDevices = 500

func insertInvite(ctx context.Context, d *db.DB, hash, name, staff string, until time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO admission_invite (code_hash, name, invited_by, expires_at, used_at) VALUES ($1, $2, $3, $4, 0)`,
		hash, name, staff, clock.Micros(until))
	return err
}

func deleteInvites(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM admission_invite WHERE expires_at < $1`, clock.Micros(before))
	return err
}

func useInvite(ctx context.Context, tx *db.DB, hash string, now time.Time) (name, staff string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE admission_invite SET used_at = $2 WHERE code_hash = $1 AND used_at = 0 AND expires_at > $2
		RETURNING name, invited_by`, hash, clock.Micros(now)).Scan(&name, &staff)
	if errors.Is(err, db.ErrNoRow) {
		err = ErrInvite
	}
	return name, staff, err
}

func insertDevice(ctx context.Context, tx *db.DB, d Device, tokenHash, staff string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO admission_device (id, name, gate_id, token_hash, invited_by, created_at, seen_at, revoked)
		VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE)`,
		d.ID, d.Name, d.GateID, tokenHash, staff, clock.Micros(d.CreatedAt), clock.Micros(d.SeenAt))
	return err
}

const deviceColumns = `id, name, gate_id, created_at, seen_at, revoked`

func scanDevice(scan func(...any) error) (d Device, err error) {
	var created, seen int64
	err = scan(&d.ID, &d.Name, &d.GateID, &created, &seen, &d.Revoked)
	d.CreatedAt, d.SeenAt = clock.FromMicros(created), clock.FromMicros(seen)
	return d, err
}

func selectDevice(ctx context.Context, d *db.DB, tokenHash string) (Device, error) {
	dev, err := scanDevice(d.QueryRow(ctx, `SELECT `+deviceColumns+` FROM admission_device WHERE token_hash = $1`, tokenHash).Scan)
	if errors.Is(err, db.ErrNoRow) {
		return dev, ErrDevice
	}
	return dev, err
}

func selectDevices(ctx context.Context, d *db.DB) ([]Device, error) {
	var out []Device
	err := d.Each(ctx, func(scan func(...any) error) error {
		dev, err := scanDevice(scan)
		out = append(out, dev)
		return err
	}, `SELECT `+deviceColumns+` FROM admission_device ORDER BY created_at DESC, id DESC LIMIT $1`, maxDevices)
	return out, err
}

func touchDevice(ctx context.Context, d *db.DB, id string, now int64) error {
	_, err := d.Exec(ctx, `UPDATE admission_device SET seen_at = $2 WHERE id = $1 AND seen_at < $2`, id, now)
	return err
}

func moveDevice(ctx context.Context, d *db.DB, id, gateID string) error {
	return oneDevice(d.Exec(ctx, `UPDATE admission_device SET gate_id = $2 WHERE id = $1`, id, gateID))
}

func revokeDevice(ctx context.Context, d *db.DB, id string) error {
	return oneDevice(d.Exec(ctx, `UPDATE admission_device SET revoked = TRUE WHERE id = $1`, id))
}

func oneDevice(n int64, err error) error {
	if err == nil && n == 0 {
		return db.ErrNoRow
	}
	return err
}
