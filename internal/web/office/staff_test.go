package office

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

const staffPassword = "correct horse battery"

// desk is an employee at a browser of their own.
type desk struct {
	h       *house
	account string
	secret  string
	client  *http.Client
}

func (h *house) desk(t *testing.T, email string, roles ...people.Role) *desk {
	t.Helper()
	id, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Сейтқали", Name: "Гүлнұр", Email: email}, staffPassword, roles)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{h, id, secret, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if res, _ := d.post(t, "/en/office/sign-in", url.Values{"email": {email}, "password": {staffPassword}, "code": {d.digits(t)}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-in: %d", res.StatusCode)
	}
	return d
}

func (d *desk) digits(t *testing.T) string {
	t.Helper()
	d.h.Clock.Advance(31 * time.Second)
	code, err := totp.GenerateCode(d.secret, d.h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (d *desk) get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	return d.do(t, http.MethodGet, path, nil)
}

func (d *desk) post(t *testing.T, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	return d.do(t, http.MethodPost, path, form)
}

func (d *desk) do(t *testing.T, method, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.h.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// A role that is taken away closes the pages that were open with it, at the next request.
func TestARoleThatIsTakenAwayLosesItsOpenPagesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		boss := h.desk(t, "boss@example.kz", people.RoleAdmin)
		one := h.desk(t, "one@example.kz", people.RoleSupport, people.RoleDoor)
		path := "/en/office/orders/" + h.order.Code
		if res, _ := one.get(t, path); res.StatusCode != http.StatusOK {
			t.Fatalf("with the role: %d", res.StatusCode)
		}
		if res, _ := boss.post(t, "/en/office/staff/"+one.account+"/roles", url.Values{"roles": {"door"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("change of roles: %d", res.StatusCode)
		}
		if res, _ := one.get(t, path); res.StatusCode != http.StatusForbidden {
			t.Errorf("the page is still open: %d", res.StatusCode)
		}
		if res, body := one.post(t, path+"/contacts", url.Values{"purpose": {"help"}}); res.StatusCode != http.StatusForbidden || strings.Contains(body, "aigul@") {
			t.Errorf("the form of the open page still works: %d", res.StatusCode)
		}
		if res, _ := one.get(t, "/en/office/door"); res.StatusCode != http.StatusOK {
			t.Errorf("the role that stayed: %d", res.StatusCode)
		}
		if res, _ := boss.post(t, "/en/office/staff/"+one.account+"/end", url.Values{"sure": {"yes"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("end: %d", res.StatusCode)
		}
		if res, _ := one.get(t, "/en/office/door"); res.StatusCode != http.StatusSeeOther || !strings.Contains(res.Header.Get("Location"), "sign-in") {
			t.Errorf("who left is still in: %d", res.StatusCode)
		}
		if res, _ := one.post(t, "/en/office/door/invite", url.Values{"name": {"x"}}); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("who left still acts: %d", res.StatusCode)
		}
	})
}

// Every address of the office is asked by somebody who had all roles a moment ago: with one left only its own pages answer, and whoever
// left gets none.
func TestEveryPageClosesWithItsRole(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	boss := h.desk(t, "boss@example.kz", people.RoleAdmin)
	one := h.desk(t, "one@example.kz", people.Roles...)
	ask := func(pattern string) (*http.Response, string) {
		method, path, _ := strings.Cut(pattern, " ")
		return one.do(t, method, inBraces.ReplaceAllString(strings.Replace(path, "{lang}", "en", 1), "x"), url.Values{})
	}
	forbidden := func(res *http.Response) bool { return res.StatusCode == http.StatusForbidden }
	for _, p := range h.office.all() {
		if res, _ := ask(p.pattern); forbidden(res) {
			t.Errorf("%s is shut to somebody with all roles", p.pattern)
		}
	}
	if res, body := boss.post(t, "/en/office/staff/"+one.account+"/roles", url.Values{"roles": {"door"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("change of roles: %d %s", res.StatusCode, body)
	}
	shut := 0
	for _, p := range h.office.all() {
		res, _ := ask(p.pattern)
		if may := len(p.roles) == 0 || slices.Contains(p.roles, people.RoleDoor); forbidden(res) == may {
			t.Errorf("%s with the door alone: %d, its own: %t", p.pattern, res.StatusCode, may)
		} else if !may {
			shut++
		}
	}
	if res, _ := boss.post(t, "/en/office/staff/"+one.account+"/end", url.Values{"sure": {"yes"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("end: %d", res.StatusCode)
	}
	for _, p := range h.office.all() {
		res, _ := ask(p.pattern)
		if out := res.StatusCode == http.StatusUnauthorized || strings.Contains(res.Header.Get("Location"), "sign-in"); !out {
			t.Errorf("%s to who left: %d", p.pattern, res.StatusCode)
		}
	}
	if shut < 80 {
		t.Errorf("only %d pages were shut: the walk does not see them", shut)
	}
}

func TestWhatReachesFarAsksForTheSecondFactorAgain(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	boss := h.desk(t, "boss@example.kz", people.RoleAdmin)
	one := h.desk(t, "one@example.kz", people.RoleSupport)
	h.Clock.Advance(people.FreshFor)
	path := "/en/office/staff/" + one.account + "/roles"
	form := url.Values{"roles": {"support", "finance"}}
	res, body := boss.post(t, path, form)
	if res.StatusCode != http.StatusUnauthorized || strings.Count(body, `name="roles"`) != 2 {
		t.Fatalf("a stale factor: %d", res.StatusCode)
	}
	if e, _ := h.People.Employee(context.Background(), one.account); slices.Contains(e.Roles, people.RoleFinance) {
		t.Fatal("the role was changed without the factor")
	}
	form.Set(stepField, "000000")
	if res, _ := boss.post(t, path, form); res.StatusCode != http.StatusUnprocessableEntity && res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong code: %d", res.StatusCode)
	}
	form.Set(stepField, boss.digits(t))
	if res, _ := boss.post(t, path, form); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("with the factor: %d", res.StatusCode)
	}
	if e, _ := h.People.Employee(context.Background(), one.account); !slices.Contains(e.Roles, people.RoleFinance) {
		t.Error("the role was not changed")
	}
	// One after the other is work; eleven are opening in bulk.
	look := "/en/office/orders/" + h.order.Code + "/contacts"
	for i := range 10 {
		if res, _ := one.post(t, look, url.Values{"purpose": {"help"}}); res.StatusCode != http.StatusOK {
			t.Fatalf("look %d: %d", i, res.StatusCode)
		}
	}
	if res, body := one.post(t, look, url.Values{"purpose": {"help"}}); res.StatusCode != http.StatusUnauthorized || strings.Contains(body, "aigul@") {
		t.Errorf("the eleventh look: %d", res.StatusCode)
	}
	if res, body := one.post(t, look, url.Values{"purpose": {"help"}, stepField: {one.digits(t)}}); res.StatusCode != http.StatusOK || !strings.Contains(body, "aigul@") {
		t.Errorf("with the factor: %d", res.StatusCode)
	}
}

var joinAddress = regexp.MustCompile(`/office/join/\S+`)

// The administrator's work in a browser: a colleague is invited, a role waits for a second person, the colleague joins.
func TestStaffInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	boss := h.desk(t, "boss@example.kz", people.RoleAdmin, people.RoleAuditor)
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop.WithoutScript()} {
		lang := string(i18n.Langs[(i+1)%3])
		b := browsertest.Open(t, screen)
		look := func(name string) {
			t.Helper()
			b.Fits()
			b.Accessible()
			b.Shot("staff-" + name)
		}
		b.Go(h.url + "/" + lang + "/office/staff")
		b.Type("[name=email]", "boss@example.kz")
		b.Type("[name=password]", staffPassword)
		b.Type("[name=code]", boss.digits(t))
		b.Submit(".sign-in button")
		b.Go(h.url + "/" + lang + "/office/staff/new")
		look("new")
		b.Type("[name=surname]", "Жұмабаева")
		b.Type("[name=name]", "Сәуле")
		b.Type("[name=email]", "saule"+lang+"@example.kz")
		b.Click("[name=roles][value=support]")
		b.Click("[name=roles][value=officer]")
		h.Clock.Advance(people.FreshFor)
		b.Submit(".page-form button")
		look("step-up")
		b.Type("[name="+stepField+"]", boss.digits(t))
		b.Submit(".page-form button")
		look("employee")
		if !strings.Contains(b.URL(), "done=waits") {
			t.Fatalf("added, but at %s", b.URL())
		}
		b.Go(h.url + "/" + lang + "/office/staff")
		look("list")
		b.Go(h.url + "/" + lang + "/office/access")
		look("access")
		b.Go(h.url + "/" + lang + "/office/me")
		b.Submit("form[action$='/me/recovery'] button")
		look("recovery")
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		join := "" // the newest: a letter about the new codes may come after it
		for _, l := range h.Mails.All() {
			if at := joinAddress.FindString(l.Text); at != "" {
				join = html.UnescapeString(at)
			}
		}
		b.Go(h.url + "/" + lang + join)
		look("join")
		code, err := totp.GenerateCode(b.Text(".code"), h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Type("[name=password]", "four words are enough")
		b.Type("[name=code]", code)
		b.Submit(".sign-in button")
		look("joined")
	}
}
