package office

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/web/ui"
)

// disclosureFile takes the request itself, which is larger than a form.
const disclosureFile = "POST /{lang}/office/disclosures/{number}/file"

// disclosurePages are the addresses of disclosures to state bodies: the officer works, a colleague approves.
func (o *Office) disclosurePages() []page {
	return []page{
		{"GET /{lang}/office/disclosures", seesRegister, o.disclosures},
		{"GET /{lang}/office/disclosures/new", officers, o.newDisclosure},
		{"POST /{lang}/office/disclosures/new", officers, o.enterDisclosure},
		{"GET /{lang}/office/disclosures/{number}", approvesRegister, o.disclosure},
		{disclosureFile, officers, o.fileDisclosure},
		{"POST /{lang}/office/disclosures/{number}/request", approvesRegister, o.fresh(o.readDisclosure)},
		{"POST /{lang}/office/disclosures/{number}/choose", officers, o.chooseDisclosure},
		{"POST /{lang}/office/disclosures/{number}/propose", officers, o.fresh(o.proposeDisclosure)},
		{"POST /{lang}/office/disclosures/{number}/return", approvesRegister, o.returnDisclosure},
		{"POST /{lang}/office/disclosures/{number}/approve", approvesRegister, o.fresh(o.approveDisclosure)},
		{"POST /{lang}/office/disclosures/{number}/refuse", officers, o.fresh(o.refuseDisclosure)},
		{"POST /{lang}/office/disclosures/{number}/packet", approvesRegister, o.fresh(o.downloadDisclosure)},
		{"POST /{lang}/office/disclosures/{number}/handed", approvesRegister, o.fresh(o.handDisclosure)},
		{"GET /{lang}/office/disclosures/{number}/letter", approvesRegister, o.fresh(o.disclosureLetter)},
		{"GET /{lang}/office/transfers", seesRegister, o.transfers},
	}
}

// disclosuresView is the register of disclosures.
type disclosuresView struct {
	State privacy.DisclosureState // "" is what is owed an answer
	List  []privacy.Disclosure
	Now   time.Time
}

func (o *Office) disclosures(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "disclosures"
	p := disclosuresView{Now: o.Clock.Now()}
	if s := privacy.DisclosureState(r.URL.Query().Get("state")); slices.Contains(privacy.DisclosureStates, s) {
		p.State = s
	}
	var err error
	if p.List, err = o.Disclosures.List(r.Context(), p.State); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.disclosures"), disclosuresList(v, p))
}

func disclosureTabs(v visit, p disclosuresView) []ui.Tab {
	tabs := []ui.Tab{{Label: v.T("office.requests.open"), Href: v.With("state", ""), Active: p.State == ""}}
	for _, s := range privacy.DisclosureStates {
		tabs = append(tabs, ui.Tab{Label: disclosureState(v, s), Href: v.With("state", string(s)), Active: p.State == s})
	}
	return tabs
}

func disclosureState(v visit, s privacy.DisclosureState) string {
	switch s {
	case privacy.DisclosureReceived:
		return v.T("office.disclosure.received")
	case privacy.DisclosureProposed:
		return v.T("office.disclosure.proposed")
	case privacy.DisclosureGiven:
		return v.T("office.disclosure.given")
	case privacy.DisclosureHanded:
		return v.T("office.disclosure.handed")
	}
	return v.T("office.disclosure.refused")
}

func disclosureAct(v visit, act string) string {
	switch act {
	case "entered":
		return v.T("office.disclosure.act_entered")
	case "filed":
		return v.T("office.disclosure.act_filed")
	case "read":
		return v.T("office.disclosure.act_read")
	case "chosen":
		return v.T("office.disclosure.act_chosen")
	case "proposed":
		return v.T("office.disclosure.act_proposed")
	case "returned":
		return v.T("office.disclosure.act_returned")
	case "approved":
		return v.T("office.disclosure.act_approved")
	case "refused":
		return v.T("office.disclosure.act_refused")
	case "downloaded":
		return v.T("office.disclosure.act_downloaded")
	}
	return v.T("office.disclosure.act_handed")
}

func disclosureOutcome(v visit, outcome string) string {
	switch outcome {
	case "given":
		return v.T("office.disclosure.given")
	case "blocked":
		return v.T("office.disclosure.blocked")
	case "gone":
		return v.T("office.disclosure.gone")
	}
	return "—"
}

// newDisclosureView is the form for a request that has come.
type newDisclosureView struct {
	Form    ui.Form
	Grounds []ui.Option
}

