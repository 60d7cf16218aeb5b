package office

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/packet"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// desked is an officer with a browser.
type desked struct {
	*browsertest.Browser
	h                   *house
	lang, email, secret string
}

func (h *house) desked(t *testing.T, screen browsertest.Screen, lang, email string) *desked {
	t.Helper()
	_, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Оспанов", Name: "Ерлан", Email: email, Phone: "+77010000002"},
		"correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	return &desked{browsertest.Open(t, screen), h, lang, email, secret}
}

// at signs in when the day's session is over, and opens a page.
func (c *desked) at(t *testing.T, path string) {
	t.Helper()
	c.Go(c.h.url + "/" + c.lang + path)
	if !strings.Contains(c.URL(), "/sign-in") {
		return
	}
	c.h.Clock.Advance(31 * time.Second)
	code, err := totp.GenerateCode(c.secret, c.h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	c.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), c.email))
	c.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
	c.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
	c.Submit(".sign-in button")
}

func (c *desked) set(name, value string) {
	browsertest.Eval[bool](c.Browser, fmt.Sprintf(`(e => { e.value = %q; return true })(document.querySelector('main [name=%s]'))`, value, name))
}

func (c *desked) look(name string) {
	c.Fits()
	c.Accessible()
	c.Shot(name)
}

// TestTheOfficersDayInABrowser is what the operator owes, done by an officer at a desk and a colleague with a phone: they review an
// organiser's document, give a disclosure sealed to its recipient, take an incident across Nauryz, answer one claim in time and one
// too late, and see a trap's alarm.
func TestTheOfficersDayInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	almaty := i18n.Zone(Zone)
	h.Clock.Set(time.Date(2027, 3, 19, 9, 50, 0, 0, almaty))
	one := h.desked(t, browsertest.Desktop, "ru", "one@example.kz")
	two := h.desked(t, browsertest.Phone.InDark(), "kk", "two@example.kz")
	one.reviewsADocument(t)
	one.givesADisclosure(t, two)

	h.Clock.Set(time.Date(2027, 3, 19, 10, 0, 0, 0, almaty))
	var claims []string
	one.at(t, "/office/requests/new")
	for _, text := range []string{"Прошу вернуть деньги за первый билет.", "Прошу вернуть деньги за второй билет."} {
		one.at(t, "/office/requests/new")
		for name, value := range map[string]string{
			"kind": "claim", "channel": "paper", "lang": "ru", "received": "2027-03-18T10:00",
			"surname": "Ким", "name": "Лев", "postal": "г. Алматы, ул. Сатпаева, 5", "text": text,
		} {
			one.set(name, value)
		}
		one.Submit("main .page-form button")
		number := one.URL()[len(one.URL())-10:]
		claims = append(claims, number)
	}
	one.look("claim-entered")

	one.at(t, "/office/incidents/new")
	one.set("title", "Список покупателей ушёл постороннему")
	one.Submit("main .page-form button")
	number := one.URL()[len(one.URL())-10:]
	page := "/office/incidents/" + number
	for name, value := range map[string]string{
		"nature_kk": "сатып алушылар тізімі бөтен адамға жіберілді", "nature_ru": "список покупателей отправлен постороннему", "approximate": "1",
		"consequences_kk": "алаяқтар жазуы мүмкін", "consequences_ru": "могут написать мошенники", "measures_kk": "файл жойылды", "measures_ru": "файл удалён", "tell": "yes",
	} {
		one.set(name, value)
	}
	one.Click("[name=categories][value=email]")
	one.look("incident-open")
	one.Submit("button[value=assess]")
	one.Submit(`form[action$="/notice/authority"] button`)
	two.at(t, page)
	two.look("incident-to-approve")
	two.Click("[name=sure]")
	two.Submit(`form[action$="/approve"] button`)

	h.Clock.Set(time.Date(2027, 3, 25, 9, 30, 0, 0, almaty))
	one.at(t, "/office")
	if today := one.Text(".today-duties"); !strings.Contains(today, "сегодня, лучше до 10:00") || browsertest.Eval[int](one.Browser, `document.querySelectorAll('.today-duties .badge-danger').length`) == 0 {
		t.Errorf("Today on the last day: %s", today)
	}
	one.look("today-red")
	two.at(t, "/office")
	two.look("today-red")
	one.at(t, page)
	one.set("channel", "portal")
	one.Submit(`form[action$="/deliver"] button`)
	one.Click(".incident-find summary")
	one.set("list", privacytest.Aigul().Email)
	one.Submit(`form[action$="/list"] button`)
	one.Submit(`form[action$="/notice/people"] button`)
	two.at(t, page)
	two.Click("[name=sure]")
	two.Submit(`form[action$="/approve"] button`)
	if sent, err := h.office.Incidents.Run(t.Context()); err != nil || sent != 1 {
		t.Errorf("%d letters, %v", sent, err)
	}
	one.at(t, page)
	one.set("closing", "Выгрузки уходят только названным получателям.")
	one.Submit(`form[action$="/close"] button`)
	one.look("incident-closed")
	two.at(t, page)
	two.look("incident-closed")
	one.at(t, "/office/incidents?show=all")
	one.look("incidents")
	i, err := h.office.Incidents.ByNumber(t.Context(), number)
	if err != nil || i.State != privacy.IncidentClosed || !i.Timers[0].InTime() || !i.Timers[0].Strict.Truncate(time.Minute).Equal(time.Date(2027, 3, 25, 10, 0, 0, 0, almaty)) {
		t.Errorf("the incident: %+v %v", i, err)
	}

	answer := func(number, late string) {
		one.at(t, "/office/requests/"+number)
		one.set("result", "granted")
		one.set("text", "Деньги возвращены на вашу карту.")
		if late != "" {
			one.look("claim-late")
			one.set("late", late)
		}
		one.Submit(`form[action$="/answer"] button`)
		one.look("claim-answered")
	}
	answer(claims[0], "")
	h.Clock.Set(time.Date(2027, 4, 5, 10, 0, 0, 0, almaty))
	answer(claims[1], "awaited_organiser")
	for n, want := range []bool{true, false} {
		r, err := h.Privacy.RequestByNumber(t.Context(), claims[n])
		if err != nil || r.Open() || r.InTime != want {
			t.Errorf("claim %s: in time %v, want %v; %v", claims[n], r.InTime, want, err)
		}
	}
	one.seesAnAlarm(t, two)
	one.looksAround(t)
}

