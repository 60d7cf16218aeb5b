package checkout_test

import (
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

var refusalLink = regexp.MustCompile(`/en/refusal/([A-Z0-9]{10})`)

func TestWhoIsRefusedByALimitReadsWhyAndHowToObject(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		ctx := t.Context()
		if err := v.Office.SetLimits(ctx, v.Event.ID, "staff:1", boxoffice.Limits{boxoffice.LimitContact: 2, boxoffice.LimitCard: 2}); err != nil {
			t.Fatal(err)
		}
		v.Clock.Advance(time.Second)
		v.Paid(t, "1-1", "1-2")
		v.basket(v.HoldOf(t, v.Second.ID, "1-3"))
		form := v.post("/en/checkout", v.typed())
		v.want(form, 409, "No more than 2 tickets for one e-mail address or phone", "Counted already: 2; in this order: 1", `value="aigul@example.kz"`)
		link := refusalLink.FindStringSubmatch(form.body)
		if link == nil {
			t.Fatal("no way to the reasons")
		}
		v.want(v.get(link[0]), 200, "all dates of this event together", "A program decided this", "Take fewer tickets", "/en/page/claim?about="+link[1]+"&amp;kind=objection")
		v.want(v.get("/kk/refusal/"+link[1]), 200, "Адамның қарауын сұрау")
		v.want(v.get("/ru/refusal/"+link[1]), 200, "Попросить человека посмотреть")
		v.want(v.get("/en/refusal/CCCCCCCCCC"), 404)

		person, err := v.People.NewPerson(ctx)
		if err != nil {
			t.Fatal(err)
		}
		req, err := v.Privacy.Open(ctx, privacy.NewRequest{Person: person, Kind: privacy.RequestObjection, Channel: "site", Lang: i18n.EN})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Office.Objected(ctx, link[1], req.ID); err != nil {
			t.Fatal(err)
		}
		v.want(v.get(link[0]), 200, "Your objection "+req.Number)
		if err := v.Office.Lift(ctx, link[1], "staff:1", 1); err != nil {
			t.Fatal(err)
		}
		v.want(v.get(link[0]), 200, "allow you tickets above the limit: 1")
		// The contact may now; the card of the first order has room for two, and a third ticket goes back.
		bank := v.post("/en/checkout", v.typed())
		v.want(v.post(bankLink.FindString(bank.body), url.Values{"outcome": {"paid"}, "card": {"1111"}}), 200, "The ticket is yours")
	})
}

func TestACardBeyondItsLimitIsExplainedOnTheOrder(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		if err := v.Office.SetLimits(t.Context(), v.Performance.ID, "staff:1", boxoffice.Limits{boxoffice.LimitCard: 1}); err != nil {
			t.Fatal(err)
		}
		v.Clock.Advance(time.Second)
		v.basket(v.Hold(t, "1-1", "1-2"))
		bank := v.post("/en/checkout", v.typed())
		v.want(bank, 200, "Test card")
		order := v.post(bankLink.FindString(bank.body), url.Values{"outcome": {"paid"}, "card": {"2222"}})
		v.want(order, 200, "More tickets than the organiser allows were paid for: 18\u00a0000\u00a0₸", "Why, and how to object")
		link := refusalLink.FindString(order.body)
		v.want(v.get(link), 200, "One card may pay for 1 ticket at most", "The money goes back to the card whole")
	})
}
