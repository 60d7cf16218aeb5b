package checkout_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/boxoffice/ticketpdf"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
	"github.com/sahna/sahna/internal/web/site/checkout"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// visit is a visitor's browser without scripts.
type visit struct {
	*banktest.World
	docs *document.Documents
	t    *testing.T
	log  *uitest.Log
	base string
	http *http.Client
}

func newVisit(t *testing.T, d *db.DB) *visit {
	t.Helper()
	w := banktest.New(t, d)
	u, log := uitest.NewAt(t, w.Clock, append(banktest.Messages()[1:], checkout.Messages, ticketpdf.Messages, document.Messages, upload.Messages)...)
	u.BaseURL = w.Server.URL
	u.Mount(w.Mux)
	docs := documenttest.Room(t, w.House, ocr.Reader{}, nil, t.TempDir(), nil)
	docs.Decided = w.Office.ProofDecided
	w.Privacy.SetHolders(privacy.HolderOfPeople(w.People), privacy.HolderOfDocuments(docs), w.Office)
	(&checkout.Door{
		UI: u, Catalog: w.Catalog, Office: w.Office, Privacy: w.Privacy, Documents: docs,
		Printer: ticketpdf.New(w.Office, w.Catalog, u.Operator, u.Bundle, w.Clock),
	}).Mount(w.Mux)
	w.Server.Config.Handler = u.Serve(w.Mux, u.SameOrigin)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visit{World: w, docs: docs, t: t, log: log, base: w.Server.URL, http: &http.Client{Jar: jar}}
}

// page is what came back.
type page struct {
	status int
	path   string
	body   string
	header http.Header
}

func (v *visit) read(res *http.Response, err error) page {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	p := page{res.StatusCode, res.Request.URL.Path, string(body), res.Header}
	if m := regexp.MustCompile(`\[(checkout|boxoffice|ui|privacy|people)\.[a-z_.]+\]`).FindString(p.body); m != "" {
		v.t.Errorf("%s: message %s is missing", p.path, m)
	}
	return p
}

func (v *visit) get(path string) page {
	v.t.Helper()
	return v.read(v.http.Get(v.base + path))
}

func (v *visit) post(path string, form url.Values) page {
	v.t.Helper()
	return v.read(v.http.PostForm(v.base+path, form))
}

func (v *visit) want(p page, status int, words ...string) {
	v.t.Helper()
	if p.status != status {
		v.t.Fatalf("%s: status %d, want %d\n%s", p.path, p.status, status, v.log)
	}
	for _, w := range words {
		if !strings.Contains(p.body, w) {
			v.t.Errorf("%s lacks %q", p.path, w)
		}
	}
}

// basket puts holds into the visitor's cookie, as the seat picker does.
func (v *visit) basket(holds ...boxoffice.Hold) {
	var parts []string
	for _, h := range holds {
		parts = append(parts, h.ID+"."+h.Secret)
	}
	u, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	v.http.Jar.SetCookies(u, []*http.Cookie{{Name: basketcookie.Name, Value: strings.Join(parts, ","), Path: "/"}})
}

// typed is a form filled in as it should be.
func (v *visit) typed() url.Values {
	version, err := v.Privacy.InForce(v.t.Context(), privacy.Policy)
	if err != nil {
		v.t.Fatal(err)
	}
	form := url.Values{
		"surname": {"Серікқызы"}, "name": {"Айгүл"}, "email": {"aigul@example.kz"}, "phone": {"8 701 123 45 67"},
		"provider": {"test"}, "version": {version.ID},
	}
	for _, s := range version.Scopes {
		if s.Required {
			form.Add("consent", s.Code)
		}
	}
	return form
}

func eachVisit(t *testing.T, fn func(t *testing.T, v *visit)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, newVisit(t, d)) })
}

var bankLink = regexp.MustCompile(`/pay/test/[0-9a-f-]{36}`)

