package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// The canary's values are other ones in each run: what an earlier run planted on purpose may still stand in the server's log.
var (
	canaryDigits = fmt.Sprintf("%07d", rand.IntN(10_000_000))
	canary       = apptest.Buyer{
		Surname: "Құтқарғұланбаева" + kazakh(4), Name: "Жүзімгүлжан" + kazakh(4),
		Email: "zhuzimgul.canary." + canaryDigits + "@sahna.example", Phone: "+7705" + canaryDigits,
	}
	canaryPatronymic, canaryWords = "Тоқтамұратханқызы" + kazakh(4), "қырғауылданқашқанбұлбұл" + kazakh(4)
	canaryBrowser                 = "Canarybird" + canaryDigits
)

func kazakh(n int) (out string) {
	letters := []rune("әғқңөұүһіабвгджзклмн")
	for range n {
		out += string(letters[rand.IntN(len(letters))])
	}
	return out
}

// canaryValues are what must stand readable nowhere; the phone also as people write it.
var canaryValues = []string{
	canary.Surname, canary.Name, canaryPatronymic, canaryWords, canary.Email, "zhuzimgul.canary." + canaryDigits, canaryBrowser,
	canary.Phone, canary.Phone[1:], canary.Phone[2:],
}

// TestErasedCanaryLeavesNothing goes with one person through everything there is: registering, buying with the account and without,
// letters, a claim and its answer, receipts, correcting, the copy of everything, backup, deletion, and a restore of the backup. At
// each station it searches every file and every table that is left behind; after the deletion also for the bytes by which their
// fields could be opened or the person found: wrapped keys, blind indexes.
func TestErasedCanaryLeavesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		s := &search{t: t, data: filepath.Join(t.TempDir(), "demo")}
		if e == db.Postgres {
			s.dsn = dbtest.DSN(t, e)
		}
		s.begin()
		p := apptest.StartDemo(t, s.data, s.dsn, "")
		s.roots = []string{s.data, p.Log, p.Temp}
		live(t, p)
		s.nothing("while it serves")
		p.Kill()
		s.nothing("after a kill")
		afterwards(t, s)
		for _, leak := range s.below() {
			t.Errorf("at the end: %s", leak)
		}
		if out, ok := p.Verify(t); !ok {
			t.Errorf("verify after all:\n%s", out)
		}
		s.plant()
	})
}

// surfer is a browser without a screen.
type surfer struct {
	t   *testing.T
	p   *apptest.Program
	web http.Client
}

// RoundTrip implements http.RoundTripper: the browser tells its name.
func (s *surfer) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0 "+canaryBrowser)
	r.Header.Set("Referer", s.p.URL+"/ru/?q="+url.QueryEscape(canaryWords))
	return http.DefaultTransport.RoundTrip(r)
}

// send posts a file as a browser's form does.
func (s *surfer) send(path string, body []byte) {
	s.t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", canary.Surname+".pdf")
	if err != nil {
		s.t.Fatal(err)
	}
	part.Write(body) //nolint:errcheck // a buffer
	m.Close()        //nolint:errcheck // a buffer
	s.read(s.web.Post(s.p.URL+path, m.FormDataContentType(), &form))
}

func (s *surfer) read(res *http.Response, err error) (at *url.URL, body string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 400 {
		s.t.Fatalf("%s: status %d, %v", res.Request.URL.Path, res.StatusCode, err)
	}
	return res.Request.URL, string(b)
}

func (s *surfer) get(path string) string {
	s.t.Helper()
	_, body := s.read(s.web.Get(s.p.URL + path))
	return body
}

func (s *surfer) post(path string, form ...string) *url.URL {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	at, _ := s.read(s.web.PostForm(s.p.URL+path, values))
	return at
}

var (
	sixDigits   = regexp.MustCompile(`(?m)^\s*(\d{3} \d{3})\s*$|>\s*(\d{3} \d{3})\s*<`)
	receiptLink = regexp.MustCompile(`/ru/account/data/receipts/[0-9a-f-]+`)
)

