package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// addresses reads every registered pattern out of a mux: nobody has to remember to list a new one.
func addresses(mux *http.ServeMux) (out []string) {
	index := reflect.ValueOf(mux).Elem().FieldByName("index")
	add := func(patterns reflect.Value) {
		for i := range patterns.Len() {
			out = append(out, patterns.Index(i).Elem().FieldByName("str").String())
		}
	}
	for _, key := range index.FieldByName("segments").MapKeys() {
		add(index.FieldByName("segments").MapIndex(key))
	}
	add(index.FieldByName("multis"))
	slices.Sort(out)
	return slices.Compact(out)
}

// forEverybody are the addresses whose names and numbers are public: what is on, published texts, letters of the demo's outbox.
// Whoever adds one says here that nobody's data stands behind it.
var forEverybody = regexp.MustCompile(`^(GET|POST) /\{lang\}/(event|performance|plan|outbox|waiting|page/(privacy|offer)/versions|page/[a-z]+/\{)|^GET /(static|fonts)|consents/\{scope\}/|/account/documents/\{kind\}$`)

// elsewhere are the addresses that lead somebody with an account to another sign-in first: staff, scanners, and people without an account.
var elsewhere = regexp.MustCompile(`/\{lang\}/(office|door|page/my-data)/`)

// neighbour is a whole office with somebody in it whose data others try to reach by its address.
type neighbour struct {
	*app.App
	t      *testing.T
	url    string
	data   string // the program's folder
	dsn    string
	box    *mail.Outbox
	order  boxoffice.Order
	victim people.Session
	ids    map[string][]string // what stands in an address → names that are real, and the victim's
}

func newNeighbour(t *testing.T, e db.Engine) *neighbour {
	t.Helper()
	cfg := office(t, e)
	yaml, err := os.ReadFile("../../docs/examples/events.yaml")
	if err != nil {
		t.Fatal(err)
	}
	free := regexp.MustCompile(`(adult|child): \d+`).ReplaceAllString(string(yaml), "$1: 0")
	dir := t.TempDir()
	plan, err := os.ReadFile("../../docs/examples/chamber-hall.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{"events.yaml": []byte(free), "chamber-hall.json": plan} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.ImportEvents(t.Context(), cfg, filepath.Join(dir, "events.yaml"), io.Discard); err != nil {
		t.Fatal(err)
	}
	n := &neighbour{t: t, data: cfg.Data, dsn: string(cfg.Database), box: mail.NewOutbox(clock.System()), ids: map[string][]string{}}
	if n.App, err = app.Open(t.Context(), cfg, app.Options{Outbox: n.box}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() }) //nolint:errcheck // closed twice at worst
	s := httptest.NewServer(n.Handler())
	t.Cleanup(s.Close)
	n.url = s.URL
	n.fill()
	return n
}

