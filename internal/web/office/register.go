package office

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// registerPage is the register of processing with what is proposed.
type registerPage struct {
	InForce privacy.RegisterVersion
	List    privacy.List
	Differs bool
	Size    privacy.Size
	Draft   *privacy.RegisterDraft
	Changes []privacy.Difference
	Mine    bool // the reader drafted it
}

func (o *Office) register(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "register"
	p, err := o.readRegister(r, v)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.register"), registerView(v, p))
}

func (o *Office) readRegister(r *http.Request, v visit) (p registerPage, err error) {
	if p.InForce, err = o.Privacy.Processing(r.Context()); err != nil {
		return p, err
	}
	p.List = o.Privacy.List(p.InForce, v.Lang)
	if p.Differs, err = o.Privacy.Differs(r.Context()); err != nil {
		return p, err
	}
	if p.Size, err = o.Privacy.Size(r.Context()); err != nil {
		return p, err
	}
	d, err := o.Privacy.Draft(r.Context())
	if errors.Is(err, privacy.ErrRegisterNoDraft) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Draft, p.Mine = &d, d.MadeBy == v.Actor()
	p.Changes = p.InForce.Differences(d.Processing, v.Lang)
	return p, nil
}

// registerList is the list of personal data in both languages of the state, as the PDF has it.
func (o *Office) registerList(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "register"
	version, err := o.Privacy.Processing(r.Context())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	lists := []privacy.List{o.Privacy.List(version, i18n.KK), o.Privacy.List(version, i18n.RU)}
	o.show(w, r, v, http.StatusOK, v.T("office.register.list"), registerListView(v, lists))
}

func (o *Office) registerPDF(w http.ResponseWriter, r *http.Request, _ visit) {
	version, err := o.Privacy.Processing(r.Context())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	body, err := o.Privacy.ListPDF(version)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="personal-data-`+strconv.Itoa(version.Number)+`.pdf"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // the reader went away
}

// registerFormPage is one purpose to change.
type registerFormPage struct {
	Form       ui.Form
	Entry      privacy.Entry
	Fields     []box
	Roles      []box
	Recipients []box
	Terms      []termRow
}

// termRow is the term of one field, which may end before the purpose's.
type termRow struct {
	Field, Label string
	Keep         privacy.Keep
	Count        string // "" is the purpose's own
}

// box is one tick of a form.
type box struct {
	Value, Label string
	On           bool
}

var errNoPurpose = fault.New(fault.NotFound, "")

// proposed is the draft where there is one, else what is in force.
func (o *Office) proposed(r *http.Request) (privacy.Processing, error) {
	d, err := o.Privacy.Draft(r.Context())
	if err == nil {
		return d.Processing, nil
	}
	if !errors.Is(err, privacy.ErrRegisterNoDraft) {
		return privacy.Processing{}, err
	}
	v, err := o.Privacy.Processing(r.Context())
	return v.Processing, err
}

