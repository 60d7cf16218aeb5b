package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Stays tells why nothing of a person may be destroyed now: a block, a legal hold; "" when it may.
func (p *Privacy) Stays(ctx context.Context, tx *db.DB, person string) (ground string, err error) {
	return p.staysWhole(ctx, tx, person)
}

// MostDocumentDays is how many days the register's version in force lets a document be kept that was sent for checking; 0 when it
// names none.
func (p *Privacy) MostDocumentDays(ctx context.Context) (int, error) {
	r, err := p.register(ctx, p.db)
	if err != nil {
		return 0, err
	}
	e, ok := r.Entry(vault.PurposeVerification)
	if !ok {
		return 0, nil
	}
	k := e.TermOf(vault.Document)
	switch k.Unit {
	case Years:
		return 365 * k.Count, nil
	case Months:
		return 30 * k.Count, nil
	}
	return k.Count, nil
}

// HolderOfDocuments answers for documents that people sent: they stand below privacy and cannot name it.
func HolderOfDocuments(d *document.Documents) Holder { return documents{d} }

type documents struct{ documents *document.Documents }

// Room implements Holder.
func (documents) Room() string { return "people" }

// Export implements Holder.
func (h documents) Export(ctx context.Context, person string) (out []Record, err error) {
	all, err := h.documents.Of(ctx, person)
	for _, d := range all {
		out = append(out, documentRecord(d))
	}
	return out, err
}

// Erase implements Holder. No law makes the operator keep what was checked.
func (h documents) Erase(ctx context.Context, tx *db.DB, person string, dry bool) (out []Outcome, err error) {
	all, err := h.documents.Held(ctx, tx, person)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for _, d := range all {
		out = append(out, Outcome{Record: documentRecord(d), Fate: FateErased})
	}
	if dry {
		return out, nil
	}
	return out, h.documents.EraseIn(ctx, tx, person)
}

func documentRecord(d document.Document) Record {
	r := Record{
		Room: "people", Kind: "document", ID: d.ID, Purpose: vault.PurposeVerification, At: d.SentAt,
		Data: map[string]string{"document": d.Kind, "state": string(d.State)},
	}
	if d.State != document.Done {
		r.Fields, r.Until = []vault.Field{vault.Document}, calendar.DayOf(d.Until, zone)
		return r
	}
	r.Data["result"] = string(d.Result)
	if d.Reason != "" {
		r.Data["reason"] = d.Reason
	}
	return r
}
