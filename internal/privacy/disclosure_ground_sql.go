package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const groundColumns = `g.id, g.code, g.kind, g.article, g.words_kk, g.words_ru, g.words_en, g.quiet, g.valid_from, g.valid_to, g.confirmed, g.added_by, g.added_at,
	g.source, g.approved_by`

func groundInto(g *DisclosureGround, at *int64) []any {
	return []any{
		&g.ID, &g.Code, &g.Kind, &g.Article, &g.Words.KK, &g.Words.RU, &g.Words.EN, &g.Quiet, &g.From, &g.To, &g.Confirmed, &g.AddedBy, at, &g.Source, &g.ApprovedBy,
	}
}

func insertGround(ctx context.Context, tx *db.DB, g DisclosureGround) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_ground (id, code, kind, article, words_kk, words_ru, words_en, quiet, valid_from, valid_to,
			confirmed, added_by, added_at, source, approved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO NOTHING`,
		g.ID, g.Code, g.Kind, g.Article, g.Words.KK, g.Words.RU, g.Words.EN, g.Quiet, g.From, g.To, g.Confirmed, g.AddedBy, clock.Micros(g.AddedAt), g.Source, g.ApprovedBy)
	return err
}

func listGrounds(ctx context.Context, d *db.DB) (out []DisclosureGround, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var g DisclosureGround
		var at int64
		err := scan(groundInto(&g, &at)...)
		g.AddedAt = clock.FromMicros(at)
		out = append(out, g)
		return err
	}, `SELECT `+groundColumns+` FROM privacy_disclosure_ground g ORDER BY g.code, g.valid_from, g.added_at, g.id LIMIT 1000`)
	return out, err
}

// insertProposal puts a proposal in the place of one that waits for the same ground.
func insertProposal(ctx context.Context, tx *db.DB, g DisclosureGround) error {
	if _, err := tx.Exec(ctx, `DELETE FROM privacy_disclosure_proposal WHERE code = $1`, g.Code); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_proposal (id, code, kind, article, words_kk, words_ru, words_en, quiet, valid_from, valid_to,
			source, proposed_by, proposed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		g.ID, g.Code, g.Kind, g.Article, g.Words.KK, g.Words.RU, g.Words.EN, g.Quiet, g.From, g.To, g.Source, g.AddedBy, clock.Micros(g.AddedAt))
	return err
}

// deleteProposal tells false when somebody was faster.
func deleteProposal(ctx context.Context, tx *db.DB, id string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM privacy_disclosure_proposal WHERE id = $1`, id)
	return n == 1, err
}

func listProposals(ctx context.Context, d *db.DB) (out []DisclosureGround, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var g DisclosureGround
		var at int64
		err := scan(&g.ID, &g.Code, &g.Kind, &g.Article, &g.Words.KK, &g.Words.RU, &g.Words.EN, &g.Quiet, &g.From, &g.To, &g.Source, &g.AddedBy, &at)
		g.AddedAt = clock.FromMicros(at)
		out = append(out, g)
		return err
	}, `SELECT id, code, kind, article, words_kk, words_ru, words_en, quiet, valid_from, valid_to, source, proposed_by, proposed_at
		FROM privacy_disclosure_proposal ORDER BY proposed_at, id LIMIT 200`)
	return out, err
}
