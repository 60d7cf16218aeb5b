package account

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// ErrSignInAgain asks who has no password to sign in by a fresh code before something that cannot be undone.
var ErrSignInAgain = fault.New(fault.Unauthenticated, "account.sign_in_again")

// freshSignIn is how long a sign-in by code stands for a password.
const freshSignIn = 30 * time.Minute

// deleteView says what will happen before it does.
type deleteView struct {
	dataFrame
	Form     ui.Form
	Password bool // there is one to give
	Blocked  bool
	Groups   []fateGroup
	Kept     int
}

// fateGroup lists the records that share a fate.
type fateGroup struct {
	Fate  privacy.Fate
	Title string
	About string
	Lines []fateLine
}

type fateLine struct{ What, Why, Until string }

func (a *Account) remove(w http.ResponseWriter, r *http.Request, o owner) { a.showDelete(w, r, o, nil) }

func (a *Account) showDelete(w http.ResponseWriter, r *http.Request, o owner, wrong error) {
	v := deleteView{dataFrame: a.dataFrame(r, o, "")}
	v.Title = v.T("account.delete")
	v.Form = ui.FormOf(v.Page, r, wrong)
	all, err := a.preflight(r.Context(), o)
	if err == nil {
		v.Blocked, err = a.People.Blocked(r.Context(), o.Main)
	}
	if err == nil && o.Session != nil {
		v.Password, err = a.People.HasPassword(r.Context(), o.Session.AccountID)
	}
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v.Groups, v.Kept = fateGroups(v.Page, all), kept(all)
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, deletePage(v))
}

