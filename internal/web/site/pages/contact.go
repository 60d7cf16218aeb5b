package pages

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// contactView is how to reach the operator, with a form for a question.
type contactView struct {
	Boxes privacy.Boxes
	ui.Page
	Form  ui.Form
	Scope privacy.Scope // the consent without which nothing is kept
	Sent  string        // the number of the enquiry that has just come
}

// errTooMany is a network that has asked too often.
var errTooMany = fault.New(fault.TooMany, "pages.too_many")

// contactMoved leads from the address that printed tickets may still name.
func (s *Pages) contactMoved(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, s.page(r).URL("/page/contacts"), http.StatusMovedPermanently)
}

func (s *Pages) contact(w http.ResponseWriter, r *http.Request) { s.showContact(w, r, nil) }

func (s *Pages) showContact(w http.ResponseWriter, r *http.Request, problem error) {
	if problem != nil && !ui.CanReshow(problem) {
		s.UI.Fail(w, r, problem)
		return
	}
	b, err := s.Privacy.Boxes(r.Context())
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	view := contactView{Boxes: b, Page: s.page(r), Sent: sentNumber(r)}
	view.Scope, _ = b.Version.Scope(privacy.ScopeService)
	view.Form = ui.FormOf(view.Page, r, problem)
	view.Form.Values = ui.SameBoxes(view.Form.Values, "consents", b)
	view.Path, view.Query = "/page/contacts", ""
	view.Title, view.Description = view.T("pages.contact"), view.T("pages.contact_summary")
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	s.UI.Render(w, r, status, view.Page, contactPage(view))
}

// mail is the consent for who carries the answer, where one is asked: without it nobody could answer.
func (v contactView) mail() (out []privacy.Choice) {
	if c, ok := v.Boxes.Choice(privacy.ScopeService + "." + privacy.MailGateway); ok {
		c.Box.Required = true
		out = append(out, c)
	}
	return out
}

// sentNumber is what the address says after sending; anything that is no number is not shown.
func sentNumber(r *http.Request) string {
	n := r.URL.Query().Get("sent")
	if len(n) > 16 || strings.Trim(n, "0123456789-") != "" {
		return ""
	}
	return n
}

// enquire takes a question. It asks for no code and joins the address with nobody's data.
func (s *Pages) enquire(w http.ResponseWriter, r *http.Request) {
	b, err := s.Privacy.Boxes(r.Context())
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	p := s.page(r)
	needed := []string{privacy.ScopeService}
	for _, c := range (contactView{Boxes: b}).mail() {
		needed = append(needed, c.Code())
	}
	asked := privacy.Asked{
		Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Text: r.PostFormValue("text"),
		Given: privacy.Given{VersionID: cmp.Or(r.PostFormValue("version"), b.Version.ID), Register: r.PostFormValue("register"), Scopes: needed, Lang: p.Lang, Channel: "site"},
	}
	for _, code := range needed {
		if !slices.Contains(r.PostForm["consents"], code) {
			s.showContact(w, r, unconsented(asked.Check()))
			return
		}
	}
	if !s.limits.allow(s.UI.Clock, r.RemoteAddr) {
		s.showContact(w, r, errTooMany)
		return
	}
	e, err := s.Enquiries.Ask(r.Context(), asked)
	if err != nil {
		s.showContact(w, r, err)
		return
	}
	http.Redirect(w, r, p.URL("/page/contacts?sent="+e.Number), http.StatusSeeOther)
}

// limits slows down one network that sends many enquiries; only the shortened network is known, and only in memory.
type limits struct {
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

const (
	enquiryBurst = 5
	enquiryEvery = 10 * time.Minute
	enquiryHolds = 20_000
)

func (l *limits) allow(c clock.Clock, remote string) bool {
	if ap, err := netip.ParseAddrPort(remote); err == nil && ap.Addr().IsLoopback() {
		return true // our own machine
	}
	network := people.ShortIP(remote)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil || len(l.seen) >= enquiryHolds {
		l.seen = map[string]*rate.Limiter{}
	}
	if l.seen[network] == nil {
		l.seen[network] = rate.NewLimiter(rate.Every(enquiryEvery), enquiryBurst)
	}
	return l.seen[network].AllowN(c.Now(), 1)
}
