package account_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/web/account"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

const password = "үш көк қоян жүгірді"

// house is a served account door over a box office.
type house struct {
	*boxofficetest.World
	t   *testing.T
	url string
	log *uitest.Log

	copies *mydata.Maker
	folder string // of stored files
	papers *document.Documents
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	w := boxofficetest.New(t, d)
	folder := t.TempDir()
	store, err := files.OpenDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.New(append(privacytest.Messages(), mydata.Messages)...)
	if err != nil {
		t.Fatal(err)
	}
	papers := documenttest.Room(t, w.House, documenttest.Reader, nil, t.TempDir(), nil)
	copies := mydata.New(mydata.Deps{
		DB: d, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Vault: w.Vault, People: w.People, Privacy: w.Privacy,
		Files: store, Mail: w.Mails, Bundle: words, Operator: privacytest.Operator(), Documents: papers,
	}, w.Jobs)
	u, log := uitest.NewAt(t, w.Clock, append(privacytest.Messages()[1:], account.Messages, document.Messages, upload.Messages, mydata.Messages, pages.Messages, boxoffice.Messages)...)
	u.Operator = privacytest.Operator()
	u.Demo = false
	mux := http.NewServeMux()
	u.Mount(mux)
	u.News = w.Privacy.Unseen
	door := &account.Account{UI: u, People: w.People, Privacy: w.Privacy, Office: w.Office, Catalog: w.Catalog, MyData: copies, Documents: papers, Desk: privacy.NewDesk(w.Privacy, w.People, w.Jobs, w.Mails, words)}
	door.Mount(mux)
	(&pages.Pages{UI: u, Privacy: w.Privacy}).Mount(mux)
	mux.HandleFunc("GET /{lang}/{$}", func(http.ResponseWriter, *http.Request) {})
	srv := httptest.NewServer(u.Serve(mux, u.Sessions(w.People), door.Gate, u.SameOrigin))
	t.Cleanup(srv.Close)
	return &house{World: w, t: t, url: srv.URL, log: log, copies: copies, folder: folder, papers: papers}
}

var sixDigits = regexp.MustCompile(`\d{3} \d{3}`)

func (h *house) newestCode() string {
	h.t.Helper()
	if err := h.Jobs.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	all := h.Mails.All()
	if len(all) == 0 {
		h.t.Fatal("no letter went out")
	}
	return sixDigits.FindString(all[len(all)-1].Text)
}

// visitor is a browser with its cookies.
type visitor struct {
	h      *house
	client *http.Client
}

func (h *house) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &visitor{h, &http.Client{Jar: jar}}
}

func (v *visitor) read(res *http.Response, err error) (int, string, string) {
	v.h.t.Helper()
	if err != nil {
		v.h.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a test
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	if strings.Contains(string(b), "[account.") || strings.Contains(string(b), "[people.") || strings.Contains(string(b), "[ui.") {
		v.h.t.Errorf("%s has a missing message", res.Request.URL.Path)
	}
	return res.StatusCode, res.Request.URL.RequestURI(), string(b)
}

func (v *visitor) get(path string) (status int, at, body string) {
	v.h.t.Helper()
	return v.read(v.client.Get(v.h.url + path))
}

func (v *visitor) post(path string, form ...string) (status int, at, body string) {
	v.h.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return v.read(v.client.PostForm(v.h.url+path, values))
}

func (h *house) version() string {
	h.t.Helper()
	v, err := h.Privacy.InForce(h.t.Context(), privacy.Policy)
	if err != nil {
		h.t.Fatal(err)
	}
	return v.ID
}

func (h *house) filled(more ...string) []string {
	return append([]string{
		"version", h.version(), "surname", "Серікқызы", "name", "Айгүл", "patronymic", "",
		"email", "aigul@example.kz", "password", password,
	}, more...)
}

// signedIn registers and confirms an account.
func (h *house) signedIn(lang string) *visitor {
	h.t.Helper()
	v := h.visitor()
	if status, at, body := v.post("/"+lang+"/account/register", h.filled("consents", "service")...); status != http.StatusOK || at != "/"+lang+"/account/code" {
		h.t.Fatalf("registered to %s with %d: %s", at, status, body)
	}
	if status, at, body := v.post("/"+lang+"/account/code", "code", h.newestCode()); status != http.StatusOK || at != "/"+lang+"/account" {
		h.t.Fatalf("confirmed to %s with %d: %s", at, status, body)
	}
	return v
}

func expect(t *testing.T, what, body string, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(body, w) {
			t.Errorf("%s does not say %q", what, w)
		}
	}
}

func TestTheWholeLifeOfAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		bought := h.Buy(t, "1-1", "1-2") // as a guest, with the same address
		v := h.signedIn("ru")

		_, _, body := v.get("/ru/account")
		expect(t, "the list of orders", body, bought.Code, bought.URL("ru"), bought.Tickets[0].URL("ru"), "оплачено", "Билет 2")

		_, _, body = v.get("/ru/account/data")
		expect(t, "my data", body, "Серікқызы", "aigul@example.kz", "Кто смотрел", "открыта почта, чтобы отправить код", "3 года после последнего мероприятия", "127.0.0.0/24")
		if strings.Count(body, "checked") > 0 {
			t.Error("a box is ticked beforehand")
		}

		if _, at, _ := v.post("/ru/account/data/consents/marketing_email/give", "version", h.version()); !strings.HasSuffix(at, "/ru/account/data") {
			t.Errorf("the button without the box led to %s", at)
		}
		_, _, body = v.get("/ru/account/data")
		if strings.Contains(body, "consents/marketing_email/withdraw") {
			t.Error("a consent was recorded without its box")
		}
		_, _, body = v.post("/ru/account/data/consents/marketing_email/give", "version", h.version(), "consents", "marketing_email")
		expect(t, "after consenting", body, "Согласие записано", "consents/marketing_email/withdraw")
		_, _, body = v.post("/ru/account/data/consents/marketing_email/withdraw")
		expect(t, "after withdrawing", body, "Согласие отозвано", "consents/marketing_email/give")

		status, _, body := v.post("/ru/account/data/correct", "surname", "<script>", "name", "Айгүл", "phone", "87010000000")
		if status != http.StatusUnprocessableEntity {
			t.Errorf("a wrong name: %d", status)
		}
		expect(t, "the form that came back", body, "&lt;script&gt;", "87010000000", "В имени могут быть только буквы")
		_, _, body = v.post("/ru/account/data/correct", "surname", "Омарова", "name", "Айгүл", "phone", "87010000000")
		expect(t, "after correcting", body, "Исправлено", "Омарова", "+77010000000", "данные исправлены")

		_, _, body = v.get("/ru/account/devices")
		expect(t, "the devices", body, "это устройство", "127.0.0.0/24")
		if _, at, _ := v.post("/ru/account/devices/sign-out-everywhere"); at != "/ru/account/sign-in" {
			t.Errorf("signing out everywhere led to %s", at)
		}
		if _, at, _ := v.get("/ru/account/data"); !strings.HasPrefix(at, "/ru/account/sign-in?next=") {
			t.Errorf("signed out, my data led to %s", at)
		}
		if _, at, _ := v.post("/ru/account/sign-in", "email", "aigul@example.kz", "password", password, "next", "/ru/account/data"); at != "/ru/account/data" {
			t.Errorf("signing in led to %s", at)
		}
		for _, secret := range []string{"aigul@", "Серікқызы", "Омарова", "77010000000", password} {
			if strings.Contains(h.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}

func TestRegistrationSaysEverythingThatIsWrongAtOnce(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	v := h.visitor()
	_, _, form := v.get("/kk/account/register")
	if strings.Contains(form, "checked") || strings.Contains(form, "marketing_sms") {
		t.Error("a box is ticked beforehand, or asks for what the form does not need")
	}
	status, _, body := v.post("/kk/account/register", "version", h.version(), "surname", "", "name", "Айгүл", "email", "nonsense", "password", "short", "consents", "marketing_email")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", status)
	}
	expect(t, "the form", body, "Мұны толтырыңыз", "Пошта мекенжайын тексеріңіз", "Құпиясөз кемінде 10", "Келісім белгісін қойыңыз", `value="Айгүл"`, `value="nonsense"`)
	if strings.Contains(body, "short") {
		t.Error("the password came back")
	}
	if status, _, _ := v.post("/kk/account/register", append(h.filled("consents", "service"), "version", "x")[2:]...); status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown version: %d", status)
	}
	if err := h.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := h.People.PersonsByEmail(t.Context(), "aigul@example.kz"); err != nil || len(found) != 0 || len(h.Mails.All()) != 0 {
		t.Errorf("something was stored or sent: %d persons, %d letters, %v", len(found), len(h.Mails.All()), err)
	}
}

