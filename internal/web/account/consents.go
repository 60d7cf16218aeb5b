package account

import (
	"context"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// consentLine is one box and where the person stands with it: a scope of the policy in force, or a recipient of the register.
type consentLine struct {
	Code     string // of the box
	Scope    string
	Summary  i18n.Text
	About    string // of a recipient: what goes there and what for; the summary is its name and country then
	Text     i18n.Text
	Required bool
	To       bool // a recipient's
	Stands   bool
	Older    bool   // a recipient's: it stands, but was given to something else than is asked now
	Gone     bool   // a recipient's: nobody asks for it any more
	Given    string // "23 November 2026, version 2", "" when never
	TextURL  string // the version that was agreed to
	Until    string // when it ends by itself, "" when only its purpose's term ends it
	Receipt  string // where its receipt is; of the withdrawal when it was withdrawn, "" when there is none
}

func (a *Account) consentLines(ctx context.Context, p dataFrame, b privacy.Boxes) ([]consentLine, error) {
	given, err := a.Privacy.Consents(ctx, p.Owner.Main)
	if err != nil {
		return nil, err
	}
	chosen, err := a.Privacy.ChosenBy(ctx, p.Owner.Main, b)
	if err != nil {
		return nil, err
	}
	var out []consentLine
	for _, scope := range b.Version.Scopes {
		line := consentLine{Code: scope.Code, Scope: scope.Code, Summary: scope.Summary, Text: scope.Text, Required: scope.Required}
		for _, c := range given {
			if c.Scope == scope.Code && c.Recipient == "" {
				if err := a.tellConsent(ctx, p, &line, c); err != nil {
					return nil, err
				}
				break
			}
		}
		out = append(out, line)
	}
	for _, c := range chosen {
		line := consentLine{Code: c.Code(), Scope: c.Scope, Summary: c.Recipient.Name, About: choiceWords(p, c.Choice), Text: c.Box.Text, To: true, Older: c.Older, Gone: c.Gone}
		if c.Given.ID != "" {
			if err := a.tellConsent(ctx, p, &line, c.Given); err != nil {
				return nil, err
			}
		}
		out = append(out, line)
	}
	return out, nil
}

// choiceWords say where a recipient is, what goes there and what for.
func choiceWords(p dataFrame, c privacy.Choice) string {
	var why []string
	for _, x := range c.Purposes {
		why = append(why, p.Text(privacy.PurposeName(x)))
	}
	return p.T("account.consent_what", "country", privacy.CountryName(c.Recipient.Country, p.Lang),
		"what", privacy.FieldNames(c.Fields, p.Lang), "why", strings.Join(why, ", "))
}

// tellConsent says when the newest consent was given, until when it holds, and where its receipt is.
func (a *Account) tellConsent(ctx context.Context, p dataFrame, line *consentLine, c privacy.Consent) error {
	line.Receipt = p.at("/receipts/" + c.ID)
	if !c.StandsAt(p.UI.Clock.Now()) {
		if !c.Stands() {
			line.Receipt += "?act=withdrawal"
		}
		return nil
	}
	if !c.ExpiresAt.IsZero() {
		line.Until = p.T("account.consent_until", "at", p.FullDate(c.ExpiresAt, zone))
	}
	line.Stands = true
	if line.To { // its text is in the receipt: it stands in no version of the policy
		line.Given = p.T("account.consent_given_to", "at", p.FullDate(c.GivenAt, zone))
		return nil
	}
	agreed, err := a.Privacy.Version(ctx, c.VersionID)
	if err != nil {
		return err
	}
	line.Given = p.T("account.consent_given", "at", p.FullDate(c.GivenAt, zone), "number", agreed.Number)
	line.TextURL = p.URL("/page/privacy/versions/" + strconv.Itoa(agreed.Number) + "#consent-" + line.Scope)
	return nil
}
