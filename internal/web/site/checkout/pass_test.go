package checkout_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

var passAddress = regexp.MustCompile(`/(?:kk|ru|en)/ticket/pass/[A-Za-z0-9_-]{20,}`)

// taken is a form of a ticket's new holder, filled in as it should be.
func (v *visit) taken() url.Values {
	form := v.typed()
	form.Set("email", "bota@example.kz")
	form.Del("phone")
	form.Del("provider")
	return form
}

func TestATicketIsPassedOnByALinkWithoutScripts(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		o := v.Paid(t, "1-1", "1-2")
		order, code := "/ru/order/"+o.Code+"/"+o.Secret, o.Tickets[0].Code
		v.want(v.get(order), 200, "Передать")
		p := v.post(order+"/pass", url.Values{"ticket": {code}})
		v.want(p, 200, "Отправьте эту ссылку")
		link := passAddress.FindString(p.body)
		if link == "" || strings.Contains(p.path, link) {
			t.Fatal("no link, or it stands in the address")
		}
		v.want(v.get(order), 200, "билет ещё не взяли", "Забрать обратно")
		p = v.get(link)
		v.want(p, 200, "Этот билет для вас")
		if strings.Contains(p.body, code) || strings.Contains(p.body, o.Tickets[0].Secret) || strings.Contains(p.body, o.Code) {
			t.Error("the link shows the buyer's code or order")
		}
		bad := v.taken()
		bad.Del("consent")
		bad.Set("email", "bota@")
		v.want(v.post(link, bad), 422, "bota@")
		p = v.post(link, v.taken())
		v.want(p, 200)
		if !strings.HasPrefix(p.path, "/ru/ticket/") || strings.Contains(p.body, code) {
			t.Fatalf("after taking: %s", p.path)
		}
		held := p.path
		v.want(v.get(link), 410)
		p = v.get(order)
		v.want(p, 200, "Передан")
		for _, secret := range []string{"bota@", "Бота", code} {
			if strings.Contains(p.body, secret) {
				t.Errorf("the buyer's page shows %q", secret)
			}
		}
		mine := v.get(held)
		v.want(mine, 200, "Этот билет вам передали")
		if strings.Contains(mine.body, held+"/pass") {
			t.Error("the holder is offered to pass the ticket on")
		}
		v.want(v.post(held+"/pass", nil), 409, "дальше его не передают")
		for _, c := range []string{code, strings.Split(held, "/")[3]} { // neither the old ticket nor the holder's is the buyer's to offer
			if p := v.post(order+"/pass", url.Values{"ticket": {c}}); p.status != 404 {
				t.Errorf("the buyer offers %s anew: %d", c, p.status)
			}
		}
		v.want(v.get(held), 200, "Этот билет вам передали")
		own := "/ru/ticket/" + o.Tickets[1].Code + "/" + o.Tickets[1].Secret
		if p := v.get(own); strings.Contains(p.body, "data-share") || !strings.Contains(p.body, own+"/pass") {
			t.Error("the ticket's page offers its own link beside passing on")
		}
		if p := v.post(own+"/pass", nil); p.status != 200 || passAddress.FindString(p.body) == "" || strings.Contains(p.body, o.Secret) {
			t.Errorf("passing on from the ticket's page: %d", p.status)
		}
		if p := v.post(order+"/take-back", url.Values{"ticket": {code}}); p.status != 404 {
			t.Errorf("take back what was taken: %d", p.status)
		}
		v.want(v.get("/ru/ticket/"+code+"/"+o.Tickets[0].Secret), 200, "не действует")
		for _, path := range []string{"/ru/order/" + o.Code + "/guess/pass", "/ru/order/" + o.Code + "/guess/take-back"} {
			if p := v.post(path, url.Values{"ticket": {o.Tickets[1].Code}}); p.status != 404 {
				t.Errorf("%s by a stranger: %d", path, p.status)
			}
		}
		if p := v.get("/ru/ticket/pass/guess"); p.status != 410 && p.status != 404 {
			t.Errorf("a guessed link: %d", p.status)
		}
	})
}

func TestATicketIsPassedOnInABrowser(t *testing.T) {
	for lang, screen := range map[string]browsertest.Screen{"kk": browsertest.Phone, "ru": browsertest.Desktop, "en": browsertest.Phone.InDark().WithoutScript()} {
		v := newVisit(t, dbtest.Open(t, db.SQLite))
		o := v.Paid(t, "1-1", "1-2")
		b := browsertest.Open(t, screen)
		order := v.base + "/" + lang + "/order/" + o.Code + "/" + o.Secret
		b.Go(order)
		look(b, "pass-order")
		b.Submit("form[action$='/pass'] button")
		look(b, "pass-link")
		link := html.UnescapeString(b.Text(".pass-link"))
		b.Go(order)
		look(b, "pass-waits")
		b.Go(link)
		look(b, "pass-take")
		b.Type("[name=surname]", "Жақсылық")
		b.Type("[name=name]", "Бота")
		b.Type("[name=email]", "bota@example.kz")
		b.Click("[name=consent][value=service]")
		b.Submit(".page-form button[type=submit]")
		look(b, "pass-ticket")
		if !strings.Contains(b.URL(), "/ticket/") || strings.Contains(b.URL(), "/pass/") {
			t.Fatalf("taken, but at %s", b.URL())
		}
		b.Go(order)
		look(b, "pass-passed")
	}
}