// reviewsADocument accepts an organiser's certificate; its file is destroyed with the check.
func (c *desked) reviewsADocument(t *testing.T) {
	t.Helper()
	c.h.office.Documents.Reader = ocr.Reader{PDFToPPM: "pdftoppm"}
	sent := c.h.paper(t, document.KindRegistration, documenttest.PDF(t, documenttest.Certificate))
	c.at(t, "/office/documents")
	c.look("day-documents")
	c.at(t, "/office/documents/"+sent.ID)
	c.Submit("form[action$='/look'] button")
	c.look("day-document")
	c.Submit("button[value=accepted]")
	c.look("day-document-checked")
	d, err := c.h.office.Documents.Find(t.Context(), sent.ID)
	if err != nil || d.Result != document.Accepted {
		t.Errorf("the document: %+v, %v", d, err)
	}
}

// givesADisclosure enters a state body's request, has it approved by a colleague, downloads the packet, and opens it as its recipient.
func (c *desked) givesADisclosure(t *testing.T, colleague *desked) {
	t.Helper()
	pub, priv, err := packet.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	c.at(t, "/office/disclosures/new")
	for name, value := range map[string]string{
		"ground": "law_enforcement", "body": "Алматы қаласының полиция департаменті", "official": "Майор С. Тестов", "contact": "+7 727 254 40 11",
		"their_no": "7-12/345", "their_date": "2027-03-18", "text": "Кто купил места на этот вечер, по делу 12.",
	} {
		c.set(name, value)
	}
	c.look("day-disclosure-new")
	c.Submit("main .page-form button")
	_, path, _ := strings.Cut(c.URL(), "/"+c.lang+"/")
	path = "/" + path
	scan := filepath.Join(t.TempDir(), "request.pdf")
	if err := os.WriteFile(scan, letterOnPaper(t), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Do(chromedp.SetUploadFiles(chromedp.CSS("main [name=file]"), []string{scan}))
	c.Submit(`form[action$="/file"] button`)
	c.set("who", c.h.order.Code)
	c.Click("[name=need][value=identity]")
	c.Click("[name=need][value=contact]")
	c.Submit(`form[action$="/choose"] button`)
	c.set("public_key", pub)
	c.look("day-disclosure-work")
	c.Submit(`form[action$="/propose"] button`)
	if browsertest.Eval[bool](c.Browser, `!!document.querySelector('form[action$="/approve"]')`) {
		t.Error("who proposed may approve")
	}
	colleague.at(t, path)
	colleague.look("day-disclosure-second")
	colleague.Submit(`form[action$="/approve"] button`)
	colleague.look("day-disclosure-given")
	c.at(t, path)
	sealed := c.downloads(t, `form[action$="/packet"]`)
	plain, err := packet.Open(priv, sealed)
	if err != nil || !strings.HasPrefix(string(plain), "PK") {
		t.Fatalf("the recipient cannot open it: %v", err)
	}
	c.Submit(`form[action$="/handed"] button`)
	c.look("day-disclosure-handed")
	c.at(t, "/office/disclosures?state=handed")
	c.look("day-disclosures")
}

// downloads sends a form as its button does, and returns the file that comes.
func (c *desked) downloads(t *testing.T, form string) []byte {
	t.Helper()
	browsertest.Eval[bool](c.Browser, fmt.Sprintf(`(window.file = '', fetch(document.querySelector(%q).action, {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}})
		.then(r => r.arrayBuffer()).then(b => { document.body.dataset.file = btoa(Array.from(new Uint8Array(b), x => String.fromCharCode(x)).join('')) }), true)`, form))
	c.Wait("body[data-file]")
	body, err := base64.StdEncoding.DecodeString(browsertest.Eval[string](c.Browser, `document.body.dataset.file`))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// seesAnAlarm: a colleague opens a record that belongs to nobody, and the officer's Today turns red.
func (c *desked) seesAnAlarm(t *testing.T, colleague *desked) {
	t.Helper()
	c.at(t, "/office/traps")
	c.set("count", "3")
	c.Submit("main .page-form button")
	colleague.at(t, "/office/orders/"+c.h.trapOrder(t).Code)
	colleague.set("purpose", browsertest.Eval[string](colleague.Browser, `document.querySelector('main select[name=purpose] option:nth-child(2)').value`))
	colleague.Submit(`form[action$="/contacts"] button`)
	colleague.look("day-trap-opened")
	c.at(t, "/office")
	if !strings.Contains(c.Text(".notice-danger"), "открыл запись-ловушку") {
		t.Errorf("Today's alarm: %q", c.Text(".notice-danger"))
	}
	c.look("day-alarm")
	c.at(t, "/office/traps")
	c.look("day-alarms")
}

// looksAround opens every page of the day once more, in English.
func (c *desked) looksAround(t *testing.T) {
	t.Helper()
	c.lang = "en"
	for _, page := range []string{"documents", "disclosures", "grounds", "transfers", "requests", "incidents", "enquiries", "operations", "traps"} {
		c.at(t, "/office/"+page)
		if browsertest.Eval[bool](c.Browser, `!!document.querySelector('.failure')`) {
			t.Errorf("%s does not open", page)
		}
		c.look("day-en-" + page)
	}
}
