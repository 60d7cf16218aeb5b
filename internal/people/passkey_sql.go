package people

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// keyID is how a credential is named in the table and in forms.
func keyID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

type passkeyRow struct {
	Passkey
	credential webauthn.Credential
}

func listPasskeys(ctx context.Context, d *db.DB, account string) (out []passkeyRow, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var r passkeyRow
		var credential string
		var made, used, copied int64
		if err := scan(&r.ID, &r.Kind, &credential, &made, &used, &copied); err != nil {
			return err
		}
		if json.Unmarshal([]byte(credential), &r.credential) != nil {
			return errors.New("a passkey cannot be read") // the decoder's error would quote it
		}
		r.MadeAt, r.UsedAt, r.CopiedAt = clock.FromMicros(made), clock.FromMicros(used), clock.FromMicros(copied)
		r.Synced = r.credential.Flags.BackupState
		out = append(out, r)
		return nil
	}, `SELECT id, kind, credential, made_at, used_at, copied_at FROM people_passkey WHERE account_id = $1 ORDER BY made_at, id LIMIT $2`, account, mostPasskeys)
	return out, err
}

// passkeyKnown: a credential belongs to one account.
func passkeyKnown(ctx context.Context, tx *db.DB, id string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM people_passkey WHERE id = $1`, id).Scan(&n)
	return n > 0, err
}

func insertPasskey(ctx context.Context, tx *db.DB, account, id string, k PasskeyKind, c webauthn.Credential, at time.Time) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO people_passkey (account_id, id, kind, credential, made_at) VALUES ($1, $2, $3, $4, $5)`,
		account, id, k, string(b), clock.Micros(at))
	return err
}

// touchPasskey keeps the counter that came along; false when the passkey is gone or marked.
func touchPasskey(ctx context.Context, tx *db.DB, account, id string, c webauthn.Credential, at time.Time) (bool, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE people_passkey SET credential = $3, used_at = $4 WHERE account_id = $1 AND id = $2 AND copied_at = 0`,
		account, id, string(b), clock.Micros(at))
	return n == 1, err
}

func setCopied(ctx context.Context, d *db.DB, account, id string, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE people_passkey SET copied_at = $3 WHERE account_id = $1 AND id = $2 AND copied_at = 0`, account, id, clock.Micros(at))
	return err
}

func deletePasskey(ctx context.Context, d *db.DB, account, id string) (bool, error) {
	n, err := d.Exec(ctx, `DELETE FROM people_passkey WHERE account_id = $1 AND id = $2`, account, id)
	return n == 1, err
}

func insertCeremony(ctx context.Context, tx *db.DB, hash string, c ceremony) error {
	b, err := json.Marshal(c.data)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO people_ceremony (challenge_hash, kind, account_id, session_id, data, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		hash, c.kind, c.account, c.session, string(b), clock.Micros(c.expiresAt))
	return err
}

// takeCeremony removes a question and returns it: of two answers to one question only the first finds it.
func takeCeremony(ctx context.Context, tx *db.DB, hash string) (c ceremony, err error) {
	var data string
	var expires int64
	err = tx.QueryRow(ctx, `DELETE FROM people_ceremony WHERE challenge_hash = $1 RETURNING kind, account_id, session_id, data, expires_at`, hash).
		Scan(&c.kind, &c.account, &c.session, &data, &expires)
	if err != nil {
		return c, err
	}
	c.expiresAt = clock.FromMicros(expires)
	if json.Unmarshal([]byte(data), &c.data) != nil {
		return c, errors.New("a question to an authenticator cannot be read")
	}
	return c, nil
}

func deleteCeremonies(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM people_ceremony WHERE expires_at <= $1`, clock.Micros(before))
	return err
}
