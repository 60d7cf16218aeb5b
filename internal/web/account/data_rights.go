package account

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/web/ui"
)

func (a *Account) request(r *http.Request, o owner, k privacy.RequestKind) privacy.NewRequest {
	return privacy.NewRequest{Person: o.Main, Kind: k, Channel: "site", Lang: a.page(r, "").Lang}
}

// press does what a button promises: request, deed and answer in one transaction.
func (a *Account) press(w http.ResponseWriter, r *http.Request, o owner, k privacy.RequestKind, done string, deed func(tx *db.DB) error) {
	req, err := a.Privacy.Press(r.Context(), a.request(r, o, k), func(tx *db.DB) (privacy.Answer, error) {
		return privacy.Answer{Result: privacy.Granted}, deed(tx)
	})
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	a.back(w, r, o, done, req.Number)
}

func (a *Account) doBlock(w http.ResponseWriter, r *http.Request, o owner) {
	a.press(w, r, o, privacy.RequestBlock, "blocked", func(tx *db.DB) error { return a.People.Block(r.Context(), tx, o.Persons) })
}

func (a *Account) doUnblock(w http.ResponseWriter, r *http.Request, o owner) {
	a.press(w, r, o, privacy.RequestUnblock, "unblocked", func(tx *db.DB) error { return a.People.Unblock(r.Context(), tx, o.Persons) })
}

// doWithdraw ends a consent. What an open obligation needs is refused for those records alone, with its reason and a number.
func (a *Account) doWithdraw(w http.ResponseWriter, r *http.Request, o owner) {
	ctx := r.Context()
	scope, recipient, _ := strings.Cut(r.PathValue("scope"), ".")
	req, err := a.Privacy.Press(ctx, a.request(r, o, privacy.RequestWithdraw), func(tx *db.DB) (privacy.Answer, error) {
		for _, person := range o.Persons {
			if err := a.Privacy.WithdrawIn(ctx, tx, person, scope, recipient, "site"); err != nil {
				return privacy.Answer{}, err
			}
		}
		return privacy.Answer{Result: privacy.Granted}, nil
	})
	if errors.Is(err, privacy.ErrKeepsScope) {
		a.refuseWithdrawal(w, r, o)
		return
	}
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	done := "withdrawn"
	if recipient != "" {
		done = "withdrawn_recipient"
	}
	a.back(w, r, o, done, req.Number)
}

func (a *Account) refuseWithdrawal(w http.ResponseWriter, r *http.Request, o owner) {
	owed, err := a.owed(r, o)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	req, err := a.Privacy.Press(r.Context(), a.request(r, o, privacy.RequestWithdraw), func(*db.DB) (privacy.Answer, error) {
		return privacy.Answer{Result: privacy.Refused, Ground: "obligation_open", Fates: owed}, nil
	})
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v := refusedView{dataFrame: a.dataFrame(r, o, ""), Number: req.Number}
	v.Title = v.T("account.refused_title")
	v.Owed = fateLines(v.Page, owed)
	a.UI.Render(w, r, http.StatusConflict, v.Page, refusedPage(v))
}

// refusedView says which records stay, why and until when.
type refusedView struct {
	dataFrame
	Number string
	Owed   []fateLine
}

func (a *Account) owed(r *http.Request, o owner) (out []privacy.Outcome, err error) {
	for _, person := range o.Persons {
		some, err := a.Privacy.Obligations(r.Context(), person)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// doGive records an optional consent whose box was ticked.
func (a *Account) doGive(w http.ResponseWriter, r *http.Request, o owner) {
	p := a.page(r, "")
	if r.PostFormValue("consents") != r.PathValue("scope") { // the button alone is no consent
		http.Redirect(w, r, p.URL(o.Base)+"#consents", http.StatusSeeOther)
		return
	}
	err := a.Privacy.Grant(r.Context(), o.Main, privacy.Given{
		VersionID: r.PostFormValue("version"), Register: r.PostFormValue("register"),
		Scopes: []string{r.PathValue("scope")}, Lang: p.Lang, Channel: "site",
	})
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	a.back(w, r, o, "given", "")
}

// objectView lists what machines decide, and takes an objection.
type objectView struct {
	dataFrame
	Form  ui.Form
	About string // code of the refusal that it is about
}

func (v objectView) decision(d privacy.MachineDecision) string {
	switch d {
	case privacy.MachineRate:
		return v.T("account.decision_rate")
	case privacy.MachineLock:
		return v.T("account.decision_lock")
	case privacy.MachineLate:
		return v.T("account.decision_late")
	case privacy.MachineFile:
		return v.T("account.decision_file")
	case privacy.MachineLimit:
		return v.T("account.decision_limit")
	case privacy.MachineRefuse:
		return v.T("account.decision_refuse")
	}
	return string(d)
}

func (a *Account) object(w http.ResponseWriter, r *http.Request, o owner) { a.showObject(w, r, o, nil) }

func (a *Account) showObject(w http.ResponseWriter, r *http.Request, o owner, wrong error) {
	v := objectView{dataFrame: a.dataFrame(r, o, "")}
	v.Title = v.T("account.object")
	v.Form = ui.FormOf(v.Page, r, wrong)
	v.About = v.Form.Value("about")
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, objectPage(v))
}

// doObject opens a request that a human answers: nothing is fulfilled here.
func (a *Account) doObject(w http.ResponseWriter, r *http.Request, o owner) {
	req, err := a.Desk.Enter(r.Context(), privacy.Entered{
		Kind: privacy.RequestObjection, Channel: "site", Lang: a.page(r, "").Lang, Text: r.PostFormValue("text"), Person: o.Main, Actor: "person",
	})
	if about := r.PostFormValue("about"); err == nil && about != "" {
		if oerr := a.Office.Objected(r.Context(), about, req.ID); oerr != nil { // the objection stands all the same
			a.UI.Log.WarnContext(r.Context(), "an objection is not tied to its refusal", "request", req.ID, "err", oerr)
		}
	}
	switch {
	case err == nil:
		a.back(w, r, o, "objected", req.Number)
	case ui.CanReshow(err):
		a.showObject(w, r, o, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// downloadView shows how far a copy has come.
type downloadView struct {
	dataFrame
	Asked bool
	Ready bool
	Until string
}

func (a *Account) download(w http.ResponseWriter, r *http.Request, o owner) {
	v := downloadView{dataFrame: a.dataFrame(r, o, "")}
	v.Title = v.T("account.download")
	d, err := a.MyData.Latest(r.Context(), o.Main)
	if err != nil && !errors.Is(err, mydata.ErrGone) {
		a.UI.Fail(w, r, err)
		return
	}
	if err == nil {
		v.Asked, v.Ready, v.Until = true, d.Ready(), v.Moment(d.ExpiresAt, v.UI.Clock.Now(), zone)
		if !v.Ready {
			w.Header().Set("Refresh", "3") // works without scripts
		}
	}
	a.UI.Render(w, r, http.StatusOK, v.Page, downloadPage(v))
}

func (a *Account) doDownload(w http.ResponseWriter, r *http.Request, o owner) {
	if _, err := a.MyData.Ask(r.Context(), o.Main, a.page(r, "").Lang); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, a.page(r, "").URL(o.Base+"/download"), http.StatusSeeOther)
}

func (a *Account) downloadFile(w http.ResponseWriter, r *http.Request, o owner) {
	body, err := a.MyData.Fetch(r.Context(), o.Main)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	serveFile(w, "application/zip", "my-data.zip", body)
}

func serveFile(w http.ResponseWriter, kind, name string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	w.Write(body) //nolint:errcheck // the visitor went away
}
