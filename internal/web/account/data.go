package account

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// dataView is what is held about the person, who looked, and what they agreed to.
type dataView struct {
	dataFrame
	Blocked  bool
	Records  []recordLine
	Requests []requestLine
	Held     []heldField
	Guests   []guestData
	Purposes []purposeLine
	Looks    []look
	OwnLooks int
	Received []receivedLine
	More     int // receivings that the page leaves out
	Consents []consentLine
	Boxes    privacy.Boxes
	Done     string

	Incidents []privacy.Concerning // breaches that the person was told concern them
}

type heldField struct{ Label, Value string }

// guestData is what a purchase without sign-in left under the same address.
type guestData struct{ Held []heldField }

// mostGuests bounds how many purchases without sign-in the page opens: every one is an opening in the journal.
const mostGuests = 10

type purposeLine struct{ Label, Fields, Term string }

func (a *Account) data(w http.ResponseWriter, r *http.Request, o owner) {
	ctx := r.Context()
	v := dataView{dataFrame: a.dataFrame(r, o, "")}
	v.Title = v.T("account.data")
	v.Done = doneWords(v.Page, r.URL.Query().Get("done"))
	if n := numberOf(r); n != "" && v.Done != "" {
		v.Done += " " + v.T("account.request_number", "number", n)
	}
	if err := a.gather(ctx, &v); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	a.UI.Render(w, r, http.StatusOK, v.Page, dataPage(v))
}

// gather opens what is held under the account and under purchases with its address, and who looked at either.
func (a *Account) gather(ctx context.Context, v *dataView) (err error) {
	persons := v.Owner.Persons
	if v.Blocked, err = a.People.Blocked(ctx, v.Owner.Main); err != nil {
		return err
	}
	var entries []vault.Entry
	var own map[vault.Field]vault.Secret
	var received []receivedLine
	for i, person := range persons[:min(len(persons), 1+mostGuests)] {
		held, err := a.People.Held(ctx, person)
		if err != nil {
			return err
		}
		if i == 0 {
			own, v.Held = held, heldFields(v.Page, held)
		} else if fields := heldFields(v.Page, held); len(fields) > 0 {
			v.Guests = append(v.Guests, guestData{fields})
		}
		told, err := a.Privacy.IncidentsOf(ctx, person)
		if err != nil {
			return err
		}
		v.Incidents = append(v.Incidents, told...)
		journal, err := a.People.Journal(ctx, person, 200)
		if err != nil {
			return err
		}
		quiet, err := a.Privacy.Quiet(ctx, person)
		if err != nil {
			return err
		}
		var mine []vault.Entry
		for _, e := range journal.Entries {
			if !quiet(e.Entry) {
				mine = append(mine, e.Entry)
			}
		}
		entries = append(entries, mine...)
		got, err := a.Privacy.ReceivedOf(ctx, person, mine)
		if err != nil {
			return err
		}
		received = append(received, receivedLines(v.dataFrame, got)...)
	}
	v.Received, v.More = newestReceived(received)
	slices.SortStableFunc(entries, func(a, b vault.Entry) int { return b.At.Compare(a.At) })
	v.Looks, v.OwnLooks = looksOf(v.dataFrame, entries)
	if v.Boxes, err = a.Privacy.Boxes(ctx); err != nil {
		return err
	}
	if v.Consents, err = a.consentLines(ctx, v.dataFrame, v.Boxes); err != nil {
		return err
	}
	if err := a.gatherRecords(ctx, v); err != nil {
		return err
	}
	register, err := a.Privacy.Processing(ctx)
	if err != nil {
		return err
	}
	staff, err := a.People.Employed(ctx, v.Owner.Main)
	if err != nil {
		return err
	}
	v.Purposes = purposeLines(v.Page, register.Entries, own, v.Consents, staff, slices.ContainsFunc(v.Received, func(l receivedLine) bool { return l.State }))
	if phone, ok := own[vault.Phone]; !ok || phone.Empty() { // nothing to write to: no box
		v.Consents = slices.DeleteFunc(v.Consents, func(c consentLine) bool {
			return c.Scope == privacy.ScopeMarketingSMS && !c.Stands
		})
	}
	return nil
}

func doneWords(p ui.Page, done string) string {
	switch done {
	case "corrected":
		return p.T("account.done_corrected")
	case "withdrawn":
		return p.T("account.done_withdrawn")
	case "withdrawn_recipient":
		return p.T("account.done_withdrawn_recipient")
	case "given":
		return p.T("account.done_given")
	case "blocked":
		return p.T("account.done_blocked")
	case "unblocked":
		return p.T("account.done_unblocked")
	case "objected":
		return p.T("account.done_objected")
	}
	return ""
}