func (a *Account) preflight(ctx context.Context, o owner) (all []privacy.Outcome, err error) {
	for _, person := range o.Persons {
		some, err := a.Privacy.Preflight(ctx, person)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func kept(all []privacy.Outcome) (n int) {
	for _, o := range all {
		if o.Fate == privacy.FateRestricted || o.Fate == privacy.FateWithheld {
			n++
		}
	}
	return n
}

// reallyThem tells the person from who sits at their browser.
func (a *Account) reallyThem(r *http.Request, o owner) error {
	if o.Session == nil {
		return nil // the code was given within the last half hour
	}
	has, err := a.People.HasPassword(r.Context(), o.Session.AccountID)
	if err != nil {
		return err
	}
	if !has && a.UI.Clock.Now().Sub(o.Session.StartedAt) > freshSignIn {
		return ErrSignInAgain
	}
	return a.People.CheckPassword(r.Context(), *o.Session, r.PostFormValue("password"))
}

// doDelete erases the person and every purchase under the same address. The address is read before it is gone, for the last letter.
func (a *Account) doDelete(w http.ResponseWriter, r *http.Request, o owner) {
	if err := a.reallyThem(r, o); err != nil {
		if ui.CanReshow(err) {
			a.showDelete(w, r, o, err)
			return
		}
		a.UI.Fail(w, r, err)
		return
	}
	held, err := a.People.Held(r.Context(), o.Main)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	p, to := a.page(r, ""), held[vault.Email]
	pass, err := a.MyData.LastLetter(r.Context(), o.Main)
	if err != nil { // the page is a receipt too: whoever may not be written to is deleted all the same
		a.MyData.Log.Warn("no letter may tell of an erasure", "error", err)
	}
	req, all, err := a.erase(r, o)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	if err := a.MyData.Erased(r.Context(), pass, to.Reveal(), p.Lang, req.Number, kept(all)); err != nil {
		a.MyData.Log.Warn("the receipt of an erasure was not sent", "request", req.Number, "error", err)
	}
	a.UI.ClearSession(w)
	a.UI.SetCookie(w, rightsCookie, "", -1)
	v := erasedView{Page: p, Number: req.Number, Groups: fateGroups(p, all)}
	v.Title = v.T("account.erased")
	a.UI.Render(w, r, http.StatusOK, v.Page, erasedPage(v))
}

// erasedView is the receipt: nobody is signed in any more.
type erasedView struct {
	ui.Page
	Number string
	Groups []fateGroup
}

// erase signs out first: should it be interrupted there, nothing has happened yet.
func (a *Account) erase(r *http.Request, o owner) (req privacy.Request, all []privacy.Outcome, err error) {
	if o.Session != nil {
		if err := a.People.SignOutEverywhere(r.Context(), *o.Session); err != nil {
			return req, nil, err
		}
	}
	return a.Privacy.EraseOwn(r.Context(), a.request(r, o, privacy.RequestErase), o.Persons)
}

func fateGroups(p ui.Page, all []privacy.Outcome) (out []fateGroup) {
	for _, f := range []privacy.Fate{privacy.FateErased, privacy.FateAnonymised, privacy.FateRestricted, privacy.FateWithheld} {
		var some []privacy.Outcome
		for _, o := range all {
			if o.Fate == f {
				some = append(some, o)
			}
		}
		if len(some) > 0 {
			title, about := fateWords(p, f)
			out = append(out, fateGroup{f, title, about, fateLines(p, some)})
		}
	}
	return out
}

func fateWords(p ui.Page, f privacy.Fate) (title, about string) {
	switch f {
	case privacy.FateErased:
		return p.T("account.fate_erased"), p.T("account.fate_erased_about")
	case privacy.FateAnonymised:
		return p.T("account.fate_anonymised"), p.T("account.fate_anonymised_about")
	case privacy.FateRestricted:
		return p.T("account.fate_restricted"), p.T("account.fate_restricted_about")
	}
	return p.T("account.fate_withheld"), p.T("account.fate_withheld_about")
}

func fateLines(p ui.Page, all []privacy.Outcome) (out []fateLine) {
	count := map[fateLine]int{}
	for _, o := range all {
		line := fateLine{What: recordWords(p, o.Record), Until: dayWords(p, o.Until)}
		if o.Fate == privacy.FateRestricted || o.Fate == privacy.FateWithheld {
			line.Why = groundWords(p, o.Ground)
		}
		if count[line]++; count[line] == 1 {
			out = append(out, line)
		}
	}
	for i, line := range out { // what is the same is told once
		if n := count[line]; n > 1 {
			out[i].What += " × " + strconv.Itoa(n)
		}
	}
	return out
}

func groundWords(p ui.Page, ground string) string {
	switch ground {
	case "tax_records":
		return p.T("account.ground_tax_records")
	case "order_open":
		return p.T("account.ground_order_open")
	case "performance_coming":
		return p.T("account.ground_performance_coming")
	case "refund_due":
		return p.T("account.ground_refund_due")
	case privacy.GroundObligation:
		return p.T("account.ground_obligation")
	case privacy.GroundProof:
		return p.T("account.ground_proof")
	case privacy.GroundHold:
		return p.T("account.ground_hold")
	case privacy.GroundStaff:
		return p.T("account.ground_staff")
	case privacy.GroundAnswer:
		return p.T("account.ground_answer")
	case privacy.GroundAnswerDue:
		return p.T("account.ground_answer_due")
	case "blocked":
		return p.T("account.ground_blocked")
	}
	return p.T("account.ground_law")
}

func recordWords(p ui.Page, r privacy.Record) string {
	words := recordKind(p, r.Kind)
	if code := r.Data["code"]; code != "" {
		words += " " + code
	}
	return words
}

func recordKind(p ui.Page, kind string) string {
	switch kind {
	case "account":
		return p.T("account.record_account")
	case "contacts", "person", "fields":
		return p.T("account.record_contacts")
	case "order":
		return p.T("account.record_order")
	case "ticket", "represented", "representing":
		return p.T("account.record_ticket")
	case "payment", "refund", "ledger", "invoice":
		return p.T("account.record_payment")
	case "consent", "withdrawal":
		return p.T("account.record_consent")
	case "session", "device", "sign_in", "passkey":
		return p.T("account.record_session")
	case "code":
		return p.T("account.record_code")
	case "journal":
		return p.T("account.record_journal")
	case "scan", "entry", "admission":
		return p.T("account.record_scan")
	case "document":
		return p.T("account.record_document")
	case "request", "case", "letter":
		return p.T("account.record_request")
	}
	return p.T("account.record_other")
}

func dayWords(p ui.Page, d calendar.Day) string {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return ""
	}
	return p.FullDate(t, "UTC")
}
