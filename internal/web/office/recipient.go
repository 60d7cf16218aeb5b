package office

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// newRecipient stands in the address of the form for one that is not there yet.
const newRecipient = "new"

// errRecipientUsed is a recipient that some purpose still names.
var errRecipientUsed = fault.New(fault.Conflict, "office.recipient_used")

// recipientRow is a recipient in the register's list.
type recipientRow struct {
	Code, Name, Country, Kind, Fields string
}

// recipientFormPage is one recipient to change.
type recipientFormPage struct {
	Form   ui.Form
	Code   string
	To     privacy.Recipient
	Fields []box
	Kinds  []ui.Option
	Unused bool // no purpose names it: it may go
}

func recipientRows(v visit, p privacy.Processing) (out []recipientRow) {
	for _, to := range p.Recipients {
		out = append(out, recipientRow{to.Code, v.Text(to.Name), to.Country, v.Text(privacy.RecipientKindName(to.Kind)), privacy.FieldNames(to.Fields, v.Lang)})
	}
	return out
}

func (o *Office) recipientForm(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.proposed(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	to, ok := p.Recipient(r.PathValue("code"))
	if !ok && r.PathValue("code") != newRecipient {
		o.UI.Fail(w, r, errNoPurpose)
		return
	}
	o.showRecipientForm(w, r, v, http.StatusOK, ui.Form{}, p, to)
}

func (o *Office) showRecipientForm(w http.ResponseWriter, r *http.Request, v visit, status int, f ui.Form, p privacy.Processing, to privacy.Recipient) {
	v.Nav = "register"
	page := recipientFormPage{Form: f, Code: r.PathValue("code"), To: to, Unused: to.Code != "" && !named(p, to.Code)}
	for _, field := range privacy.VaultFields() {
		page.Fields = append(page.Fields, box{string(field), v.Text(privacy.FieldName(field)), slices.Contains(to.Fields, field)})
	}
	for _, k := range privacy.RecipientKinds {
		page.Kinds = append(page.Kinds, ui.Option{Value: string(k), Label: v.Text(privacy.RecipientKindName(k))})
	}
	title := v.T("office.register.new_recipient")
	if page.Code != newRecipient {
		title = v.Text(to.Name)
	}
	o.show(w, r, v, status, title, recipientFormView(v, page))
}

func named(p privacy.Processing, code string) bool {
	return slices.ContainsFunc(p.Entries, func(e privacy.Entry) bool { return slices.Contains(e.Recipients, code) })
}

func (o *Office) saveRecipient(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.proposed(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	code := r.PathValue("code")
	to := readRecipient(r)
	if i := slices.IndexFunc(p.Recipients, func(have privacy.Recipient) bool { return have.Code == code }); i >= 0 {
		to.Code = code
		p.Recipients[i] = to
	} else if code == newRecipient {
		id := db.NewID()
		to.Code = string(to.Kind) + "_" + id[len(id)-8:]
		p.Recipients = append(p.Recipients, to)
	} else {
		o.UI.Fail(w, r, errNoPurpose)
		return
	}
	_, err = o.Privacy.SaveDraft(r.Context(), p, v.Actor())
	switch {
	case err != nil && ui.CanReshow(err):
		o.showRecipientForm(w, r, v, ui.ReshowStatus(err), ui.FormOf(v.Page, r, err), p, to)
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/register"), http.StatusSeeOther)
	}
}

// readRecipient is a recipient as the form has it, without its code.
func readRecipient(r *http.Request) (to privacy.Recipient) {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	to.Name = i18n.Text{KK: text("name_kk"), RU: text("name_ru"), EN: text("name_en")}
	to.Country, to.Kind = strings.ToUpper(text("country")), privacy.RecipientKind(text("kind"))
	for _, f := range r.PostForm["field"] {
		to.Fields = append(to.Fields, vault.Field(f))
	}
	return to
}

func (o *Office) dropRecipient(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.proposed(r)
	code := r.PathValue("code")
	switch _, there := p.Recipient(code); {
	case err != nil:
	case !there:
		err = errNoPurpose
	case named(p, code):
		err = errRecipientUsed
	default:
		p.Recipients = slices.DeleteFunc(p.Recipients, func(to privacy.Recipient) bool { return to.Code == code })
		_, err = o.Privacy.SaveDraft(r.Context(), p, v.Actor())
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/register"), http.StatusSeeOther)
}
