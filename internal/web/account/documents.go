package account

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

const documentsBase = "/account/documents"

// mountDocuments puts the pages for documents on their addresses.
func (a *Account) mountDocuments(own func(string, func(http.ResponseWriter, *http.Request, people.Session))) {
	const send = "POST /{lang}" + documentsBase + "/{kind}"
	a.UI.Accept(send, a.Documents.Gate.Limits.Body())
	own("GET /{lang}"+documentsBase, a.documents)
	own(send, a.doSend)
	own("POST /{lang}"+documentsBase+"/{kind}/destroy", a.doDestroyDocument) // {kind} is the document's id here
}

// documentsView is what may be sent, and what was.
type documentsView struct {
	frame
	Kinds  []document.Kind
	Sent   []document.Document
	Titles map[string]string
	Form   ui.Form
	At     string // the kind whose form came back
	Done   string // what has just been done
	Most   int    // megabytes
}

func (a *Account) documentsView(r *http.Request, s people.Session) (v documentsView, err error) {
	v = documentsView{frame: a.frame(r, "documents"), Titles: map[string]string{}, Most: int(a.Documents.Gate.Limits.Bytes >> 20)}
	v.Title = v.T("account.documents")
	v.Scripts = append(v.Scripts, "upload.js")
	all, err := a.Documents.Kinds(r.Context())
	if err != nil {
		return v, err
	}
	for _, k := range all {
		v.Titles[k.Code] = k.Title.In(v.Lang)
		if k.On {
			v.Kinds = append(v.Kinds, k)
		}
	}
	v.Sent, err = a.Documents.Of(r.Context(), s.PersonID)
	return v, err
}

func (a *Account) documents(w http.ResponseWriter, r *http.Request, s people.Session) {
	v, err := a.documentsView(r, s)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	switch d := r.URL.Query().Get("done"); d {
	case "sent", "destroyed":
		v.Done = d
	}
	a.UI.Render(w, r, http.StatusOK, v.Page, documentsPage(v))
}

func (a *Account) doSend(w http.ResponseWriter, r *http.Request, s people.Session) {
	p := a.page(r, "")
	kind := r.PathValue("kind")
	sent, err := a.Documents.Spool.Read(w, r, a.Documents.Gate.Limits)
	if err == nil {
		if sent.File != nil {
			defer sent.File.Drop()
		}
		_, err = a.Documents.Send(r.Context(), document.Sending{Person: s.PersonID, Kind: kind, Lang: p.Lang, File: sent.File})
	}
	next := p.URL(documentsBase + "?done=sent")
	switch {
	case r.Header.Get("Accept") == "application/json":
		a.answerScript(w, r, p, next, err)
	case err == nil:
		http.Redirect(w, r, next, http.StatusSeeOther)
	case ui.CanReshow(err) || fault.KindOf(err) == fault.TooLarge || fault.KindOf(err) == fault.Unavailable:
		a.reshowDocuments(w, r, s, kind, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// reshowDocuments shows the page again with what was wrong at the kind's form.
func (a *Account) reshowDocuments(w http.ResponseWriter, r *http.Request, s people.Session, kind string, problem error) {
	v, err := a.documentsView(r, s)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v.Form, v.At = ui.NewForm(v.Page, nil, problem), kind
	a.UI.Render(w, r, ui.StatusOf(problem), v.Page, documentsPage(v))
}

// answerScript tells the page's script, which shows how much has been sent, where to go or what is wrong.
func (a *Account) answerScript(w http.ResponseWriter, r *http.Request, p ui.Page, next string, err error) {
	var answer struct {
		Next  string `json:"next,omitempty"`
		Wrong string `json:"wrong,omitempty"`
	}
	status := http.StatusOK
	if err == nil {
		answer.Next = next
	} else {
		status = ui.StatusOf(err)
		if fault.KindOf(err) == fault.Internal {
			a.UI.Log.ErrorContext(r.Context(), "a document was not taken", "request", p.RequestID, "err", err)
		}
		var one *fault.Error
		answer.Wrong = p.T("fault.internal")
		if errors.As(err, &one) {
			answer.Wrong = p.Fault(one)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer) //nolint:errcheck // the visitor went away
}

func (a *Account) doDestroyDocument(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.Documents.Withdraw(r.Context(), r.PathValue("kind"), s.PersonID); err != nil && !errors.Is(err, document.ErrDone) {
		a.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, a.page(r, "").URL(documentsBase+"?done=destroyed"), http.StatusSeeOther)
}

func (v documentsView) ground(k document.Kind) string {
	if k.Ground == document.GroundLaw {
		return v.T("account.documents_ground_law")
	}
	return v.T("account.documents_ground_consent")
}

func (v documentsView) problem(k document.Kind) string {
	if v.At != k.Code || v.Form.OK() {
		return ""
	}
	return v.Form.Errors[0].Message
}

func (v documentsView) title(d document.Document) string { return v.Titles[d.Kind] }

func (v documentsView) moment(t time.Time) string { return v.Moment(t, v.UI.Clock.Now(), zone) }

func (v documentsView) until(d document.Document) string { return v.FullDate(d.Until, zone) }

// result says what came of a document, and its colour.
func (v documentsView) result(d document.Document) (kind, words string) {
	switch d.Result {
	case document.Accepted:
		return "ok", v.T("account.document_accepted")
	case document.Refused:
		return "danger", v.T("account.document_refused")
	case document.BetterCopy:
		return "warn", v.T("account.document_better_copy")
	case document.Identity:
		return "danger", v.T("account.document_identity")
	case document.Withdrawn:
		return "", v.T("account.document_withdrawn")
	case document.Expired:
		return "", v.T("account.document_expired")
	}
	return "accent", v.T("account.document_waiting")
}

// why says more of a result, "" when there is no more to say.
func (v documentsView) why(d document.Document) string {
	switch d.Reason {
	case "wrong_kind":
		return v.T("account.document_why_wrong_kind")
	case "other_name":
		return v.T("account.document_why_other_name")
	case "out_of_date":
		return v.T("account.document_why_out_of_date")
	case "incomplete":
		return v.T("account.document_why_incomplete")
	case "not_signed":
		return v.T("account.document_why_not_signed")
	case "not_genuine":
		return v.T("account.document_why_not_genuine")
	}
	switch d.Result {
	case document.BetterCopy:
		return v.T("account.document_why_better_copy")
	case document.Identity:
		return v.T("account.document_why_identity")
	}
	return ""
}

func (v documentsView) by(d document.Document) string {
	switch d.DecidedBy {
	case "system":
		return v.T("account.document_by_program")
	case "person":
		return v.T("account.document_by_you")
	}
	return v.T("account.document_by_staff")
}