func (o *Office) registerForm(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.proposed(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	e, ok := p.Entry(vault.Purpose(r.PathValue("id")))
	if !ok {
		o.UI.Fail(w, r, errNoPurpose)
		return
	}
	o.showRegisterForm(w, r, v, http.StatusOK, ui.Form{}, p, e)
}

func (o *Office) showRegisterForm(w http.ResponseWriter, r *http.Request, v visit, status int, f ui.Form, p privacy.Processing, e privacy.Entry) {
	v.Nav = "register"
	page := registerFormPage{Form: f, Entry: e}
	for _, field := range privacy.VaultFields() {
		page.Fields = append(page.Fields, box{string(field), v.Text(privacy.FieldName(field)), slices.Contains(e.Fields, field)})
	}
	for _, role := range people.Roles {
		page.Roles = append(page.Roles, box{string(role), v.Text(privacy.RoleName(role)), slices.Contains(e.Roles, role)})
	}
	for _, to := range p.Recipients {
		page.Recipients = append(page.Recipients, box{to.Code, v.Text(to.Name) + " (" + to.Country + ")", slices.Contains(e.Recipients, to.Code)})
	}
	for _, field := range e.Fields {
		row := termRow{Field: string(field), Label: v.Text(privacy.FieldName(field)), Keep: e.Keep}
		if k, ok := e.Terms[field]; ok {
			row.Keep, row.Count = k, strconv.Itoa(k.Count)
		}
		page.Terms = append(page.Terms, row)
	}
	o.show(w, r, v, status, v.Text(privacy.PurposeName(e.Purpose)), registerFormView(v, page))
}

func (o *Office) saveRegister(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.proposed(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	i := slices.IndexFunc(p.Entries, func(e privacy.Entry) bool { return string(e.Purpose) == r.PathValue("id") })
	if i < 0 {
		o.UI.Fail(w, r, errNoPurpose)
		return
	}
	p.Entries[i] = readEntry(r, p.Entries[i])
	_, err = o.Privacy.SaveDraft(r.Context(), p, v.Actor())
	switch {
	case err != nil && ui.CanReshow(err):
		o.showRegisterForm(w, r, v, ui.ReshowStatus(err), ui.FormOf(v.Page, r, err), p, p.Entries[i])
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/register"), http.StatusSeeOther)
	}
}

// readEntry is a purpose as the form has it.
func readEntry(r *http.Request, e privacy.Entry) privacy.Entry {
	_ = r.PostFormValue("count") // parses the form
	e.Fields, e.Roles, e.Recipients = nil, nil, nil
	for _, f := range r.PostForm["field"] {
		e.Fields = append(e.Fields, vault.Field(f))
	}
	for _, role := range r.PostForm["role"] {
		e.Roles = append(e.Roles, people.Role(role))
	}
	e.Recipients = r.PostForm["recipient"]
	e.Keep = readKeep(r, "")
	if g := r.PostForm.Get("ground"); g != "" {
		e.Ground = privacy.Ground(g)
	}
	e.Terms = readTerms(r, e)
	if len(e.Fields) == 0 {
		e.Keep = privacy.Keep{}
	}
	return e
}

// readKeep is a term as the form has it; suffix names the field that it is of. A count that is no number is refused as a missing term.
func readKeep(r *http.Request, suffix string) privacy.Keep {
	n, err := strconv.Atoi(r.PostForm.Get("count" + suffix))
	if err != nil {
		n = 0
	}
	return privacy.Keep{Count: n, Unit: privacy.Unit(r.PostForm.Get("unit" + suffix)), Event: privacy.Event(r.PostForm.Get("event" + suffix))}
}

// readTerms are the fields' own terms: an empty count is the purpose's, a field that the form did not show keeps what it had.
func readTerms(r *http.Request, e privacy.Entry) map[vault.Field]privacy.Keep {
	out := map[vault.Field]privacy.Keep{}
	for _, f := range e.Fields {
		suffix := "-" + string(f)
		if k, had := e.Terms[f]; had && !r.PostForm.Has("count"+suffix) {
			out[f] = k
		}
		if r.PostForm.Get("count"+suffix) != "" {
			out[f] = readKeep(r, suffix)
		}
	}
	return out
}

func registerGrounds(v visit) (out []ui.Option) {
	for _, g := range privacy.Grounds {
		out = append(out, ui.Option{Value: string(g), Label: v.Text(privacy.GroundName(g))})
	}
	return out
}

func (o *Office) approveRegister(w http.ResponseWriter, r *http.Request, v visit) {
	if _, err := o.Privacy.ApproveDraft(r.Context(), r.PostFormValue("revision"), v.Actor()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/register"), http.StatusSeeOther)
}

func (o *Office) dropRegister(w http.ResponseWriter, r *http.Request, v visit) {
	if err := o.Privacy.DropDraft(r.Context()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/register"), http.StatusSeeOther)
}

func unitOptions(v visit) []ui.Option {
	return []ui.Option{{Value: "day", Label: v.T("office.register.days")}, {Value: "month", Label: v.T("office.register.months")}, {Value: "year", Label: v.T("office.register.years")}}
}

func eventOptions(v visit) (out []ui.Option) {
	for _, e := range privacy.Events {
		out = append(out, ui.Option{Value: string(e), Label: v.Text(privacy.EventName(e))})
	}
	return out
}

// short is enough of a hash to compare by eye.
func short(hash string) string { return hash[:min(len(hash), 16)] }