func TestPagesAnswerAlikeForKnownAndUnknownAddresses(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	h.signedIn("en")
	h.Clock.Advance(2 * time.Hour) // the letter of the registration no longer counts
	var answers []string
	for _, email := range []string{"aigul@example.kz", "nobody@example.kz"} {
		all := ""
		for _, step := range [][]string{
			{"/en/account/sign-in", "how", "password", "password", "wrong wrong wrong"},
			{"/en/account/sign-in", "how", "code"},
			{"/en/account/code", "code", "000000"},
			{"/en/account/code/again"},
			{"/en/account/forgotten"},
			{"/en/account/new-password", "code", "000000", "password", "a new long password"},
		} {
			v := h.visitor()
			if strings.HasPrefix(step[0], "/en/account/code") {
				v.post("/en/account/sign-in", "how", "code", "email", email)
			}
			if strings.HasSuffix(step[0], "new-password") {
				v.post("/en/account/forgotten", "email", email)
			}
			_, at, body := v.post(step[0], append(step[1:], "email", email)...)
			all += at + body
		}
		answers = append(answers, strings.ReplaceAll(all, email, "EMAIL"))
	}
	if diff := cmp.Diff(strings.Split(answers[0], ">"), strings.Split(answers[1], ">")); diff != "" {
		t.Errorf("the answers tell which address has an account:\n%s", diff)
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	h.signedIn("en")
	for _, to := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/\t/evil.example"} {
		v := h.visitor()
		if _, at, _ := v.post("/en/account/sign-in", "email", "aigul@example.kz", "password", password, "next", to); at != "/en/account" {
			t.Errorf("next=%q led to %s", to, at)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	v := h.signedIn("en")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/en/account/devices/sign-out-everywhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, _ := v.read(v.client.Do(req)); status != http.StatusForbidden {
		t.Errorf("status %d, want 403", status)
	}
	if _, at, _ := v.get("/en/account"); at != "/en/account" {
		t.Errorf("signed out by another site: %s", at)
	}
}

func TestCookiesAreKeptFromScriptsAndOtherSites(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	h.signedIn("en")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(h.url+"/en/account/sign-in", url.Values{"email": {"aigul@example.kz"}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a test
	found := false
	for _, c := range res.Cookies() {
		if c.Name == "sahna_session" {
			found = true
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				t.Errorf("the cookie is %+v", c)
			}
		}
	}
	if !found {
		t.Error("no session cookie")
	}
}

func TestASignedInBuyersOrderIsTheirsUnlessAnotherAddressWasTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v := h.signedIn("en")
		persons, err := h.People.PersonsByEmail(t.Context(), "aigul@example.kz")
		if err != nil || len(persons) != 1 {
			t.Fatalf("persons: %v, %v", persons, err)
		}
		buy := func(seat, email string) boxoffice.Order {
			r := h.Request(t, h.Hold(t, h.Seats(seat)))
			r.PersonID, r.Buyer.Email = persons[0], email
			o, p, err := h.Office.Checkout(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Office.Settle(t.Context(), boxofficetest.BankCode, h.Bank.Pay(t, p.ID)); err != nil {
				t.Fatal(err)
			}
			return o
		}
		mine, theirs := buy("2-1", "Aigul@example.kz"), buy("2-2", "friend@example.kz")
		if mine.PersonID != persons[0] || theirs.PersonID == persons[0] {
			t.Errorf("orders went to %s and %s, the account is %s", mine.PersonID, theirs.PersonID, persons[0])
		}
		_, _, body := v.get("/en/account")
		expect(t, "the list of orders", body, mine.Code)
		if strings.Contains(body, theirs.Code) {
			t.Error("an order for another address is shown as one's own")
		}
		if _, at, _ := h.visitor().post("/en/account/sign-in", "email", "friend@example.kz", "password", password); at != "/en/account/sign-in" {
			t.Errorf("the account opened under the typed address: %s", at)
		}
	})
}
