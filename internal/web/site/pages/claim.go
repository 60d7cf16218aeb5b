package pages

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// claimView is the form for a claim, a question or a request about one's data.
type claimView struct {
	Version string // of the policy that is shown
	ui.Page
	Form  ui.Form
	Scope privacy.Scope // the consent without which nothing is kept
	Sent  privacy.Request
	About string // code of the machine's decision that it is about
	Again bool   // another code is on its way
}

var errConsent = fault.Fields{privacy.ErrConsentMissing.On("consents").With("scope", privacy.ScopeService)}

// unconsented adds the missing consent to what else is wrong with a form, so that it is all told at once.
func unconsented(err error) error {
	var wrong fault.Fields
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	return slices.Concat(wrong, errConsent)
}

// claimCookie holds the browser's half of the code that proves the address; it opens the page of what was sent to nobody else.
const claimCookie = "sahna_claim"

const claimLives = time.Hour

func (s *Pages) claim(w http.ResponseWriter, r *http.Request) {
	s.showClaim(w, r, nil)
}

// sendClaim takes a claim. The answer is the same whether the address is known or not.
func (s *Pages) sendClaim(w http.ResponseWriter, r *http.Request) {
	v, err := s.Privacy.InForce(r.Context(), privacy.Policy)
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	p := s.page(r)
	given := privacy.Given{VersionID: cmp.Or(r.PostFormValue("version"), v.ID), Scopes: []string{privacy.ScopeService}, Lang: p.Lang, Channel: "site"}
	entered := privacy.Entered{
		Kind: privacy.RequestKind(r.PostFormValue("kind")), Lang: p.Lang, Text: r.PostFormValue("text"),
		Contacts: people.Contacts{
			Surname: r.PostFormValue("surname"), Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Phone: r.PostFormValue("phone"),
		},
		Record: func(ctx context.Context, tx *db.DB, person string) error {
			return s.Privacy.Record(ctx, tx, person, []privacy.Given{given})
		},
	}
	if r.PostFormValue("consents") != privacy.ScopeService {
		s.showClaim(w, r, unconsented(s.Desk.CheckForm(entered)))
		return
	}
	req, attempt, err := s.Desk.EnterByForm(r.Context(), entered)
	if err != nil {
		s.showClaim(w, r, err)
		return
	}
	if about := r.PostFormValue("about"); about != "" && s.Objected != nil && req.Kind == privacy.RequestObjection {
		if err := s.Objected(r.Context(), about, req.ID); err != nil { // the objection stands all the same
			s.UI.Log.WarnContext(r.Context(), "an objection is not tied to its refusal", "request", req.ID, "err", err)
		}
	}
	s.UI.SetCookie(w, claimCookie, attempt, claimLives)
	http.Redirect(w, r, p.URL("/page/claim/sent"), http.StatusSeeOther)
}

func (s *Pages) showClaim(w http.ResponseWriter, r *http.Request, problem error) {
	if problem != nil && !ui.CanReshow(problem) {
		s.UI.Fail(w, r, problem)
		return
	}
	v, err := s.Privacy.InForce(r.Context(), privacy.Policy)
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	view := claimView{Page: s.page(r), Version: v.ID}
	view.Scope, _ = v.Scope(privacy.ScopeService)
	view.Form = ui.FormOf(view.Page, r, problem)
	view.Form.Values = ui.SameBoxes(view.Form.Values, "consents", privacy.Boxes{Version: v})
	view.Path, view.About = "/page/claim", view.Form.Value("about")
	view.Title, view.Description = view.T("pages.claim.title"), view.T("pages.claim.lead")
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	s.UI.Render(w, r, status, view.Page, claimPage(view))
}

// claimSent tells who wrote the number and until when the answer comes; nothing of what was written.
func (s *Pages) claimSent(w http.ResponseWriter, r *http.Request) { s.showSent(w, r, nil) }

func (s *Pages) showSent(w http.ResponseWriter, r *http.Request, problem error) {
	req, err := s.Desk.Sent(r.Context(), claimOf(r))
	if fault.KindOf(err) == fault.Gone && err != nil {
		http.Redirect(w, r, s.page(r).URL("/page/claim"), http.StatusSeeOther)
		return
	}
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	view := claimView{Page: s.page(r), Sent: req, Again: r.URL.Query().Get("done") == "again" && problem == nil}
	view.Form = ui.FormOf(view.Page, r, problem)
	view.Path = "/page/claim/sent"
	view.Title, view.NoIndex = view.T("pages.claim.sent"), true
	w.Header().Set("Cache-Control", "no-store")
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	s.UI.Render(w, r, status, view.Page, claimSentPage(view))
}

func claimOf(r *http.Request) string {
	c, err := r.Cookie(claimCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// proveClaim takes the code from the letter.
func (s *Pages) proveClaim(w http.ResponseWriter, r *http.Request) {
	s.afterProof(w, r, s.Desk.Prove(r.Context(), claimOf(r), r.PostFormValue("code")), "/page/claim/sent")
}

// proveAgain asks for another letter.
func (s *Pages) proveAgain(w http.ResponseWriter, r *http.Request) {
	s.afterProof(w, r, s.Desk.ProveAgain(r.Context(), claimOf(r)), "/page/claim/sent?done=again")
}

func (s *Pages) afterProof(w http.ResponseWriter, r *http.Request, err error, to string) {
	switch {
	case err == nil:
		http.Redirect(w, r, s.page(r).URL(to), http.StatusSeeOther)
	case ui.CanReshow(err):
		s.showSent(w, r, err)
	default:
		s.UI.Fail(w, r, err)
	}
}

func (v claimView) kinds() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("pages.claim.choose")}, {Value: string(privacy.RequestClaim), Label: privacy.KindName(v.Printer, privacy.RequestClaim)}}
	for _, k := range privacy.RequestKinds {
		if k != privacy.RequestClaim {
			out = append(out, ui.Option{Value: string(k), Label: privacy.KindName(v.Printer, k)})
		}
	}
	return out
}