// live does what a person does before they want to be forgotten.
func live(t *testing.T, p *apptest.Program) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &surfer{t: t, p: p}
	s.web = http.Client{Jar: jar, Timeout: time.Minute, Transport: s}
	api := apptest.NewClient(p.URL)
	policy, err := api.Policy()
	if err != nil {
		t.Fatal(err)
	}
	s.post("/ru/account/register", "surname", canary.Surname, "name", canary.Name, "patronymic", canaryPatronymic, "email", canary.Email,
		"password", "үш көк қоян жүгірді", "version", policy.VersionID, "consents", "service")
	code := ""
	eventually(t, "the letter with the code", func() bool {
		a, err := api.Do("GET", "/ru/outbox/1", nil, "")
		if m := sixDigits.FindSubmatch(a.Body); err == nil && m != nil {
			code = string(m[1]) + string(m[2])
		}
		return code != ""
	})
	s.post("/ru/account/code", "code", code)
	if !strings.Contains(s.get("/ru/account/data"), canary.Surname) {
		t.Fatal("not signed in")
	}
	s.post("/ru/account/data/correct", "surname", canary.Surname, "name", canary.Name, "patronymic", canaryPatronymic, "phone", canary.Phone)

	s.send("/ru/account/documents/registration", documenttest.PDF(t, []string{canary.Surname + " " + canary.Name, canaryWords}))
	s.get("/ru/?q=" + url.QueryEscape(canary.Surname)) // people look for themselves

	s.post("/ru/performance/"+p.Performances["theatre"]+"/hold", "best", "1", "n", "2")
	bank := s.post("/ru/checkout", "surname", canary.Surname, "name", canary.Name, "patronymic", canaryPatronymic, "email", canary.Email,
		"phone", canary.Phone, "version", policy.VersionID, "consent", "service", "provider", "test")
	if !strings.HasPrefix(bank.Path, "/pay/test/") {
		t.Fatalf("the checkout led to %s", bank.Path)
	}
	s.post(bank.Path, "outcome", "paid")
	sellToCanary(t, p) // without the account
	seats, err := api.SeatIDs(p.Performances["theatre"])
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := buyOne(api, policy, p.Performances["theatre"], seats[40]); !ok {
		t.Fatal("nobody else could buy")
	}

	s.post("/ru/page/claim", "kind", "rectify", "text", "Меня зовут "+canary.Surname+", исправьте: "+canaryWords, "consents", "service",
		"surname", canary.Surname, "name", canary.Name, "email", canary.Email, "phone", canary.Phone)
	s.post("/ru/account/data/consents/marketing_email/give", "version", policy.VersionID, "consents", "marketing_email")
	for _, link := range receiptLink.FindAllString(s.get("/ru/account/data"), 2) {
		s.get(link + "/receipt.json")
		s.get(link + "/receipt.pdf")
	}
	s.post("/ru/account/data/consents/marketing_email/withdraw")
	s.post("/ru/account/data/download")
	eventually(t, "the copy of everything", func() bool {
		res, err := s.web.Get(p.URL + "/ru/account/data/download/my-data.zip")
		if err != nil || res.StatusCode != http.StatusOK {
			return false
		}
		defer res.Body.Close() //nolint:errcheck // read whole
		b, err := io.ReadAll(res.Body)
		z, zerr := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		return err == nil && zerr == nil && len(z.File) > 2
	})
}

