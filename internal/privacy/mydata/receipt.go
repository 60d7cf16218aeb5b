package mydata

import (
	"context"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/pdf"
	"github.com/sahna/sahna/internal/privacy"
)

// Fact is a line of a receipt in words.
type Fact struct{ Label, Value string }

// ReceiptFacts tells a receipt in words, for its page and its paper.
func (m *Maker) ReceiptFacts(ctx context.Context, r privacy.Receipt, l i18n.Lang) []Fact {
	w := words{m.Bundle.Printer(l)}
	facts := []Fact{
		{w.T("mydata.receipt_what"), w.scope(r.Scope)},
		{w.T("mydata.receipt_when"), w.moment(r.At)},
		{w.T("mydata.receipt_where"), w.channel(r.Channel)},
	}
	if r.Recipient != "" {
		facts = append(facts, Fact{w.T("mydata.receipt_recipient"), m.recipient(ctx, r.Recipient, r.At, l)})
	}
	if c := r.Consent; c != nil {
		facts = append(facts, Fact{w.T("mydata.receipt_how"), w.confirmed(c.Confirmed)},
			Fact{w.T("mydata.receipt_version"), w.T("mydata.version", "number", c.Version)})
		if !c.Expires.IsZero() {
			facts = append(facts, Fact{w.T("mydata.receipt_until"), w.FullDate(c.Expires, almaty)})
		}
	}
	return append(facts, Fact{w.T("mydata.receipt_operator"), r.Operator.Name + ", " + w.T("mydata.bin", "bin", r.Operator.BIN)},
		Fact{w.T("mydata.receipt_number"), r.ID})
}

// recipient names who gets data, with the country; a name that cannot be read leaves the code.
func (m *Maker) recipient(ctx context.Context, code string, at time.Time, l i18n.Lang) string {
	to, err := m.Privacy.RecipientNamed(ctx, code, at)
	if err != nil {
		return code
	}
	return to.Name.In(l) + ", " + privacy.CountryName(to.Country, l)
}

// ReceiptTitle is the heading of a receipt.
func (m *Maker) ReceiptTitle(r privacy.Receipt, l i18n.Lang) string {
	if r.Act == "withdrawal" {
		return m.Bundle.Printer(l).T("mydata.receipt_withdrawal")
	}
	return m.Bundle.Printer(l).T("mydata.receipt_consent")
}

// ReceiptPDF prints a receipt. It carries the proof in print too, but it is the JSON file that a machine checks.
func (m *Maker) ReceiptPDF(ctx context.Context, r privacy.Receipt, l i18n.Lang) ([]byte, error) {
	w := words{m.Bundle.Printer(l)}
	d := pdf.New(string(l), m.ReceiptTitle(r, l), m.Clock.Now())
	d.Page()
	d.Head(m.Operator.Name.In(l), m.Operator.Address.In(l), strings.Join(m.Operator.Phones, ", ")+" · "+m.Operator.Email)
	d.Title(m.ReceiptTitle(r, l))
	for _, f := range m.ReceiptFacts(ctx, r, l) {
		d.Fact(f.Label, f.Value)
	}
	if c := r.Consent; c != nil {
		d.Heading(w.T("mydata.receipt_text"))
		d.Text(c.Summary)
		d.Text(c.Text)
	}
	d.Heading(w.T("mydata.receipt_proof"))
	d.Small(w.T("mydata.receipt_proof_about"))
	if c := r.Consent; c != nil {
		d.Fact(w.T("mydata.receipt_text_hash"), broken(c.TextHash))
		d.Fact(w.T("mydata.receipt_version_hash"), broken(c.VersionHash))
	}
	d.Fact(w.T("mydata.receipt_checkpoint"), strings.TrimSpace(r.Journal.Checkpoint))
	d.Fact(w.T("mydata.receipt_key"), broken(r.Journal.Verifier))
	return d.Bytes()
}

// broken parts a long word, so that it fits on paper.
func broken(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%32 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