func (o *Office) newDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	o.showNewDisclosure(w, r, v, nil)
}

func (o *Office) showNewDisclosure(w http.ResponseWriter, r *http.Request, v visit, wrong error) {
	v.Nav = "disclosures"
	grounds, err := o.Privacy.DisclosureGrounds(r.Context(), calendar.DayOf(o.Clock.Now(), o.startOfDay().Location()))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p := newDisclosureView{Form: ui.FormOf(v.Page, r, wrong), Grounds: []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}}
	for _, g := range grounds {
		p.Grounds = append(p.Grounds, ui.Option{Value: g.Code, Label: groundLabel(v, g)})
	}
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	o.show(w, r, v, status, v.T("office.disclosure.enter"), disclosureForm(v, p))
}

func groundLabel(v visit, g privacy.DisclosureGround) string {
	label := v.Text(g.Words) + " (" + g.Article + ")"
	if !g.Confirmed {
		label += " · " + v.T("office.grounds.unconfirmed")
	}
	return label
}

func (o *Office) enterDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	d, err := o.Disclosures.Enter(r.Context(), privacy.NewDisclosure{
		Ground: r.PostFormValue("ground"), Body: r.PostFormValue("body"), TheirNo: r.PostFormValue("their_no"), TheirDate: r.PostFormValue("their_date"),
		WantedOn: r.PostFormValue("wanted_on"), Official: r.PostFormValue("official"), Contact: r.PostFormValue("contact"),
		Text: r.PostFormValue("text"), Actor: v.Actor(),
	})
	switch {
	case err != nil && ui.CanReshow(err):
		o.showNewDisclosure(w, r, v, err)
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/disclosures/"+d.Number), http.StatusSeeOther)
	}
}

// disclosurePage is one case.
type disclosurePage struct {
	privacy.Disclosure
	Form     ui.Form
	Words    privacy.DisclosureWords
	Password string // shown once, right after the approval
	Mine     bool   // the reader said the first yes
	Now      time.Time
}

func (o *Office) disclosure(w http.ResponseWriter, r *http.Request, v visit) {
	o.showDisclosure(w, r, v, "", nil)
}

func (o *Office) showDisclosure(w http.ResponseWriter, r *http.Request, v visit, password string, wrong error) {
	number := r.PathValue("number")
	v.Nav, v.Path = "disclosures", "/office/disclosures/"+number
	p := disclosurePage{Form: ui.FormOf(v.Page, r, wrong), Password: password, Now: o.Clock.Now()}
	var err error
	if p.Disclosure, err = o.Disclosures.One(r.Context(), number); err == nil {
		p.Words, err = o.Disclosures.Words(r.Context(), p.Disclosure, v.Actor())
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Mine = p.ProposedBy == v.Actor()
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	w.Header().Set("Cache-Control", "no-store")
	o.show(w, r, v, status, p.Number+" · "+p.Body, disclosureView(v, p))
}

// step answers a step on a case: back to it, or with what was wrong.
func (o *Office) step(w http.ResponseWriter, r *http.Request, v visit, err error) {
	switch {
	case err != nil && (ui.CanReshow(err) || fault.KindOf(err) == fault.Invalid):
		o.showDisclosure(w, r, v, "", err)
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/disclosures/"+r.PathValue("number")), http.StatusSeeOther)
	}
}

func (o *Office) fileDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	f, err := o.paper(w, r)
	if err == nil {
		err = o.Disclosures.Attach(r.Context(), r.PathValue("number"), f.Body, v.Actor())
	}
	if paperWrong(err) {
		o.showDisclosure(w, r, v, "", err)
		return
	}
	o.step(w, r, v, err)
}

func (o *Office) readDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	f, body, err := o.Disclosures.File(r.Context(), r.PathValue("number"), v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	hand(w, f.Kind, r.PathValue("number")+"-request"+extension[f.Kind], body)
}

// hand gives a file to the browser to keep.
func hand(w http.ResponseWriter, kind, name string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // the reader went away
}

