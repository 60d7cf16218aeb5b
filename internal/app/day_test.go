package app_test

import (
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// TestADayOfAPersonAndOfTheOfficer goes through what people are owed, in browsers: a person on a phone registers, reads the policy in
// three languages, buys, sees who looked, downloads, corrects, blocks, withdraws and erases; the officer at a desk publishes a version
// with a material change with a colleague, answers three requests, and looks at what the night will destroy.
func TestADayOfAPersonAndOfTheOfficer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "demo")
	yearsAgo(t, data)
	p := apptest.StartDemo(t, data, "", "")
	person := day{t: t, p: p, b: browsertest.Open(t, browsertest.Phone), lang: "kk", prefix: "day-"}
	person.registers()
	person.reads()
	person.buys()
	officer := day{t: t, p: p, b: browsertest.Open(t, browsertest.Desktop), lang: "ru", prefix: "officer-"}
	officer.signsIn(p.Staff.Email, p.Staff.Password, p.Staff.TOTPSecret)
	email, secret := officer.hasAColleague()
	colleague := day{t: t, p: p, b: browsertest.Open(t, browsertest.Desktop.InDark()), lang: "en", prefix: "officer-"}
	colleague.signsIn(email, "correct horse battery", secret)
	at := officer.writesAVersion()
	colleague.publishes(at)
	person.isAskedAgain()
	officer.answers(colleague)
	officer.previewsTheNight()
	person.usesEveryRight()
	atADesk := day{t: t, p: p, b: browsertest.Open(t, browsertest.Desktop), lang: "en", prefix: "desk-"}
	atADesk.comesBack()
	person.erases()
}

type day struct {
	t      *testing.T
	p      *apptest.Program
	b      *browsertest.Browser
	lang   string
	prefix string
}

func (d day) url(path string) string { return d.p.URL + "/" + d.lang + path }

func (d day) look(name string) {
	d.t.Helper()
	d.b.Shot(d.prefix + name)
	d.b.Fits()
	d.b.Accessible()
}

func (d day) at(path string) {
	d.t.Helper()
	u, err := url.Parse(d.b.URL())
	if err != nil || !strings.HasPrefix(u.Path, "/"+d.lang+path) {
		d.t.Fatalf("at %s, want %s", d.b.URL(), path)
	}
}

// fill sets fields, whatever stood in them.
func (d day) fill(values map[string]string) {
	d.t.Helper()
	for name, value := range values {
		at := `main [name="` + name + `"]`
		d.b.Wait(at)
		browsertest.Eval[bool](d.b, `(document.querySelector('`+at+`').value = '', true)`)
		d.b.Do(chromedp.SendKeys(chromedp.CSS(at), value))
	}
}

// choose sets a select.
func (d day) choose(name, value string) {
	d.t.Helper()
	browsertest.Eval[bool](d.b, `(document.querySelector('main select[name="`+name+`"]').value = '`+value+`', true)`)
}

var sixDigitsOf = regexp.MustCompile(`\b\d{3} \d{3}\b`)

// code waits for the newest letter to an address that carries a code other than the one before.
func (d day) code(to, before string) (code string) {
	d.t.Helper()
	c := apptest.NewClient(d.p.URL)
	eventually(d.t, "a letter with a code", func() bool {
		a, err := c.Do("GET", "/"+d.lang+"/outbox", nil, "")
		if err != nil {
			return false
		}
		for _, entry := range strings.Split(string(a.Body), "<li>") {
			if strings.Contains(entry, to) {
				code = sixDigitsOf.FindString(entry)
				return code != "" && code != before
			}
		}
		return false
	})
	return code
}

const dayEmail, dayPassword = "aruzhan@sahna.example", "үш көк қоян жүгірді"

func (d day) registers() {
	d.b.Go(d.url("/account/register"))
	d.fill(map[string]string{"surname": "Серікқызы", "name": "Аружан", "email": dayEmail, "password": dayPassword})
	d.look("01-register")
	d.b.Click("input[name=consents][value=service]")
	d.b.Click("input[name=consents][value=marketing_email]")
	d.b.Submit("form[action$='/account/register'] button[type=submit]")
	d.fill(map[string]string{"code": d.code(dayEmail, "")})
	d.look("02-code")
	d.b.Submit("form[action$='/account/code'] button")
	d.at("/account")
}