// account registers somebody and signs them in.
func (n *neighbour) account(c people.Contacts) (token string, s people.Session) {
	n.t.Helper()
	ctx := n.t.Context()
	given := privacytest.Given(n.t, n.Privacy)
	attempt, err := n.People.Register(ctx, people.Registration{Contacts: c, Lang: i18n.RU, Record: func(ctx context.Context, tx *db.DB, person string) error {
		return n.Privacy.Record(ctx, tx, person, given)
	}})
	if err == nil {
		err = n.Queue.Drain(ctx)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	var code string
	for _, l := range n.box.Letters() {
		if l.To == c.Email {
			code = regexp.MustCompile(`\d{3} \d{3}`).FindString(l.Text)
		}
	}
	if token, s, err = n.People.Confirm(ctx, attempt, code, people.Browser{}); err != nil {
		n.t.Fatal(err)
	}
	return token, s
}

// fill gives the victim an account, an order, a request, a consent, entries in the journal.
func (n *neighbour) fill() {
	n.t.Helper()
	ctx := n.t.Context()
	must := func(err error) {
		n.t.Helper()
		if err != nil {
			n.t.Fatal(err)
		}
	}
	_, n.victim = n.account(canaryContacts())
	var performance string
	must(n.DB.QueryRow(ctx, `SELECT id FROM catalog_performance ORDER BY id LIMIT 1`).Scan(&performance))
	hold, err := n.Office.Hold(ctx, boxoffice.HoldRequest{PerformanceID: performance, Items: []boxoffice.AreaWish{{PriceZoneID: "standing", TicketTypeID: "adult", Quantity: 2}}})
	must(err)
	n.order, _, err = n.Office.Checkout(ctx, boxoffice.CheckoutRequest{
		Holds: []boxoffice.HoldKey{{ID: hold.ID, Secret: hold.Secret}}, Buyer: canaryContacts(), PersonID: n.victim.PersonID,
		Consents: privacytest.Given(n.t, n.Privacy), Lang: i18n.RU, Channel: "site",
	})
	must(err)
	n.order, err = n.Office.OrderByCode(ctx, n.order.Code)
	must(err)
	r, err := n.Desk.Enter(ctx, privacy.Entered{
		Kind: privacy.RequestAccess, Channel: "paper", Contacts: canaryContacts(), Text: "Покажите, что вы храните", Lang: i18n.RU, ReceivedAt: time.Now(), Actor: "system",
	})
	if err != nil { // the desk's form may ask for more: any number of a request will do
		n.t.Logf("no request: %v", err)
	} else {
		n.ids["number"] = []string{r.Number}
	}
	consents, err := n.Privacy.Consents(ctx, n.victim.PersonID)
	must(err)
	must(n.DB.Transact(ctx, func(tx *db.DB) error {
		_, err := n.People.Contacts(ctx, tx, vault.Opening{Person: n.victim.PersonID, Purpose: vault.PurposeService, Actor: "system", Reason: "test"})
		return err
	}))
	journal, err := n.People.Journal(ctx, n.victim.PersonID, 5)
	must(err)
	n.ids["code"] = []string{n.order.Code, n.order.Tickets[0].Code}
	n.ids["secret"] = []string{"guess", n.victim.PersonID}
	n.ids["consent"] = []string{consents[0].ID}
	n.ids["id"] = []string{n.victim.ID, n.victim.PersonID, n.order.ID, n.order.Tickets[0].ID}
	n.ids["account"] = []string{n.victim.AccountID}
	n.ids["kind"] = []string{n.paper(n.victim.PersonID)} // where a document is destroyed its id stands in the kind's place
	n.ids["id"] = append(n.ids["id"], n.ids["kind"]...)
	for _, e := range journal.Entries {
		n.ids["entry"] = append(n.ids["entry"], e.ID)
	}
}

// paper sends a document that waits for its review, and returns its id.
func (n *neighbour) paper(person string) string {
	n.t.Helper()
	h, err := n.Documents.Spool.Take(n.t.Context(), bytes.NewReader(documenttest.PDF(n.t, documenttest.Certificate)), upload.Usual.Bytes)
	if err != nil {
		n.t.Fatal(err)
	}
	defer h.Drop()
	d, err := n.Documents.Send(n.t.Context(), document.Sending{Person: person, Kind: document.KindRegistration, Lang: i18n.KK, File: h})
	if err != nil {
		n.t.Fatal(err)
	}
	return d.ID
}

func canaryContacts() people.Contacts {
	return people.Contacts{Surname: "Құпиясова", Name: "Жасырын", Email: "zhasyryn@example.kz", Phone: "+77015550101"}
}

var variable = regexp.MustCompile(`\{([a-z]+)(\.\.\.)?\}`)

// fillIn makes every address of a pattern with the victim's names in it.
func (n *neighbour) fillIn(pattern string) (method string, paths []string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = http.MethodGet, pattern
	}
	path = strings.ReplaceAll(strings.TrimSuffix(path, "{$}"), "{lang}", "ru")
	paths = []string{path}
	for _, v := range variable.FindAllStringSubmatch(path, -1) {
		known := n.ids[v[1]]
		if len(known) == 0 {
			known = []string{n.order.ID} // an id that is real, though of another kind
		}
		var next []string
		for _, p := range paths {
			for _, id := range known {
				next = append(next, strings.Replace(p, v[0], id, 1))
			}
		}
		paths = next
	}
	return method, paths
}

func (n *neighbour) ask(method, path, token, bearer string) (int, string, http.Header) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, strings.NewReader("sure=yes&purpose=help&name=x"))
	if err != nil {
		n.t.Fatal(err)
	}
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: ui.SessionCookie, Value: token})
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	b, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		n.t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

// shut tells whether an answer gives nothing: not found, or a way to sign in, or no right.
func shut(status int, h http.Header) bool {
	switch status {
	case http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden, http.StatusGone, http.StatusBadRequest:
		return true
	case http.StatusSeeOther:
		to := h.Get("Location")
		return strings.Contains(to, "/sign-in") || strings.Contains(to, "/my-data") || strings.HasSuffix(to, "/door")
	}
	return false
}

// Other people's ids in every address give "not found": asked as nobody, as another person, and as staff without the role.
func TestOtherPeoplesIdsInEveryAddressGiveNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		n := newNeighbour(t, e)
		other := people.Contacts{Surname: "Ахметов", Name: "Серік", Email: "serik@example.kz", Phone: "+77015550102"}
		stranger, _ := n.account(other)
		door := n.employee("door@example.kz", people.RoleDoor)
		askers := map[string]string{"nobody": "", "another person": stranger, "staff without the role": door}
		walked := 0
		for _, pattern := range addresses(n.Mux()) {
			if !variable.MatchString(strings.ReplaceAll(pattern, "{lang}", "")) || forEverybody.MatchString(pattern) {
				continue
			}
			walked++
			method, paths := n.fillIn(pattern)
			for who, token := range askers {
				for _, path := range paths {
					status, body, h := n.ask(method, path, token, "")
					if who == "another person" && !elsewhere.MatchString(pattern) && status != http.StatusNotFound && status != http.StatusGone {
						t.Errorf("%s %s by %s: %d is not “not found”", method, path, who, status)
					}
					if !shut(status, h) {
						t.Errorf("%s %s by %s: %d to %q", method, path, who, status, h.Get("Location"))
					}
					for _, secret := range []string{canaryContacts().Surname, canaryContacts().Email, n.order.Secret, n.order.Tickets[0].Secret} {
						if strings.Contains(body, secret) {
							t.Errorf("%s %s shows %s something of the victim's", method, path, who)
						}
					}
				}
			}
		}
		if walked < 60 {
			t.Errorf("only %d addresses with names in them were found", walked)
		}
		n.api(stranger)
		n.untouched()
	})
}