func heldFields(p ui.Page, held map[vault.Field]vault.Secret) []heldField {
	var out []heldField
	for _, f := range people.HeldFields {
		s, ok := held[f]
		if !ok || s.Empty() {
			continue
		}
		value := s.Reveal()
		if f == vault.IP || f == vault.UserAgent {
			value = mapValues(value)
		}
		out = append(out, heldField{fieldName(p, f), value})
	}
	return out
}

// mapValues lists the different values of a field that holds one for each signed-in browser.
func mapValues(text string) string {
	var m map[string]string
	if json.Unmarshal([]byte(text), &m) != nil {
		return ""
	}
	var out []string
	for _, v := range m {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// purposeLines say for each purpose that uses something held: which fields, and for how long.
func purposeLines(p ui.Page, entries []privacy.Entry, held map[vault.Field]vault.Secret, consents []consentLine, staff, disclosed bool) []purposeLine {
	news := slices.ContainsFunc(consents, func(c consentLine) bool { return c.Stands && !c.Required && !c.To })
	var out []purposeLine
	for _, e := range entries {
		if e.Purpose == vault.PurposeMarketing && !news || e.Purpose == vault.PurposeStaff && !staff || e.Purpose == vault.PurposeDisclosure && !disclosed {
			continue
		}
		var names []string
		for _, f := range e.Fields {
			if s, ok := held[f]; ok && !s.Empty() {
				names = append(names, fieldName(p, f))
			}
		}
		if len(names) > 0 {
			out = append(out, purposeLine{purposeName(p, e.Purpose), strings.Join(names, ", "), p.Text(e.Term)})
		}
	}
	return out
}

func fieldName(p ui.Page, f vault.Field) string {
	switch f {
	case vault.Surname:
		return p.T("account.field_surname")
	case vault.Name:
		return p.T("account.field_name")
	case vault.Patronymic:
		return p.T("account.field_patronymic")
	case vault.Email:
		return p.T("account.field_email")
	case vault.Phone:
		return p.T("account.field_phone")
	case vault.IP:
		return p.T("account.field_ip")
	case vault.UserAgent:
		return p.T("account.field_browser")
	case vault.BirthDate:
		return p.T("account.field_birth_date")
	}
	return p.T("account.field_other")
}

// correctView is the form to correct name and phone.
type correctView struct {
	dataFrame
	Form ui.Form
	Held map[vault.Field]vault.Secret
}

func (v correctView) was(f vault.Field) string { return v.Held[f].Reveal() }

func (v correctView) input(f vault.Field, label string, required bool) ui.Input {
	return ui.Input{Form: v.Form, Name: string(f), Label: label, Required: required, Default: v.was(f), MaxLength: 100}
}

func (a *Account) correct(w http.ResponseWriter, r *http.Request, o owner) {
	a.showCorrect(w, r, o, nil)
}

func (a *Account) showCorrect(w http.ResponseWriter, r *http.Request, o owner, wrong error) {
	held, err := a.People.Held(r.Context(), o.Main)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v := correctView{dataFrame: a.dataFrame(r, o, ""), Held: held}
	v.Title = v.T("account.correct")
	v.Form = ui.FormOf(v.Page, r, wrong)
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, correctPage(v))
}

func (a *Account) doCorrect(w http.ResponseWriter, r *http.Request, o owner) {
	c := people.Contacts{
		Surname: r.PostFormValue("surname"), Name: r.PostFormValue("name"),
		Patronymic: r.PostFormValue("patronymic"), Phone: r.PostFormValue("phone"),
	}
	req, err := a.Privacy.Press(r.Context(), a.request(r, o, privacy.RequestRectify), func(tx *db.DB) (privacy.Answer, error) {
		for _, person := range o.Persons {
			if err := a.People.Correct(r.Context(), tx, person, c); err != nil {
				return privacy.Answer{}, err
			}
		}
		return privacy.Answer{Result: privacy.Granted}, nil
	})
	switch {
	case err == nil:
		a.back(w, r, o, "corrected", req.Number)
	case fault.KindOf(err) == fault.Invalid:
		a.showCorrect(w, r, o, err)
	default:
		a.UI.Fail(w, r, err)
	}
}
