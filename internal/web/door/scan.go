package door

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

const lastScans = 10

type scanView struct {
	ui.Page
	Show     choice
	Gate     admission.Gate
	In, Sold int
	Last     []pastView
	Answer   *pastView // to the code that was just typed
	ScanID   string    // of the next typed code
	Form     ui.Form
	Script   string // what the script needs to know, in JSON
}

// pastView is an answer in words.
type pastView struct {
	ID     string           `json:"id"`
	Result admission.Result `json:"result"`
	Word   string           `json:"word"`
	Reason string           `json:"reason"` // why not, or since when
	Place  string           `json:"place"`
	Small  string           `json:"small"` // ticket type, entrance
	Clock  string           `json:"clock"`
	Double bool             `json:"double"`
	Hash   string           `json:"hash,omitempty"` // how the device's list names the ticket
}

var errNoPerformance = fault.New(fault.NotFound, "door.no_performance")

// at reads which performance and gate a scanner stands at.
func (d *Door) at(r *http.Request, p ui.Page) (choice, admission.Gate, error) {
	perf, err := d.Catalog.Performance(r.Context(), r.FormValue("performance"))
	if fault.KindOf(err) == fault.NotFound {
		return choice{}, admission.Gate{}, errNoPerformance
	}
	if err != nil {
		return choice{}, admission.Gate{}, err
	}
	c, err := d.choice(r.Context(), p, perf)
	if err != nil {
		return choice{}, admission.Gate{}, err
	}
	g, err := d.Admission.Gate(r.Context(), r.FormValue("gate"))
	if err == nil {
		g.Name, err = d.inLanguage(r.Context(), p, perf.PlanHash, g.Name)
	}
	return c, g, err
}

// scanner is the page that scans: by camera with the script, by typing without it.
func (d *Door) scanner(w http.ResponseWriter, r *http.Request) {
	d.showScanner(w, r, http.StatusOK, nil)
}

