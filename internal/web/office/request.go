package office

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// requestPage is one request; contacts and words only after somebody said what for.
type requestPage struct {
	Request   privacy.Request
	Preflight []privacy.Outcome
	Others    int                // persons of the same address in another name
	Refusal   *boxoffice.Refusal // the machine's, that the request objects to
	Fates     []privacy.Outcome
	Contacts  people.Contacts
	Words     privacy.Words
	Scans     []privacy.RequestScan
	Paper     ui.Form // of a new scan
	Scan      ui.Form // of the scan that somebody tried to open without saying what for
	ScanAt    string  // its id
	Shown     bool
	Look      ui.Form
	Form      ui.Form
	Now       time.Time
}

// requestLooks are the reasons to see who asks; the value is the reason in the journal.
func requestLooks(v visit) []ui.Option {
	return []ui.Option{
		{Value: "", Label: v.T("office.contacts.choose")},
		{Value: "request_answering", Label: v.T("office.requests.look_answer")},
		{Value: "request_identify", Label: v.T("office.requests.look_identify")},
	}
}

func resultOptions(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}
	for _, r := range privacy.Results {
		out = append(out, ui.Option{Value: string(r), Label: privacy.ResultName(v.Printer, r)})
	}
	return out
}

func groundOptions(v visit, k privacy.RequestKind) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.requests.no_ground")}}
	for _, g := range privacy.GroundsFor(k) {
		out = append(out, ui.Option{Value: g.Code, Label: g.Article + " — " + v.Text(g.Words)})
	}
	return out
}

func channelOptions(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}
	for _, c := range privacy.RequestChannels[1:] { // what comes by the site enters itself
		out = append(out, ui.Option{Value: c, Label: privacy.ChannelName(v.Printer, c)})
	}
	return out
}

func (o *Office) readRequest(ctx context.Context, v visit, number string) (requestPage, error) {
	req, err := o.Privacy.RequestByNumber(ctx, number)
	if err != nil {
		return requestPage{}, err
	}
	empty := ui.NewForm(v.Page, nil, nil)
	p := requestPage{Request: req, Now: o.Clock.Now(), Form: empty, Look: empty}
	if p.Scans, err = o.Desk.Scans(ctx, req); err != nil {
		return p, err
	}
	switch refusal, err := o.BoxOffice.RefusalOfRequest(ctx, req.ID); {
	case err == nil:
		p.Refusal = &refusal
	case !errors.Is(err, boxoffice.ErrNoRefusal):
		return p, err
	}
	if req.Kind == privacy.RequestErase && req.Open() {
		if p.Preflight, err = o.Desk.Preflight(ctx, req); err == nil {
			p.Others, err = o.Desk.Others(ctx, req)
		}
	} else if req.Kind == privacy.RequestErase {
		p.Fates, err = o.Desk.Fates(ctx, req)
	}
	return p, err
}