// chooseDisclosure finds the persons by an order's code, an e-mail address or a telephone number.
func (o *Office) chooseDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	ctx, who := r.Context(), strings.TrimSpace(r.PostFormValue("who"))
	var persons []string
	if p := r.PostFormValue("person"); p != "" { // taken out
		persons = []string{p}
	} else if ord, err := o.BoxOffice.OrderByCode(ctx, who); err == nil && ord.PersonID != "" {
		persons = []string{ord.PersonID}
	} else if persons, err = o.Disclosures.Find(ctx, who); err != nil && fault.KindOf(err) != fault.Invalid {
		o.UI.Fail(w, r, err)
		return
	}
	var needs []privacy.Need
	for _, n := range r.PostForm["need"] {
		needs = append(needs, privacy.Need(n))
	}
	if len(needs) == 0 && r.PostFormValue("person") == "" {
		o.step(w, r, v, fault.Fields{privacy.ErrDisclosureNeed.On("need")})
		return
	}
	o.step(w, r, v, o.Disclosures.Choose(ctx, r.PathValue("number"), persons, needs, v.Actor()))
}

func (o *Office) proposeDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	o.step(w, r, v, o.Disclosures.Propose(r.Context(), r.PathValue("number"), privacy.Proposal{
		Revision: r.PostFormValue("revision"), PublicKey: r.PostFormValue("public_key"), QuietUntil: r.PostFormValue("quiet_until"), Actor: v.Actor(),
	}))
}

func (o *Office) returnDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	o.step(w, r, v, o.Disclosures.Return(r.Context(), r.PathValue("number"), v.Actor()))
}

// approveDisclosure answers the POST itself where a password was made: it is shown once, and must not stand in an address.
func (o *Office) approveDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	password, err := o.Disclosures.Approve(r.Context(), r.PathValue("number"), r.PostFormValue("revision"), v.Actor())
	if err != nil || password == "" {
		o.step(w, r, v, err)
		return
	}
	o.showDisclosure(w, r, v, password, nil)
}

func (o *Office) refuseDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	o.step(w, r, v, o.Disclosures.Refuse(r.Context(), r.PathValue("number"), r.PostFormValue("reason"), r.PostFormValue("why"), v.Actor()))
}

func (o *Office) downloadDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	body, err := o.Disclosures.Download(r.Context(), r.PathValue("number"), v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	hand(w, "application/octet-stream", "sahna-"+r.PathValue("number")+".packet", body)
}

func (o *Office) handDisclosure(w http.ResponseWriter, r *http.Request, v visit) {
	o.step(w, r, v, o.Disclosures.Hand(r.Context(), r.PathValue("number"), v.Actor()))
}

func (o *Office) disclosureLetter(w http.ResponseWriter, r *http.Request, v visit) {
	body, err := o.Disclosures.Letter(r.Context(), r.PathValue("number"), v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	hand(w, "application/pdf", "sahna-"+r.PathValue("number")+".pdf", body)
}

func refusalOptions(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}
	for _, code := range privacy.Refusals {
		out = append(out, ui.Option{Value: code, Label: privacy.RefusalName(v.Printer, code)})
	}
	return out
}

func needBoxes(v visit) (out []box) {
	for _, n := range privacy.Needs {
		out = append(out, box{string(n), privacy.NeedName(v.Printer, n), false})
	}
	return out
}

func needsText(v visit, of privacy.DisclosedOf) string {
	var out []string
	for _, n := range of.Needs {
		out = append(out, privacy.NeedName(v.Printer, n))
	}
	return strings.Join(out, "; ")
}

// transfersView is the register of transfers by month, recipient and purpose.
type transfersView struct {
	Recipient string
	Options   []ui.Option
	Lines     []transferLine
}

type transferLine struct {
	Month, Recipient, Country, Purpose string
	Transfers, Persons                 int
}

func (o *Office) transfers(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "transfers"
	version, err := o.Privacy.Processing(r.Context())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p := transfersView{Recipient: r.URL.Query().Get("recipient"), Options: []ui.Option{{Value: "", Label: v.T("office.transfers.all")}}}
	for _, to := range version.Recipients {
		p.Options = append(p.Options, ui.Option{Value: to.Code, Label: v.Text(to.Name)})
	}
	months, err := o.Privacy.TransferMonths(r.Context(), p.Recipient)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	for _, m := range months {
		to, known := version.Recipient(m.Recipient)
		line := transferLine{v.Month(m.Month), v.Text(to.Name), to.Country, v.Text(privacy.PurposeName(m.Purpose)), m.Transfers, m.Persons}
		if !known {
			line.Recipient = m.Recipient
		}
		p.Lines = append(p.Lines, line)
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.transfers"), transfersList(v, p))
}

// tail is enough of an id to tell persons and colleagues apart: ids of one moment begin alike.
func tail(id string) string { return "…" + id[max(0, len(id)-8):] }

func number(n int) string { return strconv.Itoa(n) }
