package office

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/web/ui"
)

// newGround stands in the address of the form for a ground that is not there yet.
const newGround = "new"

// groundPages are the addresses of the grounds of disclosure: one employee proposes, another agrees.
func (o *Office) groundPages() []page {
	return []page{
		{"GET /{lang}/office/grounds", seesRegister, o.grounds},
		{"GET /{lang}/office/grounds/{code}", officers, o.groundForm},
		{"POST /{lang}/office/grounds/{code}", officers, o.proposeGround},
		{"POST /{lang}/office/grounds/{id}/approve", approvesRegister, o.fresh(o.approveGround)},
		{"POST /{lang}/office/grounds/{id}/drop", approvesRegister, o.dropGround},
	}
}

// groundsPage is the list of articles by which data may be disclosed without consent.
type groundsPage struct {
	InForce []privacy.DisclosureGround
	Waiting []privacy.DisclosureGround
	Past    []privacy.DisclosureGround
	Coming  []privacy.DisclosureGround
}

func (o *Office) dayNow() calendar.Day {
	return calendar.DayOf(o.Clock.Now(), o.startOfDay().Location())
}

func (o *Office) grounds(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "disclosures"
	ctx, today := r.Context(), o.dayNow()
	var p groundsPage
	var err error
	if p.InForce, err = o.Privacy.DisclosureGrounds(ctx, today); err == nil {
		p.Waiting, err = o.Privacy.ProposedDisclosureGrounds(ctx)
	}
	rows, rerr := o.Privacy.DisclosureGroundRows(ctx)
	if err == nil {
		err = rerr
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	for _, g := range rows {
		switch {
		case slices.ContainsFunc(p.InForce, func(have privacy.DisclosureGround) bool { return have.ID == g.ID }):
		case g.From > today:
			p.Coming = append(p.Coming, g)
		default:
			p.Past = append(p.Past, g)
		}
	}
	o.show(w, r, v, http.StatusOK, v.T("office.grounds.title"), groundsView(v, p))
}

// groundFormPage is one ground to enter, to confirm or to end.
type groundFormPage struct {
	Form   ui.Form
	Code   string
	Ground privacy.DisclosureGround
	Today  calendar.Day
}

func (o *Office) groundForm(w http.ResponseWriter, r *http.Request, v visit) {
	g, err := o.groundOf(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showGroundForm(w, r, v, http.StatusOK, groundFormPage{Code: r.PathValue("code"), Ground: g})
}

// groundOf is the ground in force that an address names; an empty one for a new.
func (o *Office) groundOf(r *http.Request) (g privacy.DisclosureGround, err error) {
	code := r.PathValue("code")
	if code == newGround {
		return g, nil
	}
	all, err := o.Privacy.DisclosureGroundRows(r.Context())
	if err != nil {
		return g, err
	}
	for _, row := range all { // the last row of the code
		if row.Code == code {
			g = row
		}
	}
	if g.Code == "" {
		return g, privacy.ErrGroundUnknown
	}
	return g, nil
}

func (o *Office) showGroundForm(w http.ResponseWriter, r *http.Request, v visit, status int, p groundFormPage) {
	v.Nav, p.Today = "disclosures", o.dayNow()
	title := v.T("office.grounds.new")
	if p.Code != newGround {
		title = v.Text(p.Ground.Words)
	}
	o.show(w, r, v, status, title, groundFormView(v, p))
}

func (o *Office) proposeGround(w http.ResponseWriter, r *http.Request, v visit) {
	old, err := o.groundOf(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	g := readGround(r)
	if g.Code = old.Code; g.Code == "" {
		id := db.NewID()
		g.Code = "ground_" + id[len(id)-8:]
	}
	err = o.Privacy.ProposeDisclosureGround(r.Context(), g, v.Actor())
	switch {
	case err != nil && ui.CanReshow(err):
		o.showGroundForm(w, r, v, ui.ReshowStatus(err), groundFormPage{Form: ui.FormOf(v.Page, r, err), Code: r.PathValue("code"), Ground: g})
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/grounds"), http.StatusSeeOther)
	}
}

// readGround is a ground as the form has it, without its code.
func readGround(r *http.Request) privacy.DisclosureGround {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return privacy.DisclosureGround{
		Kind: text("kind"), Article: text("article"), Words: i18n.Text{KK: text("words_kk"), RU: text("words_ru"), EN: text("words_en")},
		Quiet: r.PostFormValue("quiet") == "yes", From: calendar.Day(text("from")), To: calendar.Day(text("to")), Source: text("source"),
	}
}

func (o *Office) approveGround(w http.ResponseWriter, r *http.Request, v visit) {
	o.backToGrounds(w, r, v, o.Privacy.ApproveDisclosureGround(r.Context(), r.PathValue("id"), v.Actor()))
}

func (o *Office) dropGround(w http.ResponseWriter, r *http.Request, v visit) {
	o.backToGrounds(w, r, v, o.Privacy.DropDisclosureGround(r.Context(), r.PathValue("id"), v.Actor()))
}

func (o *Office) backToGrounds(w http.ResponseWriter, r *http.Request, v visit, err error) {
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/grounds"), http.StatusSeeOther)
}

func groundKinds(v visit) []ui.Option {
	return []ui.Option{
		{Value: "", Label: v.T("office.contacts.choose")},
		{Value: "state", Label: v.T("office.grounds.state")},
		{Value: "law", Label: v.T("office.grounds.law")},
	}
}

func groundKind(v visit, kind string) string {
	if kind == "state" {
		return v.T("office.grounds.state")
	}
	return v.T("office.grounds.law")
}

// groundDays says since when a ground holds and until when.
func groundDays(v visit, g privacy.DisclosureGround) string {
	if g.To == "" {
		return v.T("office.grounds.since", "day", dayWords(v, g.From))
	}
	return v.T("office.grounds.between", "day", dayWords(v, g.From), "end", dayWords(v, g.To))
}
