package account

import (
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// receivedLine tells who outside received something of the person, in plain words.
type receivedLine struct {
	To     string // with country
	What   string
	Why    string
	When   string
	Number string // of a disclosure to a state body
	Proof  string
	State  bool

	at time.Time
}

// mostReceived bounds the list on the page; the copy has them all.
const mostReceived = 20

func receivedLines(f dataFrame, list []privacy.Received) (out []receivedLine) {
	p := f.Page
	for _, r := range list {
		l := receivedLine{
			To: p.Text(r.To) + ", " + privacy.CountryName(r.Country, p.Lang), What: receivedWhat(p, r), Why: purposeName(p, r.Purpose),
			When: p.Moment(r.At, p.UI.Clock.Now(), zone), Number: r.Number, State: r.Kind == privacy.KindState, at: r.At,
		}
		if l.State {
			l.Why = p.Text(r.Why) + " (" + r.Article + ")"
		}
		if r.EntryID != "" {
			l.Proof = f.at("/looks/" + r.EntryID)
		}
		out = append(out, l)
	}
	return out
}

// receivedWhat names what went: fields, and what else a state body asked for.
func receivedWhat(p ui.Page, r privacy.Received) string {
	var out []string
	if len(r.Fields) > 0 {
		out = append(out, privacy.FieldNames(r.Fields, p.Lang))
	}
	if slices.Contains(r.Needs, privacy.NeedPurchases) {
		out = append(out, privacy.NeedName(p.Printer, privacy.NeedPurchases))
	}
	return strings.Join(out, ", ")
}

// newestReceived puts what went out about several purchases in one order, and counts what the page leaves out.
func newestReceived(all []receivedLine) (list []receivedLine, more int) {
	slices.SortStableFunc(all, func(a, b receivedLine) int { return b.at.Compare(a.at) })
	if len(all) <= mostReceived {
		return all, 0
	}
	return all[:mostReceived], len(all) - mostReceived
}