func TestFromBasketToTicketWithoutScripts(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		v.basket(v.Hold(t, "1-1", "1-2"), v.HoldOf(t, v.Second.ID, "3-3"))
		v.want(v.get("/ru/basket"), 200, "Абай", "Ряд 1, место 1", "23\u00a0000\u00a0₸", "3 билета", "Дом искусств")
		v.want(v.get("/kk/basket"), 200, "1-қатар, 1-орын", "Өнер үйі")
		form := v.get("/ru/checkout")
		v.want(form, 200, "Вернём всё за 72 часа до начала.", "Оплатить 23\u00a0000\u00a0₸", `name="consent"`)
		if strings.Contains(form.body, "checked") && regexp.MustCompile(`type="checkbox"[^>]*checked`).MatchString(form.body) {
			t.Error("a consent is ticked beforehand")
		}
		bank := v.post("/ru/checkout", v.typed())
		v.want(bank, 200, "Тестовый банк", "23\u00a0000\u00a0₸")
		order := v.post(bankLink.FindString(bank.body), url.Values{"outcome": {"paid"}})
		v.want(order, 200, "Билеты ваши", "Ряд 1, место 2", "Ряд 3, место 3")
		if order.header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(order.body, "noindex") || order.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the order's address may leak: %v", order.header)
		}
		v.want(v.get("/ru/basket"), 200, "В корзине пусто")
		if pdf := v.get(order.path + "/tickets.pdf"); pdf.status != 200 || !strings.HasPrefix(pdf.body, "%PDF") {
			t.Errorf("PDF: status %d", pdf.status)
		}
		v.want(v.get(order.path+"/calendar.ics"), 200, "BEGIN:VEVENT", "SUMMARY:Абай")
		links := regexp.MustCompile(`/ru/ticket/[A-Z0-9]{10}/[\w-]+`).FindAllString(order.body, -1)
		if len(links) == 0 {
			t.Fatal("no tickets")
		}
		ticket := v.get(links[0])
		v.want(ticket, 200, "<svg", "Партер", "Вход A", "12+")
		v.want(v.get(links[0]+"/calendar.ics"), 200, "BEGIN:VEVENT")
		if pdf := v.get(links[0] + "/ticket.pdf"); pdf.status != 200 || !strings.HasPrefix(pdf.body, "%PDF") {
			t.Errorf("PDF: status %d", pdf.status)
		}
		for _, p := range []page{order, ticket} {
			for _, s := range []string{"Серікқызы", "Айгүл", "aigul@", "7011234567"} {
				if strings.Contains(p.body, s) {
					t.Errorf("%s shows %s", p.path, s)
				}
			}
		}
	})
}

func TestCheckoutComesBackWithWhatWasTypedAndWhatWasWrong(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		v.basket(v.Hold(t, "1-1"))
		form := v.typed()
		form.Set("email", `not "an" <address>`)
		form.Del("name")
		form.Set("surname", "Әбдіқұл")
		for lang, words := range map[string][]string{"kk": {"Рәсімдеу"}, "ru": {"Оформление"}, "en": {"Checkout"}} {
			p := v.post("/"+lang+"/checkout", form)
			v.want(p, 422, append(words, `value="Әбдіқұл"`, "8 701 123 45 67", `value="not &#34;an&#34; &lt;address&gt;"`, `id="f-email-error"`, `id="f-name-error"`)...)
			if n := strings.Count(p.body, "field-error"); n != 2 {
				t.Errorf("%s: %d errors at fields", lang, n)
			}
		}
		form = v.typed()
		form.Del("consent")
		v.want(v.post("/ru/checkout", form), 422, "Серікқызы")
		form = v.typed()
		form.Set("version", "0")
		v.want(v.post("/ru/checkout", form), 422, "Серікқызы")
		form = v.typed()
		form.Set("provider", "gold")
		v.want(v.post("/ru/checkout", form), 422, "Выберите способ оплаты.")
		v.want(v.post("/ru/checkout", v.typed()), 200, "Тестовый банк")
	})
}

// A new version comes while somebody fills in the form: they are asked again with everything typed still there, the old tick counts
// for nothing, and the seats stay theirs.
func TestAHoldLivesAcrossAMaterialVersion(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		ctx := t.Context()
		hold := v.Hold(t, "1-1")
		v.basket(hold)
		form := v.typed()
		v.Clock.Advance(time.Minute)
		draft, err := v.Privacy.NewDraft(ctx, privacy.Policy, privacy.OriginVersion, "staff:one")
		if err != nil {
			t.Fatal(err)
		}
		edit := func(actor string) privacy.Edit {
			now, err := v.Privacy.TextDraft(ctx, draft.ID)
			if err != nil {
				t.Fatal(err)
			}
			return privacy.Edit{Draft: draft.ID, Revision: now.Revision, Actor: actor}
		}
		for _, step := range []func() error{
			func() error {
				return v.Privacy.EditClause(ctx, edit("staff:one"), 5, i18n.Text{KK: "Жаңа мәтін.", RU: "Новый текст.", EN: "A new text."})
			},
			func() error { return v.Privacy.SetMaterial(ctx, edit("staff:one"), true) },
			func() error { return v.Privacy.Submit(ctx, edit("staff:one")) },
			func() error { _, err := v.Privacy.Publish(ctx, edit("staff:two"), time.Time{}); return err },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		p := v.post("/ru/checkout", form)
		v.want(p, 422, `value="Серікқызы"`, `value="aigul@example.kz"`, "8 701 123 45 67")
		if strings.Contains(p.body, `value="service" checked`) || strings.Contains(p.body, form.Get("version")) {
			t.Error("the old tick or the old version stands in the form")
		}
		if h, err := v.Office.FindHold(ctx, boxoffice.HoldKey{ID: hold.ID, Secret: hold.Secret}); err != nil || len(h.Items) != len(hold.Items) {
			t.Errorf("the hold: %+v %v", h, err)
		}
		v.want(v.post("/ru/checkout", v.typed()), 200, "Тестовый банк")
	})
}

