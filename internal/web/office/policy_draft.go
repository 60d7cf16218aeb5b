package office

import (
	"context"
	"net/http"
	"strconv"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// draftPage is a draft with what it changes, in one language at a time.
type draftPage struct {
	Form    ui.Form
	Draft   privacy.Draft
	Base    privacy.Version
	Lang    i18n.Lang // whose diff and clauses are shown
	Changes []privacy.Change
	Mine    bool // whoever looks has written: somebody else publishes
}

// clausePage edits one clause in all languages; Old of a new one is empty.
type clausePage struct {
	Form   ui.Form
	Draft  privacy.Draft
	At     int
	New    bool
	Number string
	Old    i18n.Text
}

// scopePage edits a consent: its summary and its eight parts.
type scopePage struct {
	Form  ui.Form
	Draft privacy.Draft
	Scope privacy.Scope
}

func (o *Office) textDraft(w http.ResponseWriter, r *http.Request, v visit) {
	o.showTextDraft(w, r, v, nil)
}

func (o *Office) showTextDraft(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	v.Nav = "policies"
	d, err := o.Privacy.TextDraft(r.Context(), r.PathValue("draft"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	v.Path = "/office/policies/drafts/" + d.ID
	p := draftPage{Form: ui.FormOf(v.Page, r, problem), Draft: d, Lang: v.Lang, Mine: d.Wrote(v.Actor())}
	if l, ok := i18n.Parse(r.FormValue("text")); ok {
		p.Lang = l
	}
	if p.Base, err = o.Privacy.Version(r.Context(), d.BaseID); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Changes = d.Changes(p.Base, p.Lang)
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, v.T("office.policies.draft", "document", documentName(v, d.Kind)), draftView(v, p))
}

// edit names the draft as the form showed it.
func edit(r *http.Request, v visit) privacy.Edit {
	revision, err := strconv.ParseInt(r.PostFormValue("revision"), 10, 64)
	if err != nil {
		revision = -1
	}
	return privacy.Edit{Draft: r.PathValue("draft"), Revision: revision, Actor: v.Actor()}
}

func (o *Office) afterDraft(w http.ResponseWriter, r *http.Request, v visit, to string, err error) {
	switch {
	case err == nil:
		http.Redirect(w, r, to, http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showTextDraft(w, r, v, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

func (o *Office) onDraft(w http.ResponseWriter, r *http.Request, v visit, act func(context.Context, privacy.Edit) error) {
	o.afterDraft(w, r, v, draftURL(v, r.PathValue("draft")), act(r.Context(), edit(r, v)))
}

func (o *Office) setMaterial(w http.ResponseWriter, r *http.Request, v visit) {
	o.onDraft(w, r, v, func(ctx context.Context, e privacy.Edit) error {
		return o.Privacy.SetMaterial(ctx, e, r.PostFormValue("material") == "yes")
	})
}

func (o *Office) saveTitle(w http.ResponseWriter, r *http.Request, v visit) {
	o.onDraft(w, r, v, func(ctx context.Context, e privacy.Edit) error {
		return o.Privacy.EditTitle(ctx, e, typedText(r, "title"))
	})
}

func (o *Office) submitText(w http.ResponseWriter, r *http.Request, v visit) {
	o.onDraft(w, r, v, o.Privacy.Submit)
}

func (o *Office) returnText(w http.ResponseWriter, r *http.Request, v visit) {
	o.onDraft(w, r, v, o.Privacy.Return)
}

func (o *Office) dropText(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterDraft(w, r, v, v.URL("/office/policies"), o.Privacy.Drop(r.Context(), edit(r, v)))
}

// publishText publishes at once, or at the day and hour given.
func (o *Office) publishText(w http.ResponseWriter, r *http.Request, v visit) {
	at, err := moment(r.PostFormValue("in_force"))
	if err != nil {
		err = privacy.ErrPast.On("in_force")
	} else {
		_, err = o.Privacy.Publish(r.Context(), edit(r, v), at)
	}
	o.afterDraft(w, r, v, v.URL("/office/policies"), err)
}

func (o *Office) clauseForm(w http.ResponseWriter, r *http.Request, v visit) {
	o.showClause(w, r, v, false, nil)
}

func (o *Office) newClauseForm(w http.ResponseWriter, r *http.Request, v visit) {
	o.showClause(w, r, v, true, nil)
}

func (o *Office) showClause(w http.ResponseWriter, r *http.Request, v visit, fresh bool, problem error) {
	v.Nav = "policies"
	d, err := o.Privacy.TextDraft(r.Context(), r.PathValue("draft"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	at, err := strconv.Atoi(r.PathValue("at"))
	all := d.Documents[i18n.KK].Clauses
	if err != nil || at < 0 || at >= len(all) {
		o.UI.Fail(w, r, privacy.ErrNoDraft)
		return
	}
	p := clausePage{Form: ui.FormOf(v.Page, r, problem), Draft: d, At: at, New: fresh}
	title := v.T("office.policies.clause_new", "number", all[at].Number)
	if !fresh {
		p.Number = all[at].Number
		p.Old = i18n.Text{KK: all[at].Text, RU: clauseAt(d, i18n.RU, at), EN: clauseAt(d, i18n.EN, at)}
		title = v.T("office.policies.clause", "number", p.Number)
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, title, clauseView(v, p))
}

func clauseAt(d privacy.Draft, l i18n.Lang, at int) string {
	if all := d.Documents[l].Clauses; at < len(all) {
		return all[at].Text
	}
	return ""
}

func typedText(r *http.Request, name string) i18n.Text {
	return i18n.Text{KK: r.PostFormValue(name + ".kk"), RU: r.PostFormValue(name + ".ru"), EN: r.PostFormValue(name + ".en")}
}

func (o *Office) saveClause(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterClause(w, r, v, false, func(at int) error {
		return o.Privacy.EditClause(r.Context(), edit(r, v), at, typedText(r, "text"))
	})
}

func (o *Office) addClause(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterClause(w, r, v, true, func(at int) error {
		return o.Privacy.AddClause(r.Context(), edit(r, v), at, r.PostFormValue("number"), typedText(r, "text"))
	})
}

func (o *Office) removeClause(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterClause(w, r, v, false, func(at int) error { return o.Privacy.RemoveClause(r.Context(), edit(r, v), at) })
}

func (o *Office) afterClause(w http.ResponseWriter, r *http.Request, v visit, fresh bool, act func(at int) error) {
	at, err := strconv.Atoi(r.PathValue("at"))
	if err != nil {
		o.UI.Fail(w, r, privacy.ErrNoDraft)
		return
	}
	err = act(at)
	switch {
	case err == nil:
		http.Redirect(w, r, draftURL(v, r.PathValue("draft"))+"#clauses", http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showClause(w, r, v, fresh, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

func (o *Office) scopeForm(w http.ResponseWriter, r *http.Request, v visit) {
	o.showScope(w, r, v, nil)
}

func (o *Office) showScope(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	v.Nav = "policies"
	d, err := o.Privacy.TextDraft(r.Context(), r.PathValue("draft"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	for _, s := range d.Scopes {
		if s.Code != r.PathValue("scope") {
			continue
		}
		status := http.StatusOK
		if problem != nil {
			status = ui.ReshowStatus(problem)
		}
		p := scopePage{Form: ui.FormOf(v.Page, r, problem), Draft: d, Scope: s}
		o.show(w, r, v, status, v.T("office.policies.consent", "code", s.Code), scopeView(v, p))
		return
	}
	o.UI.Fail(w, r, privacy.ErrNoDraft)
}

func (o *Office) saveScope(w http.ResponseWriter, r *http.Request, v visit) {
	var parts privacy.Parts
	for _, part := range parts.List() {
		*part.Text = typedText(r, part.Key)
	}
	err := o.Privacy.EditScope(r.Context(), edit(r, v), r.PathValue("scope"), typedText(r, "summary"), parts)
	switch {
	case err == nil:
		http.Redirect(w, r, draftURL(v, r.PathValue("draft"))+"#consents", http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showScope(w, r, v, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

func titleWrong(f ui.Form) bool {
	return f.Error("title.kk") != "" || f.Error("title.ru") != "" || f.Error("title.en") != ""
}
