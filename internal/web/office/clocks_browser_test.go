package office

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
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

// An officer and a colleague take an incident across Nauryz, and answer one claim in time and one too late.
func TestTheOfficersClocksInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	almaty := i18n.Zone(Zone)
	h.Clock.Set(time.Date(2027, 3, 19, 10, 0, 0, 0, almaty))
	one := h.desked(t, browsertest.Desktop, "ru", "one@example.kz")
	two := h.desked(t, browsertest.Phone, "kk", "two@example.kz")

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
}