// afterwards answers the claim, backs up, erases when every performance is over, and restores what was backed up.
func afterwards(t *testing.T, s *search) {
	ctx, cfg := t.Context(), officeAt(s.data, s.dsn)
	later := clock.NewFake(time.Now().Add(400 * 24 * time.Hour))
	box := mail.NewOutbox(later)
	a := openAt(t, cfg, later, box)
	persons, err := a.People.PersonsByEmail(ctx, canary.Email)
	if err != nil || len(persons) != 3 { // with an account, as a guest, and who wrote the claim and proved no address yet
		t.Fatalf("persons with the address: %v, %v", persons, err)
	}
	slices.Sort(persons) // the account's is the oldest
	other, sum := only(t, a, apptest.AnyBuyer.Email), ledgerOf(t, a)
	seen := map[vault.Field]bool{}
	filled(t, a, seen)
	all, err := a.Documents.Of(ctx, persons[0])
	if err != nil || len(all) != 1 {
		t.Fatalf("documents of the canary: %+v %v", all, err)
	}
	seen[vault.Document] = true
	answerClaim(t, a, box)

	old, kept := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "checkpoint")
	if err := app.Backup(ctx, cfg, old, io.Discard); err != nil {
		t.Fatal(err)
	}
	s.nothing("in the backup", old)
	var secrets [][]byte
	for _, person := range persons {
		secrets = append(secrets, traces(t, a, person)...)
	}
	filled(t, a, seen)
	for _, f := range privacy.VaultFields() { // so that none is left out of the search
		if !seen[f] && f != vault.BirthDate { // nothing asks for it
			t.Errorf("nobody has a %s", f)
		}
	}
	if holding(t, s.data, secrets) == 0 && s.dsn == "" {
		t.Fatal("key and index of the canary stand nowhere before the erasure: the search is broken")
	}

	_, outcomes, err := a.Privacy.EraseOwn(ctx, privacy.NewRequest{Person: persons[0], Channel: "site", Lang: i18n.RU}, persons)
	if err != nil || len(outcomes) < 8 {
		t.Fatalf("erase: %+v, %v", outcomes, err)
	}
	if err := a.MyData.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	intact := func(when string, a *app.App) {
		t.Helper()
		for _, person := range persons {
			if err := reads(t, a, person); !errors.Is(err, vault.ErrDestroyed) {
				t.Errorf("%s: the canary: %v", when, err)
			}
			if es, err := a.Privacy.Erasures(ctx, person); err != nil || len(es) != 1 || !es[0].Done() {
				t.Errorf("%s: %+v, %v", when, es, err)
			}
		}
		if err := reads(t, a, other); err != nil {
			t.Errorf("%s: another buyer: %v", when, err)
		}
		if got := ledgerOf(t, a); got != sum {
			t.Errorf("%s: the ledger has %d, had %d", when, got, sum)
		}
	}
	intact("erased", a)
	if err := a.Vault.ForgetLog(ctx); err != nil { // the program does so every hour
		t.Fatal(err)
	}
	if _, err := a.Vault.Integrate(ctx); err != nil {
		t.Fatal(err)
	}
	checkpoint, err := a.Vault.LatestCheckpoint(ctx)
	if err = errors.Join(err, os.WriteFile(kept, checkpoint, 0o600)); err != nil {
		t.Fatal(err)
	}
	backup, keys := filepath.Join(t.TempDir(), "new"), t.TempDir()
	if err := errors.Join(app.Backup(ctx, cfg, backup, io.Discard), app.BackupKeys(ctx, cfg, keys, io.Discard)); err != nil {
		t.Fatal(err)
	}
	s.secrets = secrets
	s.nothing("erased, while it is open", backup, keys)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	s.nothing("erased and closed")

	lose(t, cfg)
	if err := os.RemoveAll(filepath.Join(cfg.Data, "files")); err != nil {
		t.Fatal(err)
	}
	if err := app.Restore(ctx, cfg, old, io.Discard); err != nil {
		t.Fatalf("restore: %v", err)
	}
	a = openAt(t, cfg, later, box)
	if _, err := a.Privacy.FinishErasures(ctx); err != nil { // the restore ran by today's clock, when the performances are still to come
		t.Fatal(err)
	}
	if err := a.MyData.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	intact("restored", a)
	if err := a.Vault.ForgetLog(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	s.nothing("restored")
	var out bytes.Buffer
	if err := app.VerifyJournal(ctx, cfg, kept, &out); err != nil || !strings.Contains(out.String(), "restored on") ||
		!strings.Contains(out.String(), "the kept checkpoint is over entries that the restore") {
		t.Errorf("the journal after a restore: %v\n%s", err, out.String())
	}
}

