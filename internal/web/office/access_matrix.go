package office

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// accessPage is who may open what for which purpose, as the register's version in force says.
type accessPage struct {
	Number   string
	Purposes []accessPurpose
}

type accessPurpose struct {
	Name    string
	Head    []ui.Column
	Rows    []accessRow
	Consent string
}

type accessRow struct {
	Who   string
	Cells []bool
}

// accessMatrix draws roles × purposes × fields from the register: nothing of it is written down twice.
func (o *Office) accessMatrix(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "access"
	reg, err := o.Privacy.Processing(r.Context())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	policy, err := o.Privacy.InForce(r.Context(), privacy.Policy)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p := accessPage{Number: strconv.Itoa(reg.Number)}
	for _, e := range reg.Entries {
		if len(e.Fields) == 0 {
			continue
		}
		p.Purposes = append(p.Purposes, accessOf(v, e, policy.Scopes))
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.access"), accessView(v, p))
}

func accessOf(v visit, e privacy.Entry, texts []privacy.Scope) accessPurpose {
	out := accessPurpose{Name: v.Text(privacy.PurposeName(e.Purpose)), Head: []ui.Column{{Label: v.T("office.access.who")}}}
	for _, f := range e.Fields {
		out.Head = append(out.Head, ui.Column{Label: v.Text(privacy.FieldName(f))})
	}
	row := func(who string, may bool) {
		cells := make([]bool, len(e.Fields))
		for i := range cells {
			cells[i] = may
		}
		out.Rows = append(out.Rows, accessRow{who, cells})
	}
	row(v.T("office.access.person"), e.Person)
	row(v.T("office.access.system"), e.System)
	for _, r := range people.Roles {
		row(roleName(v, r), slices.Contains(e.Roles, r))
	}
	var scopes []string
	for _, f := range e.Fields {
		if s := scopeWords(v, e.Consent(f), texts); s != "" && !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	if len(scopes) > 0 {
		out.Consent = v.T("office.access.consent", "scopes", strings.Join(scopes, " "))
	}
	return out
}

// scopeWords is what a consent says, in the words of the policy in force; its code where that does not know it.
func scopeWords(v visit, code string, texts []privacy.Scope) string {
	if i := slices.IndexFunc(texts, func(s privacy.Scope) bool { return s.Code == code }); i >= 0 {
		return "«" + v.Text(texts[i].Summary) + "»"
	}
	return code
}
