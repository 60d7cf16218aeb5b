package office

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/vault"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/web/ui"
)

// reviewsDocuments see the queue; whether they may open a document the register says at the look.
var reviewsDocuments = []people.Role{people.RoleManager, people.RoleOfficer, people.RoleAdmin}

func (o *Office) documentPages() []page {
	return []page{
		{"GET /{lang}/office/documents", reviewsDocuments, o.documents},
		{"GET /{lang}/office/documents/{id}", reviewsDocuments, o.document},
		{"POST /{lang}/office/documents/{id}/look", reviewsDocuments, o.counted(o.notOwn(o.lookAtDocument))},
		{"POST /{lang}/office/documents/{id}/file", reviewsDocuments, o.counted(o.notOwn(o.documentFile))},
		{"POST /{lang}/office/documents/{id}/decide", reviewsDocuments, o.notOwn(o.decideDocument)},
		{"GET /{lang}/office/document-kinds", reviewsDocuments, o.documentKinds},
		{"GET /{lang}/office/document-kinds/{code}", officers, o.documentKind},
		{"POST /{lang}/office/document-kinds/{code}", officers, o.saveDocumentKind},
	}
}

// documentsPage is the queue, and what was decided last.
type documentsPage struct {
	Waiting []document.Document
	Lately  []document.Document
	Titles  map[string]string
	Pages   ui.Pages
	Count   int
}

const documentsAPage = 30

func (o *Office) documents(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "documents"
	ctx := r.Context()
	at, id := readPlace(r.URL.Query().Get("after"))
	p := documentsPage{}
	var err error
	if p.Titles, err = o.kindTitles(r, v); err == nil {
		p.Waiting, err = o.Documents.Queue(ctx, at, id, documentsAPage+1)
	}
	if err == nil {
		p.Count, err = o.Documents.CountWaiting(ctx)
	}
	if err == nil {
		p.Lately, err = o.Documents.Lately(ctx, 20)
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if len(p.Waiting) > documentsAPage {
		p.Waiting = p.Waiting[:documentsAPage]
		last := p.Waiting[documentsAPage-1]
		p.Pages.Next = v.With("after", strconv.FormatInt(clock.Micros(last.SentAt), 10)+"."+last.ID)
	}
	if id != "" {
		p.Pages.Previous = v.With("after", "")
	}
	o.show(w, r, v, http.StatusOK, v.T("office.documents.title"), documentsList(v, p))
}

// readPlace reads a place of the queue from an address.
func readPlace(s string) (time.Time, string) {
	at, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n <= 0 || len(id) != 36 || strings.Trim(id, "0123456789abcdef-") != "" {
		return time.Time{}, ""
	}
	return clock.FromMicros(n), id
}

func (o *Office) kindTitles(r *http.Request, v visit) (map[string]string, error) {
	all, err := o.Documents.Kinds(r.Context())
	out := map[string]string{}
	for _, k := range all {
		out[k.Code] = k.Title.In(v.Lang)
	}
	return out, err
}

// documentPage is one document; its pictures are there once it was opened.
type documentPage struct {
	document.Document
	Kind   document.Kind
	Open   bool
	Holder people.Contacts
	By     *people.Contacts // who sent it as the holder's representative
	Pages  []string         // pictures drawn by us, as data addresses: no address of their own could be passed on
	More   bool             // the file holds what the pictures do not show
	Form   ui.Form
}

func (o *Office) documentPage(r *http.Request) (p documentPage, err error) {
	if p.Document, err = o.Documents.Find(r.Context(), r.PathValue("id")); err != nil {
		return p, err
	}
	p.Kind, err = o.Documents.KindOf(r.Context(), p.Document.Kind)
	return p, err
}

func (o *Office) document(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.documentPage(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showDocument(w, r, v, http.StatusOK, p)
}

func (o *Office) showDocument(w http.ResponseWriter, r *http.Request, v visit, status int, p documentPage) {
	v.Nav = "documents"
	o.show(w, r, v, status, p.Kind.Title.In(v.Lang), documentReview(v, p))
}

// representative opens the name of who sent a proof that they may act for its holder; nil of any other document.
func (o *Office) representative(r *http.Request, v visit, id string) (by *people.Contacts, err error) {
	rep, found, err := o.BoxOffice.RepresentationByProof(r.Context(), id)
	if err != nil || !found {
		return nil, err
	}
	err = o.DB.Transact(r.Context(), func(tx *db.DB) error {
		c, err := o.People.Contacts(r.Context(), tx, vault.Opening{
			Person: rep.HolderID, Purpose: vault.PurposeVerification, Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic},
			Actor: v.Actor(), Reason: "document_review",
		})
		by = &c
		return err
	})
	return by, err
}

// errOwnDocument is a reviewer's own document, or one that they sent as somebody's representative: a colleague checks it.
var errOwnDocument = fault.New(fault.Forbidden, "office.own_document")

// notOwn lets a reviewer through to documents of others alone.
func (o *Office) notOwn(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v visit) {
		d, err := o.Documents.Find(r.Context(), r.PathValue("id"))
		if err == nil && d.Person == v.Staff.PersonID {
			err = errOwnDocument
		}
		if err == nil {
			var rep boxoffice.Representation
			var found bool
			if rep, found, err = o.BoxOffice.RepresentationByProof(r.Context(), d.ID); found && rep.HolderID == v.Staff.PersonID {
				err = errOwnDocument
			}
		}
		if err != nil {
			o.UI.Fail(w, r, err)
			return
		}
		h(w, r, v)
	}
}

