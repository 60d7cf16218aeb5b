package privacy

import (
	"context"
	"slices"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// Received is one giving of a person's data to somebody outside, as the person reads it.
type Received struct {
	At      time.Time
	To      i18n.Text // whom
	Kind    RecipientKind
	Country string // ISO 3166
	Purpose vault.Purpose
	Fields  []vault.Field
	Needs   []Need    // of a disclosure: what besides fields was asked for
	Why     i18n.Text // of a disclosure: its ground in words
	Article string    // likewise
	Number  string    // likewise
	EntryID string    // the journal's entry that proves it; "" when it is not among those given
}

// same is how far the line of a transfer and the journal's entry of the same transaction are apart at most.
const same = 2 * time.Second

// ReceivedOf lists who received data of a person, newest first: transfers to recipients of the register, and what state bodies were
// given once it may be told. entries are the person's journal, in which each line finds its proof.
func (p *Privacy) ReceivedOf(ctx context.Context, person string, entries []vault.Entry) (out []Received, err error) {
	defer fault.Wrap(&err, "who received data of %s", person)
	sent, err := p.Transfers(ctx, person)
	if err != nil {
		return nil, err
	}
	versions, err := p.Registers(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range sent {
		to := recipientAt(versions, t.Recipient, t.At)
		out = append(out, Received{
			At: t.At, To: to.Name, Kind: to.Kind, Country: to.Country, Purpose: t.Purpose, Fields: t.Fields,
			EntryID: entryOf(entries, t),
		})
	}
	given, err := p.DisclosedTo(ctx, person)
	if err != nil {
		return nil, err
	}
	for _, d := range given {
		r := Received{
			At: d.At, To: i18n.Text{KK: d.Body, RU: d.Body, EN: d.Body}, Kind: KindState, Country: home, Purpose: vault.PurposeDisclosure,
			Fields: d.Fields, Needs: d.Needs, Why: d.Words, Article: d.Article, Number: d.Number,
		}
		i := slices.IndexFunc(entries, func(e vault.Entry) bool { return e.Verb == vault.VerbDisclose && e.Reason == disclosureReason+d.Number })
		if i >= 0 {
			r.EntryID = entries[i].ID
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Received) int { return b.At.Compare(a.At) })
	return out, nil
}

// home is where data stays unless a person agrees (94-V, article 12(2)).
const home = "KZ"

// recipientAt is a recipient as the register named it at a moment; one that it does not name any more is told by its code.
func recipientAt(versions []RegisterVersion, code string, at time.Time) Recipient {
	found := Recipient{Code: code, Name: i18n.Text{KK: code, RU: code, EN: code}, Kind: KindOther}
	for _, v := range versions { // newest first
		if r, ok := v.Recipient(code); ok {
			found = r
			if !v.InForce.After(at) {
				return r
			}
		}
	}
	return found
}

// entryOf finds the opening by which data left: of the same purpose, with its fields, in the same transaction.
func entryOf(entries []vault.Entry, t Transferred) string {
	best, apart := "", same
	for _, e := range entries {
		d := e.At.Sub(t.At).Abs()
		if e.Verb == vault.VerbOpen && e.Purpose == t.Purpose && d < apart && !slices.ContainsFunc(t.Fields, func(f vault.Field) bool { return !slices.Contains(e.Fields, f) }) {
			best, apart = e.ID, d
		}
	}
	return best
}

// CountryName says a country by its code.
func CountryName(code string, l i18n.Lang) string {
	region, err := language.ParseRegion(code)
	tag, wrong := language.Parse(string(l))
	if err != nil || wrong != nil {
		return code
	}
	names := display.Regions(tag)
	if names == nil {
		return code
	}
	if name := names.Name(region); name != "" {
		return name
	}
	return code
}