func TestHoldThatIsOverIsSaid(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		v.basket(v.Hold(t, "1-1"))
		v.Clock.Advance(11 * time.Minute)
		v.want(v.post("/ru/checkout", v.typed()), 410, "В корзине пусто")
		v.basket(v.Hold(t, "1-1"))
		v.Clock.Advance(11 * time.Minute)
		v.want(v.get("/ru/basket"), 200, "места снова свободны")
		v.want(v.get("/ru/basket"), 200, "В корзине пусто")
		v.want(v.get("/ru/checkout"), 200, "В корзине пусто")
		v.want(v.post("/ru/checkout", v.typed()), 422)
	})
}

func TestBasketChangesTypesAndLetsGo(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		a, b := v.Hold(t, "1-1", "1-2"), v.HoldOf(t, v.Second.ID, "3-3")
		v.basket(a, b)
		v.want(v.post("/ru/basket/types", url.Values{"hold": {a.ID}, "type": {"child", "adult"}}), 200, "18\u00a0500\u00a0₸")
		for _, bad := range []url.Values{{}, {"hold": {a.ID}}, {"hold": {a.ID}, "type": {"king", "king"}}, {"hold": {"x"}, "type": {"child"}}} {
			if p := v.post("/ru/basket/types", bad); p.status < 400 || p.status >= 500 {
				t.Errorf("%v: status %d", bad, p.status)
			}
		}
		v.want(v.post("/ru/basket/remove", url.Values{"hold": {a.ID}}), 200, "5\u00a0000\u00a0₸")
		c, err := v.Office.Counts(t.Context(), []string{v.Performance.ID})
		if err != nil || c[v.Performance.ID].Held != 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestMoreTimeIsAskedForOnTheWay(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		a, b := v.Hold(t, "1-1", "1-2"), v.HoldOf(t, v.Second.ID, "3-3")
		v.basket(a, b)
		until := func() time.Duration {
			h, err := v.Office.FindHold(t.Context(), boxoffice.HoldKey{ID: b.ID, Secret: b.Secret})
			if err != nil {
				t.Fatal(err)
			}
			return h.ExpiresAt.Sub(b.MadeAt)
		}
		v.Clock.Advance(4 * time.Minute)
		v.want(v.get("/ru/basket"), 200, "Продлить время")
		v.want(v.post("/ru/basket/more-time", nil), 200, "10:00")
		v.Clock.Advance(9 * time.Minute)
		typed := v.typed()
		typed.Set("surname", "Бекова")
		v.want(v.post("/ru/checkout/more-time", typed), 200, "7:00", `value="Бекова"`)
		if got := until(); got != 20*time.Minute {
			t.Errorf("the hold lasts %s", got)
		}
		if p := v.get("/ru/checkout"); strings.Contains(p.body, "Продлить время") {
			t.Error("more time is offered though there is none")
		}
		v.want(v.post("/ru/basket/more-time", nil), 409, "Больше времени дать нельзя")
		v.Clock.Advance(7 * time.Minute)
		v.want(v.post("/ru/basket/more-time", nil), 200, "Время вышло")
	})
}

func TestDeclinedOrderIsPaidAgain(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		v.basket(v.Hold(t, "1-1"))
		bank := v.post("/en/checkout", v.typed())
		order := v.post(bankLink.FindString(bank.body), url.Values{"outcome": {"declined"}})
		v.want(order, 200, "The bank declined", "Pay 9\u00a0000\u00a0₸")
		v.want(v.get(order.path+"/status"), 200, `{"payment":"declined","status":"pending"}`)
		again := v.post(order.path+"/pay", url.Values{"provider": {"test"}})
		v.want(again, 200, "Test bank")
		v.want(v.post(bankLink.FindString(again.body), url.Values{"outcome": {"paid"}}), 200, "The ticket is yours")
		v.want(v.post(order.path+"/pay", url.Values{"provider": {"test"}}), 409, "can no longer be paid")
	})
}