// lookAtDocument opens the document for its review; the look is journalled, and the person reads of it.
func (o *Office) lookAtDocument(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.documentPage(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	shown, err := o.Documents.Show(r.Context(), p.ID, v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Open, p.Holder, p.More = true, shown.Holder, shown.Body != nil
	if p.By, err = o.representative(r, v, p.ID); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	for _, picture := range shown.Pictures {
		p.Pages = append(p.Pages, "data:image/jpeg;base64,"+base64.StdEncoding.EncodeToString(picture))
	}
	w.Header().Set("Cache-Control", "no-store")
	o.showDocument(w, r, v, http.StatusOK, p)
}

// documentFile hands over the file itself where it could not be drawn, so that no browser shows it as part of this site.
func (o *Office) documentFile(w http.ResponseWriter, r *http.Request, v visit) {
	shown, err := o.Documents.Show(r.Context(), r.PathValue("id"), v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if shown.Media != upload.PDF || shown.Body == nil {
		o.UI.Fail(w, r, document.ErrNoDocument)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="document.pdf"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.Write(shown.Body) //nolint:errcheck // the reader went away
}

func (o *Office) decideDocument(w http.ResponseWriter, r *http.Request, v visit) {
	err := o.Documents.Decide(r.Context(), r.PathValue("id"), document.Result(r.PostFormValue("result")), r.PostFormValue("reason"), v.Actor())
	if err == nil {
		http.Redirect(w, r, v.URL("/office/documents"), http.StatusSeeOther)
		return
	}
	p, ferr := o.documentPage(r)
	if ferr != nil || !ui.CanReshow(err) {
		o.UI.Fail(w, r, err)
		return
	}
	p.Form = ui.FormOf(v.Page, r, err)
	o.showDocument(w, r, v, ui.ReshowStatus(err), p)
}

func (o *Office) documentKinds(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "documents"
	all, err := o.Documents.Kinds(r.Context())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.documents.kinds"), documentKindsList(v, all))
}

// kindPage is the form of a kind; New for one that does not exist yet.
type kindPage struct {
	document.Kind
	New  bool
	Form ui.Form
}

const newKind = "new"

func (o *Office) kindPage(r *http.Request) (p kindPage, err error) {
	code := r.PathValue("code")
	if code == newKind {
		return kindPage{Kind: document.Kind{Ground: document.GroundConsent, KeepDays: 30}, New: true}, nil
	}
	p.Kind, err = o.Documents.KindOf(r.Context(), code)
	return p, err
}

func (o *Office) documentKind(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.kindPage(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showKind(w, r, v, http.StatusOK, p)
}

func (o *Office) showKind(w http.ResponseWriter, r *http.Request, v visit, status int, p kindPage) {
	v.Nav = "documents"
	title := p.Title.In(v.Lang)
	if p.New {
		title = v.T("office.documents.new_kind")
	}
	o.show(w, r, v, status, title, documentKindForm(v, p))
}

func (o *Office) saveDocumentKind(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.kindPage(r)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	k := p.Kind
	if p.New {
		k.Code, k.Identity = r.PostFormValue("code"), r.PostFormValue("identity") != ""
	}
	k.Title = i18n.Text{KK: r.PostFormValue("title_kk"), RU: r.PostFormValue("title_ru"), EN: r.PostFormValue("title_en")}
	k.Why = i18n.Text{KK: r.PostFormValue("why_kk"), RU: r.PostFormValue("why_ru"), EN: r.PostFormValue("why_en")}
	k.Ground, k.Exception = r.PostFormValue("ground"), r.PostFormValue("exception")
	k.KeepDays, _ = strconv.Atoi(r.PostFormValue("keep_days")) //nolint:errcheck // 0 days are refused
	k.NamesPeople, k.On = r.PostFormValue("names_people") != "", r.PostFormValue("on") != ""
	err = o.Documents.SaveKind(r.Context(), k, v.Actor())
	if err == nil {
		http.Redirect(w, r, v.URL("/office/document-kinds"), http.StatusSeeOther)
		return
	}
	if !ui.CanReshow(err) {
		o.UI.Fail(w, r, err)
		return
	}
	p.Kind, p.Form = k, ui.FormOf(v.Page, r, err)
	o.showKind(w, r, v, ui.ReshowStatus(err), p)
}

func documentResult(v visit, d document.Document) (kind, words string) {
	switch d.Result {
	case document.Accepted:
		return "ok", v.T("office.documents.accepted")
	case document.Refused:
		return "danger", v.T("office.documents.refused")
	case document.BetterCopy:
		return "warn", v.T("office.documents.better_copy")
	case document.Identity:
		return "danger", v.T("office.documents.identity")
	case document.Withdrawn:
		return "", v.T("office.documents.withdrawn")
	case document.Expired:
		return "", v.T("office.documents.expired")
	}
	return "accent", v.T("office.documents.waits")
}

func documentReason(v visit, reason string) string {
	switch reason {
	case "wrong_kind":
		return v.T("office.documents.why_wrong_kind")
	case "other_name":
		return v.T("office.documents.why_other_name")
	case "out_of_date":
		return v.T("office.documents.why_out_of_date")
	case "incomplete":
		return v.T("office.documents.why_incomplete")
	case "not_signed":
		return v.T("office.documents.why_not_signed")
	case "not_genuine":
		return v.T("office.documents.why_not_genuine")
	}
	return ""
}

func reasonOptions(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.documents.choose_reason")}}
	for _, r := range document.Reasons {
		out = append(out, ui.Option{Value: r, Label: documentReason(v, r)})
	}
	return out
}

func kindGrounds(v visit) []ui.Option {
	return []ui.Option{
		{Value: document.GroundConsent, Label: v.T("office.documents.ground_consent")},
		{Value: document.GroundLaw, Label: v.T("office.documents.ground_law")},
	}
}

// decider says who decided, without a name: the account's id stands in the row.
func decider(v visit, d document.Document) string {
	switch d.DecidedBy {
	case "system":
		return v.T("office.documents.by_program")
	case "person":
		return v.T("office.documents.by_person")
	case v.Actor():
		return v.T("office.documents.by_you")
	}
	return v.T("office.documents.by_staff")
}

// documentFacts says what lies there: its form, pages and size.
func documentFacts(v visit, d document.Document) string {
	form := v.T("office.documents.picture")
	if d.Media == upload.PDF {
		form = v.T("office.documents.pdf", "pages", d.Pages)
	}
	return form + ", " + strconv.FormatInt(max(1, d.Size>>10), 10) + " KB"
}

func kindAddress(p kindPage) string {
	if p.New {
		return newKind
	}
	return p.Code
}

func fullName(c people.Contacts) string {
	return strings.Join(strings.Fields(c.Surname+" "+c.Name+" "+c.Patronymic), " ")
}
