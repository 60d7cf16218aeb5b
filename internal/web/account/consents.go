package account

import (
	"context"
	"strconv"

	"github.com/sahna/sahna/internal/privacy"
)

// consentLine is one scope of the policy in force and where the person stands.
type consentLine struct {
	Scope   privacy.Scope
	Stands  bool
	Given   string // "23 November 2026, version 2", "" when never
	TextURL string // the version that was agreed to
	Until   string // when it ends by itself, "" when only its purpose's term ends it
	Receipt string // where its receipt is; of the withdrawal when it was withdrawn, "" when there is none
}

func (a *Account) consentLines(ctx context.Context, p dataFrame, v privacy.Version) ([]consentLine, error) {
	given, err := a.Privacy.Consents(ctx, p.Owner.Main)
	if err != nil {
		return nil, err
	}
	var out []consentLine
	for _, scope := range v.Scopes {
		line := consentLine{Scope: scope}
		for _, c := range given {
			if c.Scope != scope.Code || c.Recipient != "" {
				continue
			}
			line.Receipt = p.at("/receipts/" + c.ID)
			if !c.StandsAt(p.UI.Clock.Now()) {
				if !c.Stands() {
					line.Receipt += "?act=withdrawal"
				}
				break
			}
			if !c.ExpiresAt.IsZero() {
				line.Until = p.T("account.consent_until", "at", p.FullDate(c.ExpiresAt, zone))
			}
			agreed, err := a.Privacy.Version(ctx, c.VersionID)
			if err != nil {
				return nil, err
			}
			line.Stands = true
			line.Given = p.T("account.consent_given", "at", p.FullDate(c.GivenAt, zone), "number", agreed.Number)
			line.TextURL = p.URL("/page/privacy/versions/" + strconv.Itoa(agreed.Number) + "#consent-" + scope.Code)
			break
		}
		out = append(out, line)
	}
	return out, nil
}