func TestLatePaymentIsExplained(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		v.basket(v.Hold(t, "1-1"))
		bank := v.post("/en/checkout", v.typed())
		order := v.post(bankLink.FindString(bank.body), url.Values{"outcome": {"late"}})
		v.want(order, 200, "Waiting for payment")
		v.Clock.Advance(10*time.Minute + time.Second)
		v.want(v.get(order.path), 200, "The time to pay is over.")
		if _, err := v.Office.ExpireHolds(t.Context()); err != nil {
			t.Fatal(err)
		}
		v.want(v.get(order.path), 200, "the seats are on sale again", "/en/performance/"+v.Performance.ID)
		v.Hold(t, "1-1")
		v.Clock.Advance(2 * time.Minute)
		if err := v.Bank.DeliverDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		v.want(v.get(order.path), 200, "came late; the seats were taken", "giving this money back")
	})
}

func TestRefundedOrderAndVoidTicket(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		o := v.Paid(t, "1-1")
		k := o.Tickets[0]
		if err := v.Office.Refund(t.Context(), o.Code, "staff:1", ""); err != nil {
			t.Fatal(err)
		}
		v.want(v.get(o.URL("en")), 200, "Order cancelled", "Refund for the order")
		v.want(v.get("/en/ticket/"+k.Code+"/"+k.Secret), 200, "Ticket not valid")
		v.want(v.get("/en/ticket/"+k.Code+"/"+k.Secret+"/ticket.pdf"), 410)
		v.want(v.get(o.URL("en")+"/tickets.pdf"), 410)
	})
}

func TestCallbackProvesItself(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		o, p := v.Checkout(t, v.Hold(t, "1-1"))
		good := payments.Evidence{PaymentID: p.ID, Ref: p.Ref, TransactionID: db.NewID(), State: payments.Paid, Amount: p.Amount}
		send := func(e payments.Evidence, change func(*http.Request)) page {
			r, err := v.Bank.Signed(context.Background(), v.base+"/pay/test/callback", e)
			if err != nil {
				t.Fatal(err)
			}
			if change != nil {
				change(r)
			}
			return v.read(http.DefaultClient.Do(r))
		}
		if got := send(good, func(r *http.Request) { r.Header.Set("X-Testbank-Signature", "00") }); got.status != 403 {
			t.Errorf("wrong signature: %d", got.status)
		}
		stranger := good
		stranger.PaymentID = db.NewID()
		if got := send(stranger, nil); got.status != 404 {
			t.Errorf("unknown payment: %d", got.status)
		}
		cheap := good
		cheap.TransactionID, cheap.Amount = db.NewID(), money.Tenge(1)
		v.want(send(cheap, nil), 200, `{"code":0}`)
		if s := v.Order(t, o).Status; s != boxoffice.OrderPending {
			t.Fatalf("order is %s before any good callback", s)
		}
		for range 3 {
			v.want(send(good, nil), 200, `{"code":0}`)
		}
		if got := v.Order(t, o); got.Status != boxoffice.OrderPaid || len(got.Tickets) != 1 {
			t.Errorf("order is %s with %d tickets", got.Status, len(got.Tickets))
		}
	})
}

func TestStrangersFindNothing(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		o := v.Paid(t, "1-1")
		k := o.Tickets[0]
		for _, path := range []string{
			"/ru/order/" + o.Code + "/guess", "/ru/order/XXXX/" + o.Secret, "/ru/order/%00/%ff", "/ru/ticket/" + k.Code + "/guess",
			"/ru/ticket/%00/x", "/ru/order/" + o.Code + "/guess/tickets.pdf", "/ru/ticket/" + k.Code + "/guess/ticket.pdf", "/ru/order/" + o.Code + "/guess/calendar.ics",
		} {
			if p := v.get(path); p.status != 404 && p.status != 400 {
				t.Errorf("%s: status %d", path, p.status)
			}
		}
		for _, path := range []string{"/ru/order/" + o.Code + "/guess/pay", "/ru/pay/test/x"} {
			if p := v.post(path, url.Values{"provider": {"test"}}); p.status != 404 {
				t.Errorf("%s: status %d", path, p.status)
			}
		}
	})
}