func (d day) reads() {
	for _, lang := range []string{"kk", "ru", "en"} {
		d.b.Go(d.p.URL + "/" + lang + "/page/privacy")
		d.look("03-policy-" + lang)
	}
}

func (d day) buys() {
	d.b.Go(d.url("/performance/" + d.p.Performances["theatre"]))
	d.b.Submit(".seats-best button[type=submit]")
	d.b.Submit(".sum .button")
	d.fill(map[string]string{"surname": "Серікқызы", "name": "Аружан", "email": dayEmail, "phone": "8 701 123 45 67"})
	if browsertest.Eval[bool](d.b, `!!document.querySelector('#f-consent-service:not(:checked)')`) {
		d.b.Click("#f-consent-service")
	}
	d.look("04-checkout")
	d.b.Submit("aside .button")
	d.b.Submit("button.paid")
	d.at("/order/")
}

func (d day) signsIn(email, password, secret string) {
	d.b.Go(d.url("/office"))
	digits, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	d.fill(map[string]string{"email": email, "password": password, "code": digits})
	d.b.Submit("main button[type=submit]")
	d.at("/office")
}

// hasAColleague makes a second officer as an operator does: by the command line.
func (d day) hasAColleague() (email, secret string) {
	email = "dana@sahna.example"
	cmd := exec.Command(apptest.Binary(d.t), "staff", "add", "--data", d.p.Data, "--email", email, "--surname", "Әлиева", "--name", "Дана", "--role", "officer")
	cmd.Stdin = strings.NewReader("correct horse battery\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("staff add: %v\n%s", err, out)
	}
	_, secret, _ = strings.Cut(string(out), "second factor: ")
	return email, strings.TrimSpace(secret)
}

func (d day) writesAVersion() (at string) {
	d.b.Go(d.url("/office/policies"))
	d.look("01-policies")
	d.b.Submit(`form[action$="/policies/drafts"] button[value=version]`)
	at = d.b.URL()
	d.b.Go(at + "/clauses/6")
	d.fill(map[string]string{"text.kk": "Жаңа мәтін.", "text.ru": "Новый текст.", "text.en": "A new text."})
	d.look("02-clause")
	d.b.Submit(`main form[action$="/clauses/6"] button`)
	d.b.Submit(`form[action$="/material"] button`)
	d.look("03-draft")
	d.b.Submit(`form[action$="/submit"] button`)
	if browsertest.Eval[bool](d.b, `!!document.querySelector('form[action$="/publish"]')`) {
		d.t.Error("the writer may publish alone")
	}
	_, path, _ := strings.Cut(at, "/office/")
	return "/office/" + path
}

func (d day) publishes(at string) {
	d.b.Go(d.url(at))
	d.look("04-review")
	d.b.Submit(`form[action$="/publish"] button`)
	d.at("/office/policies")
	d.look("05-published")
}

func (d day) isAskedAgain() {
	d.b.Go(d.url("/account"))
	d.at("/account/policy")
	d.look("05-asked-again")
	d.b.Click("main input[name=consents][value=service]")
	d.b.Submit(`form[action$="/account/policy"] button`)
	d.at("/account")
}

// answers takes three requests that came on paper: access and a claim are answered alone, an erasure by two.
func (d day) answers(colleague day) {
	for _, kind := range []string{"access", "claim", "erase"} {
		d.b.Go(d.url("/office/requests/new"))
		d.choose("kind", kind)
		d.choose("channel", "paper")
		d.fill(map[string]string{
			"surname": "Омаров", "name": "Берік", "email": "berik@sahna.example", "phone": "+77017654321",
			"text": "Прошу ответить на моё обращение.",
		})
		d.b.Submit(`form[action$="/requests/new"] button`)
		d.look("06-request-" + kind)
		at := d.b.URL()
		d.choose("result", map[string]string{"access": "granted", "claim": "refused", "erase": "granted"}[kind])
		if kind == "claim" {
			browsertest.Eval[bool](d.b, `(document.querySelector('select[name=ground]').selectedIndex = 1, true)`)
			d.fill(map[string]string{"text": "Билет использован: проход отмечен в день показа."})
		}
		d.b.Submit(`form[action$="/answer"] button`)
		if kind == "erase" {
			_, path, _ := strings.Cut(at, "/office/")
			colleague.b.Go(colleague.url("/office/" + path))
			colleague.look("07-second-person")
			colleague.b.Click(`input[name=sure]`)
			colleague.b.Submit(`form[action$="/approve"] button`)
			d.b.Go(at)
		}
		if !browsertest.Eval[bool](d.b, `!!document.querySelector('a[href$="/letter"]')`) {
			d.t.Errorf("the %s has no letter", kind)
		}
		d.look("08-answered-" + kind)
	}
	d.b.Go(d.url("/office/requests"))
	d.look("09-desk")
	d.b.Go(d.url("/office/counter"))
	d.look("10-counter")
}

