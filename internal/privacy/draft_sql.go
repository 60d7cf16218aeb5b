package privacy

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
)

type draftRow struct {
	id        string
	kind      Kind
	state     DraftState
	origin    Origin
	base      string
	content   string
	material  bool
	revision  int64
	madeAt    time.Time
	changedAt time.Time
}

const draftColumns = `id, kind, state, origin, base_id, content, material, revision, made_at, changed_at`

// mostDrafts bounds the list: open drafts are few.
const mostDrafts = 100

func scanDraft(scan func(...any) error) (r draftRow, err error) {
	var made, changed int64
	err = scan(&r.id, &r.kind, &r.state, &r.origin, &r.base, &r.content, &r.material, &r.revision, &made, &changed)
	r.madeAt, r.changedAt = clock.FromMicros(made), clock.FromMicros(changed)
	return r, err
}

func (r draftRow) draft() (Draft, error) {
	var c content
	if err := json.Unmarshal([]byte(r.content), &c); err != nil {
		return Draft{}, err
	}
	return Draft{
		ID: r.id, Kind: r.kind, State: r.state, Origin: r.origin, BaseID: r.base, Material: r.material, Revision: r.revision,
		MadeAt: r.madeAt, ChangedAt: r.changedAt, Scopes: c.Scopes,
		Documents: map[i18n.Lang]Document{i18n.KK: c.KK, i18n.RU: c.RU, i18n.EN: c.EN},
	}, nil
}

func insertDraft(ctx context.Context, tx *db.DB, r draftRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_draft (`+draftColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.id, r.kind, r.state, r.origin, r.base, r.content, r.material, r.revision, clock.Micros(r.madeAt), clock.Micros(r.changedAt))
	return err
}

func findTextDraft(ctx context.Context, d *db.DB, id string) (draftRow, error) {
	return scanDraft(d.QueryRow(ctx, `SELECT `+draftColumns+` FROM privacy_draft WHERE id = $1`, id).Scan)
}

// listDrafts lists what is on its way, or what has ended.
func listDrafts(ctx context.Context, d *db.DB, open bool) (out []draftRow, err error) {
	first, second := DraftOpen, DraftReview
	if !open {
		first, second = DraftPublished, DraftDropped
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanDraft(scan)
		out = append(out, r)
		return err
	}, `SELECT `+draftColumns+` FROM privacy_draft WHERE state IN ($1, $2) ORDER BY id DESC LIMIT $3`, first, second, mostDrafts)
	return out, err
}

// updateDraft writes an open draft that nobody has changed since its editor saw it.
func updateDraft(ctx context.Context, tx *db.DB, r draftRow) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_draft SET content = $1, material = $2, changed_at = $3, revision = revision + 1
		WHERE id = $4 AND revision = $5 AND state = 'draft'`, r.content, r.material, clock.Micros(r.changedAt), r.id, r.revision)
	return n == 1, err
}

func moveDraft(ctx context.Context, tx *db.DB, id string, revision int64, from, to DraftState, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_draft SET state = $1, changed_at = $2, revision = revision + 1
		WHERE id = $3 AND revision = $4 AND state = $5`, to, clock.Micros(at), id, revision, from)
	return n == 1, err
}

func insertAct(ctx context.Context, tx *db.DB, draft string, a Act) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_draft_act (id, draft_id, act, actor, place, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.NewID(), draft, a.What, a.Actor, a.Place, clock.Micros(a.At))
	return err
}

// A draft with more than two thousand edits would be a book.
func listActs(ctx context.Context, d *db.DB, draft string) (out []Act, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var a Act
		var at int64
		err := scan(&a.What, &a.Actor, &a.Place, &at)
		a.At = clock.FromMicros(at)
		out = append(out, a)
		return err
	}, `SELECT act, actor, place, at FROM privacy_draft_act WHERE draft_id = $1 ORDER BY id LIMIT 2000`, draft)
	return out, err
}

func findBuiltin(ctx context.Context, d *db.DB, k Kind) (text string, err error) {
	err = d.QueryRow(ctx, `SELECT content FROM privacy_builtin WHERE kind = $1`, k).Scan(&text)
	return text, err
}

// keepBuiltin remembers the built-in text and tells whether this start is the first to see it.
func keepBuiltin(ctx context.Context, tx *db.DB, k Kind, text string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO privacy_builtin (kind, content, seen_at) VALUES ($1, $2, $3)
		ON CONFLICT (kind) DO UPDATE SET content = excluded.content, seen_at = excluded.seen_at
		WHERE privacy_builtin.content <> excluded.content`, k, text, clock.Micros(at))
	return n > 0, err
}