func (o *Office) request(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readRequest(r.Context(), v, r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showRequest(w, r, v, http.StatusOK, p)
}

func (o *Office) showRequest(w http.ResponseWriter, r *http.Request, v visit, status int, p requestPage) {
	v.Nav, v.Path = "requests", "/office/requests/"+p.Request.Number
	o.show(w, r, v, status, v.T("office.requests.title", "number", p.Request.Number), requestView(v, p))
}

// revealRequest opens who asks and what was written, for a reason that the journal gets.
func (o *Office) revealRequest(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readRequest(r.Context(), v, r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	reason := r.PostFormValue("purpose")
	if reason != "request_answering" && reason != "request_identify" {
		p.Look = ui.FormOf(v.Page, r, errPurpose)
		o.showRequest(w, r, v, http.StatusUnprocessableEntity, p)
		return
	}
	err = o.DB.Transact(r.Context(), func(tx *db.DB) (err error) {
		p.Contacts, err = o.Desk.Contacts(r.Context(), tx, p.Request, v.Actor(), reason)
		return err
	})
	if err == nil {
		p.Words, err = o.Desk.Words(r.Context(), p.Request, v.Actor())
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Shown = true
	o.showRequest(w, r, v, http.StatusOK, p)
}

// act does something with a request and comes back to it, or shows the form again.
func (o *Office) act(w http.ResponseWriter, r *http.Request, v visit, do func(ctx context.Context, id string) error) {
	p, err := o.readRequest(r.Context(), v, r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if err := do(r.Context(), p.Request.ID); err != nil {
		if !ui.CanReshow(err) {
			o.UI.Fail(w, r, err)
			return
		}
		p.Form = ui.FormOf(v.Page, r, err)
		o.showRequest(w, r, v, ui.ReshowStatus(err), p)
		return
	}
	http.Redirect(w, r, v.URL("/office/requests/"+p.Request.Number), http.StatusSeeOther)
}

func (o *Office) takeRequest(w http.ResponseWriter, r *http.Request, v visit) {
	o.act(w, r, v, func(ctx context.Context, id string) error { return o.Desk.Take(ctx, id, v.Actor()) })
}

func (o *Office) answerRequest(w http.ResponseWriter, r *http.Request, v visit) {
	o.act(w, r, v, func(ctx context.Context, id string) error {
		return o.Desk.Decide(ctx, id, privacy.Decision{
			Result: privacy.Result(r.PostFormValue("result")), Ground: r.PostFormValue("ground"), Text: r.PostFormValue("text"), Late: r.PostFormValue("late"), Actor: v.Actor(),
		})
	})
}

func (o *Office) approveRequest(w http.ResponseWriter, r *http.Request, v visit) {
	o.act(w, r, v, func(ctx context.Context, id string) error {
		if r.PostFormValue("sure") != "yes" {
			return fault.Fields{fault.New(fault.Invalid, "office.sure_needed").On("sure")}
		}
		return o.Desk.Approve(ctx, id, v.Actor())
	})
}

func (o *Office) returnRequest(w http.ResponseWriter, r *http.Request, v visit) {
	o.act(w, r, v, func(ctx context.Context, id string) error { return o.Desk.Return(ctx, id, v.Actor()) })
}

func (o *Office) requestLetter(w http.ResponseWriter, r *http.Request, v visit) {
	req, err := o.Privacy.RequestByNumber(r.Context(), r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	body, err := o.Desk.Letter(r.Context(), req, v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="`+req.LetterName()+`"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) //nolint:errcheck // the client is gone then
}

func (o *Office) newRequest(w http.ResponseWriter, r *http.Request, v visit) {
	o.showNewRequest(w, r, v, nil)
}

// enterRequest takes what came by mail, on paper or at the counter; the person is found by e-mail or phone.
func (o *Office) enterRequest(w http.ResponseWriter, r *http.Request, v visit) {
	e := privacy.Entered{
		Kind: privacy.RequestKind(r.PostFormValue("kind")), Channel: r.PostFormValue("channel"), Text: r.PostFormValue("text"), Actor: v.Actor(),
		Postal: r.PostFormValue("postal"), Contacts: people.Contacts{
			Surname: r.PostFormValue("surname"), Name: r.PostFormValue("name"), Patronymic: r.PostFormValue("patronymic"),
			Email: r.PostFormValue("email"), Phone: r.PostFormValue("phone"),
		},
	}
	lang, ok := i18n.Parse(r.PostFormValue("lang"))
	if e.Lang = lang; !ok {
		e.Lang = v.Lang
	}
	if s := r.PostFormValue("received"); s != "" {
		at, err := time.ParseInLocation("2006-01-02T15:04", s, i18n.Zone(Zone))
		if err != nil {
			o.showNewRequest(w, r, v, fault.Fields{privacy.ErrRequestReceived.On("received")})
			return
		}
		e.ReceivedAt = at
	}
	req, err := o.Desk.Enter(r.Context(), e)
	if err != nil {
		o.showNewRequest(w, r, v, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/requests/"+req.Number), http.StatusSeeOther)
}

func (o *Office) showNewRequest(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	if problem != nil && !ui.CanReshow(problem) {
		o.UI.Fail(w, r, problem)
		return
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	v.Nav = "requests"
	o.show(w, r, v, status, v.T("office.requests.enter"), requestForm(v, ui.FormOf(v.Page, r, problem)))
}

// fateRow is a record with how many others share its fate, reason and day.
type fateRow struct {
	privacy.Outcome
	N int
}

// sameFates puts together what reads the same.
func sameFates(v visit, list []privacy.Outcome) (out []fateRow) {
	at := map[[4]string]int{}
	for _, o := range list {
		key := [4]string{privacy.RecordName(v.Printer, o.Record), string(o.Fate), o.Ground, string(o.Until)}
		i, seen := at[key]
		if !seen {
			i = len(out)
			at[key] = i
			out = append(out, fateRow{Outcome: o})
		}
		out[i].N++
	}
	return out
}