// previewsTheNight sees on Today how much is due, and behind it for which purposes, and that holds and blocks are left alone.
func (d day) previewsTheNight() {
	d.b.Go(d.url("/office"))
	if line := d.b.Text(".today-night"); !strings.Contains(line, "данных 5 человек") || !strings.Contains(line, "целиком исчезнут: 4") || !strings.Contains(line, "Старых обращений: 1") {
		d.t.Errorf("Today says of the night: %s", line)
	}
	d.look("10-today")
	d.b.Submit(".today-night a")
	d.at("/office/retention")
	page := d.b.Text("main")
	for _, want := range []string{"реклама", "под запретом 1, заблокированы 1", "дело № 12/2026"} {
		if !strings.Contains(page, want) {
			d.t.Errorf("the preview does not say %q:\n%s", want, page)
		}
	}
	d.look("11-night")
}

func (d day) usesEveryRight() {
	d.b.Go(d.url("/account/data"))
	d.look("06-data")
	if !strings.Contains(d.b.Text(".own-looks:not(.own-received)"), "Сіз") {
		d.t.Error("the journal does not tell who did what")
	}
	d.b.Submit(`form[action$="/data/download"] button`)
	d.look("07-download")
	eventually(d.t, "the copy", func() bool {
		d.b.Go(d.url("/account/data/download"))
		return browsertest.Eval[bool](d.b, `!!document.querySelector('a[href$="my-data.zip"]')`)
	})
	d.look("08-copy")
	d.b.Go(d.url("/account/data/correct"))
	d.fill(map[string]string{"name": "Аружан-Әсем"})
	d.look("09-correct")
	d.b.Submit(`form[action$="/correct"] button`)
	d.at("/account/data")
	d.b.Submit(`form[action$="/data/block"] button`)
	d.look("10-blocked")
	d.b.Submit(`form[action$="/data/unblock"] button`)
	d.b.Submit(`form[action$="/marketing_email/withdraw"] button`)
	d.look("11-withdrawn")
	d.b.Submit(`form[action$="/service/withdraw"] button`)
	d.look("12-refused")
	for _, page := range []string{"/account/data/object", "/account/email", "/page/my-data", "/page/claim"} {
		d.b.Go(d.url(page))
		d.look("13-" + strings.ReplaceAll(strings.Trim(page, "/"), "/", "-"))
	}
}

// comesBack signs the same person in on another screen, in another language, and looks at the pages that answer for their data.
func (d day) comesBack() {
	d.b.Go(d.url("/account/sign-in"))
	d.fill(map[string]string{"email": dayEmail, "password": dayPassword})
	d.b.Submit(`form[action$="/account/sign-in"] button[value=password]`)
	for i, page := range []string{"/account", "/account/data", "/account/data/object", "/account/data/delete", "/page/my-data", "/page/claim"} {
		d.b.Go(d.url(page))
		d.at(page)
		d.look(strconv.Itoa(i+1) + "-" + strings.ReplaceAll(strings.Trim(page, "/"), "/", "-"))
	}
	d.b.Go(d.url("/account/data"))
	if !strings.Contains(d.b.Text(".own-received"), "Kazakhstan") {
		d.t.Error("my data does not tell who received it")
	}
	d.b.Submit(`#consents a[href*="/receipts/"]`)
	d.look("7-receipt")
}

func (d day) erases() {
	d.b.Go(d.url("/account/data/delete"))
	d.look("14-delete")
	d.fill(map[string]string{"password": dayPassword})
	d.b.Submit(`form[action$="/data/delete"] button`)
	d.look("15-erased")
	d.b.Go(d.url("/account/data"))
	d.at("/account/sign-in")
}
