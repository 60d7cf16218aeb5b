// Package checkout is the buyer's way from the basket to the tickets.
//
// It owns the pages of basket, checkout, order and ticket, the files that hang
// on them (PDF, calendar), and the address where payment providers report. It
// promises that a form that fails comes back with everything typed, that every
// step works without JavaScript, and that pages with a secret in their address
// tell it to nobody. It decides nothing: rules are the box office's.
package checkout

import (
	"context"
	"embed"
	"net/http"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// Messages are the words of these pages.
//
//go:embed messages/*.toml
var Messages embed.FS

// Printer prints tickets; ticketpdf does.
type Printer interface {
	Tickets(ctx context.Context, lang i18n.Lang, tickets []boxoffice.Ticket) ([]byte, error)
}

// Door serves the pages.
type Door struct {
	UI      *ui.UI
	Catalog *catalog.Catalog
	Office  *boxoffice.Office
	Privacy *privacy.Privacy
	Printer Printer

	Documents *document.Documents // takes a representative's proof
}

// Mount puts the pages on their addresses.
func (d *Door) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{lang}/basket", d.basket)
	mux.HandleFunc("POST /{lang}/basket/types", d.setTypes)
	mux.HandleFunc("POST /{lang}/basket/remove", d.remove)
	mux.HandleFunc("POST /{lang}/basket/more-time", d.basketMoreTime)
	mux.HandleFunc("GET /{lang}/checkout", d.form)
	mux.HandleFunc("POST /{lang}/checkout/more-time", d.checkoutMoreTime)
	mux.HandleFunc("POST /{lang}/checkout", d.buy)
	mux.HandleFunc("GET /{lang}/refusal/{code}", private(d.refusal))
	mux.HandleFunc("GET /{lang}/order/{code}/{secret}", private(d.order))
	mux.HandleFunc("POST /{lang}/order/{code}/{secret}/pay", private(d.payAgain))
	mux.HandleFunc("GET /{lang}/order/{code}/{secret}/status", private(d.status))
	mux.HandleFunc("GET /{lang}/order/{code}/{secret}/tickets.pdf", private(d.orderPDF))
	mux.HandleFunc("GET /{lang}/order/{code}/{secret}/calendar.ics", private(d.orderCalendar))
	mux.HandleFunc("POST /{lang}/order/{code}/{secret}/pass", private(d.passOn))
	mux.HandleFunc("POST /{lang}/order/{code}/{secret}/take-back", private(d.takeBack))
	mux.HandleFunc("POST /{lang}/ticket/{code}/{secret}/pass", private(d.passOnTicket))
	mux.HandleFunc("GET /{lang}/ticket/pass/{secret}", private(d.takeForm))
	mux.HandleFunc("POST /{lang}/ticket/pass/{secret}", private(d.take))
	mux.HandleFunc("GET /{lang}/ticket/{code}/{secret}", private(d.ticket))
	const proof = "POST /{lang}/ticket/{code}/{secret}/proof"
	d.UI.Accept(proof, d.Documents.Gate.Limits.Body())
	mux.HandleFunc(proof, private(d.sendProof))
	mux.HandleFunc("POST /{lang}/ticket/{code}/{secret}/name-back", private(d.nameBack))
	mux.HandleFunc("GET /{lang}/ticket/{code}/{secret}/ticket.pdf", private(d.ticketPDF))
	mux.HandleFunc("GET /{lang}/ticket/{code}/{secret}/calendar.ics", private(d.ticketCalendar))
	for _, code := range d.Office.Providers() {
		mux.HandleFunc("POST /pay/"+code+"/callback", d.callback(code))
	}
}

// private keeps an address with a secret in it out of other sites' logs, of caches and of search engines.
func private(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		next(w, r)
	}
}

// page starts a page of this package.
func (d *Door) page(r *http.Request, title string) ui.Page {
	p := d.UI.Page(r, title)
	p.NoIndex = true
	p.Styles = []string{"checkout.css"}
	p.Scripts = []string{"checkout.js"}
	return p
}
