package checkout

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// proofView is how far the proof of a representative has come, on the ticket that they took for somebody.
type proofView struct {
	boxoffice.Representation
	Found bool
	Kind  document.Kind
	Most  int // megabytes
	Form  ui.Form
}

func (v proofView) problem() string {
	if v.Form.OK() {
		return ""
	}
	return v.Form.Errors[0].Message
}

func (d *Door) proofOf(r *http.Request, p ui.Page, t boxoffice.Ticket) (v proofView, err error) {
	v = proofView{Form: ui.NewForm(p, nil, nil), Most: int(d.Documents.Gate.Limits.Bytes >> 20)}
	if t.HolderID == "" {
		return v, nil
	}
	if v.Representation, v.Found, err = d.Office.RepresentationOf(r.Context(), t); err != nil || !v.Found {
		return v, err
	}
	v.Kind, err = d.Documents.KindOf(r.Context(), document.KindRepresentation)
	return v, err
}

// sendProof takes the file by the way that all documents take: spooled, scanned, sealed, reviewed, destroyed.
func (d *Door) sendProof(w http.ResponseWriter, r *http.Request) {
	t, err := d.findTicket(r)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.UI.Page(r, "")
	err = d.takeProof(w, r, p, t)
	next := ticketPath(p, t)
	switch {
	case r.Header.Get("Accept") == "application/json":
		d.answerScript(w, r, p, next, err)
	case err == nil:
		http.Redirect(w, r, next, http.StatusSeeOther)
	case ui.CanReshow(err) || fault.KindOf(err) == fault.TooLarge || fault.KindOf(err) == fault.Unavailable:
		d.showTicket(w, r, err)
	default:
		d.UI.Fail(w, r, err)
	}
}

func (d *Door) takeProof(w http.ResponseWriter, r *http.Request, p ui.Page, t boxoffice.Ticket) error {
	ctx := r.Context()
	rep, found, err := d.Office.RepresentationOf(ctx, t)
	if err != nil {
		return err
	}
	if !found {
		return boxoffice.ErrNoTicket
	}
	if !rep.Open() {
		return boxoffice.ErrProofDone
	}
	sent, err := d.Documents.Spool.Read(w, r, d.Documents.Gate.Limits)
	if err != nil {
		return err
	}
	if sent.File != nil {
		defer sent.File.Drop()
	}
	doc, err := d.Documents.Send(ctx, document.Sending{Person: rep.PersonID, Kind: document.KindRepresentation, Lang: p.Lang, File: sent.File})
	if err != nil {
		return err
	}
	if err := d.Office.ProofArrived(ctx, rep, doc.ID); err != nil { // another one was faster: this one has nothing to prove
		return errors.Join(err, d.Documents.Withdraw(ctx, doc.ID, rep.PersonID))
	}
	return nil
}

// nameBack ends the representation at its representative's word: first its state, then the document, then the name.
func (d *Door) nameBack(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	t, err := d.findTicket(r)
	if err == nil {
		var rep boxoffice.Representation
		if rep, err = d.Office.TakeNameBack(ctx, t); err == nil {
			if rep.DocumentID != "" {
				err = d.Documents.Withdraw(ctx, rep.DocumentID, rep.PersonID)
			}
			if err == nil || fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.NotFound { // the hourly sweep was faster
				err = d.Office.DestroyRepresented(ctx, rep)
			}
		}
	}
	switch {
	case err == nil:
		http.Redirect(w, r, ticketPath(d.UI.Page(r, ""), t)+"#proof", http.StatusSeeOther)
	case errors.Is(err, boxoffice.ErrNameGone):
		d.showTicket(w, r, err)
	default:
		d.UI.Fail(w, r, err)
	}
}

// answerScript tells the page's script, which shows how much has been sent, where to go or what is wrong.
func (d *Door) answerScript(w http.ResponseWriter, r *http.Request, p ui.Page, next string, err error) {
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
			d.UI.Log.ErrorContext(r.Context(), "a proof was not taken", "request", p.RequestID, "err", err)
		}
		var one *fault.Error
		answer.Wrong = p.T("fault.internal")
		if errors.As(err, &one) {
			answer.Wrong = p.Fault(one)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer) //nolint:errcheck // the visitor went away
}
