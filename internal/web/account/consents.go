package account

import (
	"context"
	"net/http"
	"strconv"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// consentLine is one scope of the policy in force and where the person stands.
type consentLine struct {
	Scope   privacy.Scope
	Stands  bool
	Given   string // "23 November 2026, version 2", "" when never
	TextURL string // the version that was agreed to
}

func (a *Account) consentLines(ctx context.Context, p ui.Page, s people.Session, v privacy.Version) ([]consentLine, error) {
	given, err := a.Privacy.Consents(ctx, s.PersonID)
	if err != nil {
		return nil, err
	}
	var out []consentLine
	for _, scope := range v.Scopes {
		line := consentLine{Scope: scope}
		for _, c := range given {
			if c.Scope != scope.Code || !c.Stands() {
				continue
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

func (a *Account) doWithdraw(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.Privacy.Withdraw(r.Context(), s.PersonID, r.PathValue("scope"), "site"); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, a.page(r, "").URL("/account/data?done=withdrawn#consents"), http.StatusSeeOther)
}

// doGive records an optional consent whose box was ticked.
func (a *Account) doGive(w http.ResponseWriter, r *http.Request, s people.Session) {
	p := a.page(r, "")
	if r.PostFormValue("consents") != r.PathValue("scope") { // the button alone is no consent
		http.Redirect(w, r, p.URL("/account/data#consents"), http.StatusSeeOther)
		return
	}
	err := a.Privacy.Grant(r.Context(), s.PersonID, privacy.Given{VersionID: r.PostFormValue("version"),
		Scopes: []string{r.PathValue("scope")}, Lang: p.Lang, Channel: "site"})
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, p.URL("/account/data?done=given#consents"), http.StatusSeeOther)
}