// employee signs a member of staff in with both factors.
func (n *neighbour) employee(email string, role people.Role) string {
	n.t.Helper()
	ctx := n.t.Context()
	_, secret, err := n.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: email}, "a long enough passphrase", []people.Role{role})
	if err != nil {
		n.t.Fatal(err)
	}
	token, s, err := n.People.SignIn(ctx, email, "a long enough passphrase", people.Browser{})
	if err != nil {
		n.t.Fatal(err)
	}
	code, err := totp.GenerateCode(secret, time.Now())
	if err == nil {
		err = n.People.VerifySecondFactor(ctx, s, code)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	return token
}

// api walks the addresses that the API's own description lists.
func (n *neighbour) api(token string) {
	n.t.Helper()
	_, body, _ := n.ask(http.MethodGet, "/api/v1/openapi.json", "", "")
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil || len(doc.Paths) < 8 {
		n.t.Fatalf("the API describes %d addresses, %v", len(doc.Paths), err)
	}
	walked := 0
	for path, methods := range doc.Paths {
		if !strings.Contains(path, "/orders/") && !strings.Contains(path, "/holds/") && !strings.Contains(path, "/tickets/") {
			continue
		}
		for method := range methods {
			_, paths := n.fillIn(strings.ToUpper(method) + " " + path)
			for _, p := range paths {
				for _, bearer := range []string{"", "guess", n.victim.ID} {
					walked++
					if status, _, _ := n.ask(strings.ToUpper(method), p, token, bearer); status < 400 || status >= 500 {
						n.t.Errorf("%s %s with %q: %d", method, p, bearer, status)
					}
				}
			}
		}
	}
	if walked < 6 {
		n.t.Errorf("only %d addresses of the API were asked", walked)
	}
}

// untouched looks whether the walk has changed anything of the victim's, and whether the names in it were real.
func (n *neighbour) untouched() {
	n.t.Helper()
	ord, err := n.Office.OrderByCode(n.t.Context(), n.order.Code)
	if err != nil || ord.Status != boxoffice.OrderPaid || len(ord.Tickets) != 2 || ord.Tickets[0].State() != "valid" {
		n.t.Errorf("the order was changed: %s, %d tickets, %v", ord.Status, len(ord.Tickets), err)
	}
	if d, err := n.Documents.Find(n.t.Context(), n.ids["kind"][0]); err != nil || d.State != document.Waiting {
		n.t.Errorf("the victim's document was touched: %+v, %v", d, err)
	}
	var sessions int
	if err := n.DB.QueryRow(n.t.Context(), `SELECT count(*) FROM people_session WHERE id = $1`, n.victim.ID).Scan(&sessions); err != nil || sessions != 1 {
		n.t.Errorf("the victim was signed out: %d, %v", sessions, err)
	}
	if status, body, _ := n.ask(http.MethodGet, n.order.URL(i18n.RU), "", ""); status != http.StatusOK || !strings.Contains(body, n.order.Code) {
		n.t.Errorf("with the secret the order does not open: %d", status)
	}
}

// docs/privacy.md promises a page for each clause: each address it names answers, and each command is one.
func TestThePagesOfThePrivacyTableAreThere(t *testing.T) {
	table, err := os.ReadFile("../../docs/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	wildcard := regexp.MustCompile(`\{[^}]*\}`)
	there := map[string]bool{}
	for _, pattern := range addresses(mustOpen(t, office(t, db.SQLite)).Mux()) {
		_, path, _ := strings.Cut(pattern, " ")
		there[wildcard.ReplaceAllString(path, "{}")] = true
	}
	help, err := exec.Command(apptest.Binary(t), "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, help)
	}
	named := 0
	for _, line := range strings.Split(string(table), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1) {
			named++
			page, _, _ := strings.Cut(m[1], "?")
			switch command, is := strings.CutPrefix(m[1], "sahna "); {
			case is && !strings.Contains(string(help), " "+command+" "):
				t.Errorf("there is no command %s", m[1])
			case !is && !there[wildcard.ReplaceAllString(page, "{}")]:
				t.Errorf("nothing answers at %s", m[1])
			}
		}
	}
	if named < 80 || len(there) < 150 {
		t.Errorf("%d pages named, %d addresses: the test does not see them", named, len(there))
	}
}
