package checkout_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// seatPicker stands in for the page where seats are chosen: it holds some and leads to the basket.
func (v *visit) seatPicker() {
	v.Mux.HandleFunc("GET /{lang}/pick", func(w http.ResponseWriter, r *http.Request) {
		h := v.Hold(v.t, "1-5", "1-6")
		second := v.HoldOf(v.t, v.Second.ID, "3-"+r.URL.Query().Get("seat"))
		basketcookie.Set(w, r, []boxoffice.HoldKey{{ID: h.ID, Secret: h.Secret}, {ID: second.ID, Secret: second.Secret}})
		http.Redirect(w, r, "/"+r.PathValue("lang")+"/basket", http.StatusSeeOther)
	})
}

func TestBuyInABrowser(t *testing.T) {
	for lang, screen := range map[string]browsertest.Screen{
		"kk": browsertest.Phone, "ru": browsertest.Desktop, "en": browsertest.Phone.InDark(), "ru ": browsertest.Desktop.InDark(), "kk ": browsertest.Phone.WithoutScript(),
	} {
		t.Run(screen.Name, func(t *testing.T) {
			v := newVisit(t, dbtest.Open(t, db.SQLite))
			v.seatPicker()
			v.walk(browsertest.Open(t, screen), lang[:2])
		})
	}
}

// look checks and pictures the page that a browser shows.
func look(b *browsertest.Browser, name string) {
	b.Fits()
	b.Accessible()
	b.Shot(name)
}

// walk buys as a person does, with a mistake on the way, and looks at every page.
func (v *visit) walk(b *browsertest.Browser, lang string) {
	site := v.base + "/" + lang
	b.Go(site + "/basket")
	look(b, "basket-empty")
	b.Go(site + "/pick?seat=3")
	look(b, "basket")
	b.Submit(".sum .button")
	look(b, "checkout")
	b.Type("#f-surname", "Серікқызы")
	b.Type("#f-email", "aigul@")
	b.Submit("aside .button")
	look(b, "checkout-errors")
	if got := b.Text(".field-wrong .field-error"); got == "" {
		v.t.Error("no word beside the field")
	}
	v.Clock.Advance(2 * time.Minute)
	b.Submit(".clock-bar .button")
	look(b, "checkout-more-time")
	b.Type("#f-name", "Айгүл")
	b.Type("#f-email", "aigul@example.kz")
	b.Type("#f-phone", "8 701 123 45 67")
	b.Do(chromedp.Click(chromedp.CSS("#f-consent-service")))
	b.Submit("aside .button")
	look(b, "bank")
	b.Submit("button.declined")
	look(b, "order-declined")
	b.Submit(".sum .button")
	b.Submit("button.paid")
	look(b, "order-paid")
	b.Submit(".stub-face")
	look(b, "ticket")
}