func (d *Door) showScanner(w http.ResponseWriter, r *http.Request, status int, problem error) {
	dev, err := d.device(r)
	if fault.KindOf(err) == fault.Unauthenticated {
		http.Redirect(w, r, d.page(r, "").URL("/door"), http.StatusSeeOther)
		return
	}
	v := scanView{Page: d.page(r, ""), ScanID: db.NewID()}
	if err == nil {
		err = d.fill(r, &v, dev)
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	v.Path, v.Query = "/door/scan", url.Values{"performance": {v.Show.ID}, "gate": {v.Gate.ID}}.Encode()
	v.Title, v.Scripts, v.Wide = v.Show.Title, []string{"door.js"}, true
	v.Form = ui.FormOf(v.Page, r, problem)
	v.Script = script(v)
	d.UI.Render(w, r, status, v.Page, scanPage(v))
}

func (d *Door) fill(r *http.Request, v *scanView, dev admission.Device) (err error) {
	ctx := r.Context()
	if v.Show, v.Gate, err = d.at(r, v.Page); err != nil {
		return err
	}
	if dev.GateID != v.Gate.ID {
		if err := d.Admission.PlaceDevice(ctx, dev.ID, v.Gate.ID); err != nil {
			return err
		}
	}
	if v.In, v.Sold, err = d.Admission.Occupancy(ctx, v.Show.ID); err != nil {
		return err
	}
	last, err := d.Admission.LastScans(ctx, v.Show.ID, dev.ID, lastScans)
	if err != nil {
		return err
	}
	for _, x := range last {
		if x.AdmittedBy, err = d.inLanguage(ctx, v.Page, v.Show.PlanHash, x.AdmittedBy); err != nil {
			return err
		}
		pv, err := d.past(ctx, v.Page, v.Show.Zone, x)
		if err != nil {
			return err
		}
		v.Last = append(v.Last, pv)
	}
	if id := r.FormValue("answer"); id != "" {
		if i := slices.IndexFunc(v.Last, func(x pastView) bool { return x.ID == id }); i >= 0 {
			v.Answer = &v.Last[i]
		}
	}
	return nil
}

// typed takes a code from the form, for phones without a working script.
func (d *Door) typed(w http.ResponseWriter, r *http.Request) {
	dev, err := d.device(r)
	if fault.KindOf(err) == fault.Unauthenticated {
		http.Redirect(w, r, d.page(r, "").URL("/door"), http.StatusSeeOther)
		return
	}
	var id string
	if err == nil {
		id = r.PostFormValue("id")
		if id == "" {
			id = db.NewID()
		}
		_, err = d.Admission.Admit(r.Context(), dev, admission.Scan{
			ID: id, Code: r.PostFormValue("code"),
			GateID: r.PostFormValue("gate"), Expected: r.PostFormValue("performance"),
		})
	}
	switch {
	case ui.CanReshow(err) && fault.KindOf(err) == fault.Invalid:
		d.showScanner(w, r, ui.ReshowStatus(err), err)
	case err != nil:
		d.UI.Fail(w, r, err)
	default:
		to := scanPath(r.PostFormValue("performance"), r.PostFormValue("gate")) + "&answer=" + url.QueryEscape(id)
		http.Redirect(w, r, d.page(r, "").URL(to), http.StatusSeeOther)
	}
}

// past puts an answer of the tables into words. A ticket of another performance shows no place: it leads nowhere here.
func (d *Door) past(ctx context.Context, p ui.Page, zone string, x admission.Past) (pastView, error) {
	out := answer(p, zone, x.ScanID, x.Verdict)
	out.Clock = p.Clock(x.At, zone)
	if x.TicketID == "" {
		return out, nil
	}
	t, err := d.Admission.TicketOf(ctx, x.PerformanceID, x.TicketID)
	if errors.Is(err, boxoffice.ErrNoTicket) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	place, err := d.Admission.Place(ctx, t)
	if err != nil {
		return out, err
	}
	out.Place, out.Small = placeWords(p, place)
	return out, nil
}

func answer(p ui.Page, zone, id string, v admission.Verdict) pastView {
	out := pastView{ID: id, Result: v.Result, Double: v.Double, Word: resultWord(p, v.Result)}
	switch {
	case v.Result == admission.Admitted:
	case v.Result == admission.AlreadyAdmitted && !v.AdmittedAt.IsZero():
		out.Reason = p.T("door.already_since", "clock", p.Clock(v.AdmittedAt, zone), "gate", gateWords(p, v.AdmittedBy))
	default:
		out.Reason = p.T(v.Reason)
	}
	return out
}

func resultWord(p ui.Page, r admission.Result) string {
	switch r {
	case admission.Admitted:
		return p.T("door.admitted")
	case admission.AlreadyAdmitted:
		return p.T("door.already")
	}
	return p.T("door.refused")
}

// placeWords is a place as an usher says it, and what stands in small type under it.
func placeWords(p ui.Page, x admission.Place) (place, small string) { return newUsher(p).words(x) }

// usher says places; a word said once is remembered, because a list says it thousands of times.
type usher struct {
	p                          ui.Page
	table, row, seat, entrance func(string) string
}

func newUsher(p ui.Page) usher {
	return usher{
		p:        p,
		table:    remembered(func(s string) string { return p.T("door.table", "table", s) }),
		row:      remembered(func(s string) string { return p.T("door.row", "row", s) }),
		seat:     remembered(func(s string) string { return p.T("door.seat", "seat", s) }),
		entrance: remembered(func(s string) string { return gateWords(p, s) }),
	}
}

func (u usher) words(x admission.Place) (place, small string) {
	return joined(u.p.Text(x.Section), u.table(x.Table), u.row(x.Row), u.seat(x.Number)), joined(u.p.Text(x.Type), u.entrance(u.p.Text(x.Entrance)))
}

// remembered says a word for each name once; there is none for no name.
func remembered(say func(string) string) func(string) string {
	said := map[string]string{"": ""}
	return func(name string) string {
		s, ok := said[name]
		if !ok {
			s = say(name)
			said[name] = s
		}
		return s
	}
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// knowledge is what the script needs: addresses, and the words it may have to say without a network.
type knowledge struct {
	Performance string            `json:"performance"`
	Gate        string            `json:"gate"`
	GateName    string            `json:"gateName"`
	Zone        string            `json:"zone"`
	List        string            `json:"list"`
	Scans       string            `json:"scans"`
	Worker      string            `json:"worker"`
	Scope       string            `json:"scope"`
	Decoder     string            `json:"decoder"`
	SignIn      string            `json:"signIn"`
	Words       map[string]string `json:"words"`
}

func script(v scanView) string {
	k := knowledge{
		Performance: v.Show.ID, Gate: v.Gate.ID, GateName: gateWords(v.Page, v.Gate.Name), Zone: i18n.Zone(v.Show.Zone).String(), SignIn: v.URL("/door"),
		List: v.URL("/door/api/list?performance=" + url.QueryEscape(v.Show.ID)), Scans: v.URL("/door/api/scans"),
		Worker: v.URL("/door/sw.js"), Scope: v.URL("/door/"), Decoder: ui.Asset("door-decoder.js"),
		Words: map[string]string{
			"admitted": v.T("door.admitted"), "already_admitted": v.T("door.already"), "refused": v.T("door.refused"),
			"since": v.T("door.already_since", "clock", "%c", "gate", "%g"), "online": v.T("door.online"), "offline": v.T("door.offline"),
			"waiting": v.T("door.waiting", "n", "%n"), "double": v.T("door.double"), "no_list": v.T("door.no_list"), "list_from": v.T("door.list_from", "clock", "%c"),
			"camera_off": v.T("door.camera_off"), "camera_on": v.T("door.camera_on"), "camera_denied": v.T("door.camera_denied"), "camera_none": v.T("door.camera_none"),
			"light": v.T("door.light"), "signed_out": v.T("door.signed_out"), "offline_note": v.T("door.offline_note"),
		},
	}
	for _, id := range admission.Reasons {
		k.Words[id] = v.T(id)
	}
	b, err := json.Marshal(k)
	if err != nil {
		return "{}" // cannot be: strings only
	}
	return string(b)
}