// filled adds to a set the fields in which somebody has a value.
func filled(t *testing.T, a *app.App, seen map[vault.Field]bool) {
	t.Helper()
	if err := a.DB.Each(t.Context(), func(scan func(...any) error) error {
		var f vault.Field
		err := scan(&f)
		seen[f] = true
		return err
	}, `SELECT DISTINCT field FROM vault_field`); err != nil {
		t.Fatal(err)
	}
}

func openAt(t *testing.T, cfg app.Config, c clock.Clock, box *mail.Outbox) *app.App {
	t.Helper()
	cfg.TestBank.Enabled = true
	a, err := app.Open(t.Context(), cfg, app.Options{Clock: c, Outbox: box})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // closed twice at worst
	return a
}

// answerClaim answers what the canary wrote to the desk, and lets the letter go.
func answerClaim(t *testing.T, a *app.App, box *mail.Outbox) {
	t.Helper()
	ctx := t.Context()
	rs, err := a.Privacy.Requests(ctx, privacy.RequestFilter{Open: true}, 10)
	if err != nil || len(rs) != 1 {
		t.Fatalf("at the desk: %+v, %v", rs, err)
	}
	who := people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "desk@sahna.example"}
	id, _, err := a.People.MakeStaff(ctx, who, "correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	answer := privacy.Decision{Result: privacy.Granted, Text: "Исправили: " + canary.Surname + " " + canaryWords, Late: "our_mistake", Actor: "staff:" + id}
	if err := a.Desk.Decide(ctx, rs[0].ID, answer); err != nil {
		t.Fatal(err)
	}
	if err := a.Queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(box.Letters(), func(l mail.Kept) bool { return l.To == canary.Email && len(l.Attachments) == 1 }) {
		t.Error("no letter with the answer")
	}
}

// plant puts the canary into each kind of place, and the search must find it there.
func (s *search) plant() {
	s.t.Helper()
	ctx, cfg := s.t.Context(), officeAt(s.data, s.dsn)
	finds := func(where string, leaks []string) {
		s.t.Helper()
		if !slices.ContainsFunc(leaks, func(l string) bool { return strings.HasPrefix(l, where) }) {
			s.t.Errorf("a leak planted in %s was not found", where)
		}
	}
	hidden := base64.StdEncoding.EncodeToString([]byte("ab" + canary.Email))
	var places []string
	for _, root := range s.roots {
		info, err := os.Stat(root)
		if err != nil {
			s.t.Fatal(err)
		}
		if info.IsDir() {
			root = filepath.Join(root, "planted-in-"+filepath.Base(root))
		}
		f, err := os.OpenFile(root, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString(hidden)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			s.t.Fatal(err)
		}
		places = append(places, filepath.Base(root))
	}
	d, err := db.Open(ctx, string(cfg.Database))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, stmt := range []string{`CREATE TABLE planted (v BYTEA)`, `INSERT INTO planted (v) VALUES ($1)`} {
		var args []any
		if strings.Contains(stmt, "$1") {
			args = []any{[]byte(hidden)}
		}
		if _, err := d.Exec(ctx, stmt, args...); err != nil {
			s.t.Fatal(err)
		}
	}
	if s.dsn != "" {
		finds("PostgreSQL's log ", s.below())
	}
	backup := filepath.Join(s.t.TempDir(), "planted")
	if err := app.Backup(ctx, cfg, backup, io.Discard); err != nil {
		s.t.Fatal(err)
	}
	leaks, copied := s.leaks(), s.leaks(backup)
	for _, place := range places {
		finds(place, leaks)
	}
	if s.dsn == "" {
		finds("sahna.db", leaks) // or its log
		finds("sahna.db", copied)
	} else {
		finds("table planted", leaks)
		finds("sahna.pgdump", copied)
		if _, err := d.Exec(ctx, `DELETE FROM planted`); err != nil {
			s.t.Fatal(err)
		}
		finds("PostgreSQL's file of planted", s.below()) // a deleted row stays in its page
	}
	if err := d.Close(); err != nil {
		s.t.Fatal(err)
	}
}
