package office

import (
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// counterView is the counter: somebody came in person for their data. Staff finds them, checks who they are, and shows a code that
// opens their page for half an hour on whatever browser they type it into. Staff sees none of it.
type counterView struct {
	Form  ui.Form
	Shown string // the code, once
}

var (
	errSure     = fault.New(fault.Invalid, "office.counter_sure").On("sure")
	errNotFound = fault.New(fault.Invalid, "office.counter_not_found").On("find")
)

func (o *Office) counter(w http.ResponseWriter, r *http.Request, v visit) {
	o.showCounter(w, r, v, counterView{}, nil)
}

func (o *Office) showCounter(w http.ResponseWriter, r *http.Request, v visit, p counterView, problem error) {
	if problem != nil && !ui.CanReshow(problem) {
		o.UI.Fail(w, r, problem)
		return
	}
	p.Form = ui.FormOf(v.Page, r, problem)
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	v.Nav, v.Path = "requests", "/office/counter"
	w.Header().Set("Cache-Control", "no-store")
	o.show(w, r, v, status, v.T("office.counter.title"), counterPage(v, p))
}

// openCounter looks for the person by what stands on their order or account, and by the name on the document that staff looked at.
// Neither leaves a trace in an address.
func (o *Office) openCounter(w http.ResponseWriter, r *http.Request, v visit) {
	name := people.Contacts{Surname: strings.TrimSpace(r.PostFormValue("surname")), Name: strings.TrimSpace(r.PostFormValue("name"))}
	var wrong fault.Fields
	if name.Surname == "" {
		wrong = append(wrong, people.ErrNameNeeded.On("surname"))
	}
	if name.Name == "" {
		wrong = append(wrong, people.ErrNameNeeded.On("name"))
	}
	if r.PostFormValue("sure") != "yes" {
		wrong = append(wrong, errSure)
	}
	if err := wrong.OrNil(); err != nil {
		o.showCounter(w, r, v, counterView{}, err)
		return
	}
	person, err := o.atCounter(r, strings.TrimSpace(r.PostFormValue("find")), name)
	if err != nil {
		o.showCounter(w, r, v, counterView{}, err)
		return
	}
	shown, err := o.People.GuestAtCounter(r.Context(), person, v.Actor(), v.Lang)
	if err != nil {
		o.showCounter(w, r, v, counterView{}, err)
		return
	}
	o.showCounter(w, r, v, counterView{Shown: shown[:5] + " " + shown[5:]}, nil)
}

// atCounter finds the person of an order's code, an e-mail address or a phone who bears the name.
func (o *Office) atCounter(r *http.Request, find string, name people.Contacts) (string, error) {
	if find == "" || len(find) > 254 {
		return "", errNotFound
	}
	var persons []string
	ord, err := o.BoxOffice.OrderByCode(r.Context(), find)
	switch {
	case err == nil:
		persons = []string{ord.PersonID}
	case fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Invalid:
		return "", err
	default:
		if persons, err = o.People.PersonsByContact(r.Context(), find); err != nil {
			return "", err
		}
	}
	person, err := o.People.Bearing(r.Context(), persons[:min(len(persons), 50)], name)
	if err == nil && person == "" {
		err = errNotFound
	}
	return person, err
}
