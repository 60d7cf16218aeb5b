// Package pages shows what the operator has published: the privacy policy, the public offer and how to reach the operator.
//
// It owns the addresses under /{lang}/page/. It promises that the fixed address
// of a document always answers with the version in force, and that every older
// version stays readable with its dates, its hash and what it changed. It
// writes no text of its own: versions are privacy's.
package pages

import (
	"context"
	"net/http"
	"strconv"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// Pages serves the published texts.
type Pages struct {
	UI      *ui.UI
	Privacy *privacy.Privacy
	Desk    *privacy.Desk

	Enquiries *privacy.Enquiries
	// Objected ties an objection to the decision that it is about.
	Objected func(ctx context.Context, code, requestID string) error
	limits   limits
}

// zone is where the operator's days begin.
const zone = "Asia/Almaty"

// Mount puts the pages on their addresses.
func (s *Pages) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{lang}/page/privacy", s.kept(s.inForce(privacy.Policy)))
	mux.HandleFunc("GET /{lang}/page/privacy/versions", s.kept(s.versions(privacy.Policy)))
	mux.HandleFunc("GET /{lang}/page/privacy/versions/{number}", s.kept(s.version(privacy.Policy)))
	mux.HandleFunc("GET /{lang}/page/offer", s.kept(s.inForce(privacy.Offer)))
	mux.HandleFunc("GET /{lang}/page/offer/versions", s.kept(s.versions(privacy.Offer)))
	mux.HandleFunc("GET /{lang}/page/offer/versions/{number}", s.kept(s.version(privacy.Offer)))
	mux.HandleFunc("GET /{lang}/page/contact", s.contactMoved)
	mux.HandleFunc("GET /{lang}/page/contacts", s.contact)
	mux.HandleFunc("POST /{lang}/page/contacts", s.enquire)
	mux.HandleFunc("GET /{lang}/page/cookies", s.cookies)
	mux.HandleFunc("POST /{lang}/page/cookies", s.chooseCookies)
	mux.HandleFunc("GET /{lang}/page/disclosures", s.kept(s.disclosures))
	mux.HandleFunc("GET /{lang}/page/claim", s.claim)
	mux.HandleFunc("POST /{lang}/page/claim", s.sendClaim)
	mux.HandleFunc("GET /{lang}/page/claim/sent", s.claimSent)
	mux.HandleFunc("POST /{lang}/page/claim/sent", s.proveClaim)
	mux.HandleFunc("POST /{lang}/page/claim/sent/again", s.proveAgain)
}

// kept makes a page once for all who ask: texts are the same for everybody.
func (s *Pages) kept(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.UI.Kept(w, r, h) }
}

func (s *Pages) page(r *http.Request) ui.Page {
	p := s.UI.Page(r, "")
	p.Styles = []string{"legal.css"}
	return p
}

// documentView is one version of one document.
type documentView struct {
	ui.Page
	Version  privacy.Version
	Document privacy.Document
	Current  privacy.Version  // the one in force
	Until    string           // the day on which the next one came, "" for the one in force
	Changes  []privacy.Change // against the version before
	Before   privacy.Version
	Stopped  map[string]privacy.Suspension // clauses out of force now
}

func (v documentView) old() bool { return v.Version.ID != v.Current.ID }

func (v documentView) since() string { return v.FullDate(v.Version.InForce, zone) }

// coming tells whether the version is published but not in force yet.
func (v documentView) coming() bool { return v.Version.Number > v.Current.Number }

// stopped says why a clause is out of force and until when.
func (v documentView) stopped(s privacy.Suspension) string {
	if s.Until.IsZero() {
		return v.T("pages.suspended", "from", v.FullDate(s.From, zone), "reason", v.Text(s.Reason))
	}
	return v.T("pages.suspended_until", "from", v.FullDate(s.From, zone), "until", v.FullDate(s.Until, zone), "reason", v.Text(s.Reason))
}

func (v documentView) path() string { return "/page/" + string(v.Version.Kind) }

func (v documentView) summary() string {
	if v.Version.Kind == privacy.Policy {
		return v.T("pages.privacy_summary")
	}
	return v.T("pages.offer_summary")
}

// preamble is the text before the first heading.
func (v documentView) preamble() []privacy.Clause {
	for i, c := range v.Document.Clauses {
		if c.Level == 1 {
			return v.Document.Clauses[:i]
		}
	}
	return v.Document.Clauses
}

// sections are the headings with what stands under them.
func (v documentView) sections() []section {
	var out []section
	for _, c := range v.Document.Clauses {
		switch {
		case c.Level == 1:
			out = append(out, section{Heading: c})
		case len(out) > 0:
			last := &out[len(out)-1]
			last.Clauses = append(last.Clauses, c)
		}
	}
	return out
}

type section struct {
	Heading privacy.Clause
	Clauses []privacy.Clause
}

func (s *Pages) inForce(k privacy.Kind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.Privacy.InForce(r.Context(), k)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		all, err := s.Privacy.Versions(r.Context(), k)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		s.show(w, r, v, v, all)
	}
}

func (s *Pages) version(k privacy.Kind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		current, err := s.Privacy.InForce(r.Context(), k)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		all, err := s.Privacy.Versions(r.Context(), k)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		for _, v := range all {
			if strconv.Itoa(v.Number) == r.PathValue("number") {
				s.show(w, r, v, current, all)
				return
			}
		}
		s.UI.Fail(w, r, fault.New(fault.NotFound, "privacy.no_such_version"))
	}
}

func (s *Pages) show(w http.ResponseWriter, r *http.Request, shown, current privacy.Version, all []privacy.Version) {
	v := documentView{Page: s.page(r), Version: shown, Current: current}
	v.Document = shown.Documents[v.Lang]
	v.Title, v.Description = v.Document.Title, v.summary()
	v.NoIndex = v.old()
	for _, other := range all {
		switch other.Number {
		case shown.Number + 1:
			v.Until = v.FullDate(other.InForce, zone)
		case shown.Number - 1:
			v.Before, v.Changes = other, shown.Changes(other, v.Lang)
		}
	}
	var err error
	if v.Stopped, err = s.Privacy.Suspended(r.Context(), shown); err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	s.UI.Render(w, r, http.StatusOK, v.Page, documentPage(v))
}

// versionsView lists the versions of a document.
type versionsView struct {
	ui.Page
	Kind     privacy.Kind
	Document string
	Versions []privacy.Version
	Current  privacy.Version
}

func (v versionsView) since(one privacy.Version) string { return v.FullDate(one.InForce, zone) }

func (s *Pages) versions(k privacy.Kind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		current, err := s.Privacy.InForce(r.Context(), k)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		all, err := s.Privacy.Versions(r.Context(), k)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		v := versionsView{Page: s.page(r), Kind: k, Versions: all, Current: current}
		v.Document = current.Documents[v.Lang].Title
		v.Title = v.T("pages.versions_of", "document", v.Document)
		v.NoIndex = true
		s.UI.Render(w, r, http.StatusOK, v.Page, versionsPage(v))
	}
}
