package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/vault"
)

func deleteAccount(ctx context.Context, tx *db.DB, id string) error {
	for _, query := range []string{
		`DELETE FROM people_session WHERE account_id = $1`,
		`DELETE FROM people_code WHERE account_id = $1`,
		`DELETE FROM people_join WHERE account_id = $1`,
		`DELETE FROM people_recovery WHERE account_id = $1`,
		`DELETE FROM people_passkey WHERE account_id = $1`,
		`DELETE FROM people_ceremony WHERE account_id = $1`,
		`DELETE FROM people_sign_in WHERE account_id = $1`,
		`DELETE FROM people_role_change WHERE account_id = $1`,
		`DELETE FROM people_role WHERE account_id = $1`,
		`DELETE FROM people_account WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

func accountOfPerson(ctx context.Context, d *db.DB, person string) (account, error) {
	return scanAccount(d.QueryRow(ctx, `SELECT `+accountColumns+` FROM people_account WHERE person_id = $1`, person).Scan)
}

const mostParts = 200

func heldSessions(ctx context.Context, d *db.DB, account string) ([]AccountPart, error) {
	return accountParts(ctx, d, "session", []vault.Field{vault.IP, vault.UserAgent},
		`SELECT id, started_at FROM people_session WHERE account_id = $1 ORDER BY started_at DESC LIMIT $2`, account)
}

func heldPasskeys(ctx context.Context, d *db.DB, account string) (out []AccountPart, err error) {
	keys, err := listPasskeys(ctx, d, account)
	for _, k := range keys {
		out = append(out, AccountPart{Kind: "passkey", ID: k.ID, At: k.MadeAt, Data: map[string]string{"kept_in": string(k.Kind)}})
	}
	return out, err
}

// heldSignIns are the lines of the history; from where and with what browser stands in the fields, by the line's id.
func heldSignIns(ctx context.Context, d *db.DB, account string) (out []AccountPart, err error) {
	list, err := listSignIns(ctx, d, account, time.Time{})
	for _, s := range list {
		facts := map[string]string{"way": s.Way, "outcome": "in"}
		if s.Refused {
			facts["outcome"] = "refused"
		}
		if s.Factor != "" {
			facts["second_factor"] = s.Factor
		}
		out = append(out, AccountPart{Kind: "sign_in", ID: s.ID, At: s.At, Fields: []vault.Field{vault.IP, vault.UserAgent}, Data: facts})
	}
	return out, err
}

func heldCodes(ctx context.Context, d *db.DB, account string) ([]AccountPart, error) {
	return accountParts(ctx, d, "code", nil, `SELECT id, asked_at FROM people_code WHERE account_id = $1 ORDER BY asked_at DESC LIMIT $2`, account)
}

func accountParts(ctx context.Context, d *db.DB, kind string, fields []vault.Field, query, account string) (out []AccountPart, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		part := AccountPart{Kind: kind, Fields: fields}
		var at int64
		if err := scan(&part.ID, &at); err != nil {
			return err
		}
		part.At = clock.FromMicros(at)
		out = append(out, part)
		return nil
	}, query, account, mostParts)
	return out, err
}

// heldRights are the sessions and codes by which somebody without an account sees what is held on them; a session's id is its
// beginning, since its token is nobody's to name.
func heldRights(ctx context.Context, d *db.DB, person string) ([]AccountPart, error) {
	sessions, err := accountParts(ctx, d, "session", nil,
		`SELECT 'code-' || started_at, started_at FROM people_rights_session WHERE person_id = $1 ORDER BY started_at DESC LIMIT $2`, person)
	if err != nil {
		return nil, err
	}
	codes, err := heldCodes(ctx, d, person)
	return append(sessions, codes...), err
}

func deleteRights(ctx context.Context, tx *db.DB, person string) error {
	for _, query := range []string{
		`DELETE FROM people_rights_session WHERE person_id = $1`,
		`DELETE FROM people_code WHERE account_id = $1 AND purpose IN ('rights', 'proof', 'counter')`,
	} {
		if _, err := tx.Exec(ctx, query, person); err != nil {
			return err
		}
	}
	return nil
}
