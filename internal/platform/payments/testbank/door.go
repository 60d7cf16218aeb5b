package testbank

import (
	"context"
	_ "embed"
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/payments"
)

//go:embed bank.css
var style []byte

const maxForm = 4 << 10

// Mount puts the bank's page on its address.
func (b *Bank) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /pay/test/{payment}", b.show)
	mux.HandleFunc("POST /pay/test/{payment}", b.settle)
	mux.HandleFunc("GET /pay/test/bank.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(style)
	})
}

func (b *Bank) show(w http.ResponseWriter, r *http.Request) {
	p, err := paymentByID(r.Context(), b.db, r.PathValue("payment"))
	if err != nil {
		b.fail(w, r, err)
		return
	}
	b.render(w, r, http.StatusOK, p, "")
}

func (b *Bank) settle(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	p, err := paymentByID(r.Context(), b.db, r.PathValue("payment"))
	if err != nil {
		b.fail(w, r, err)
		return
	}
	how := outcome(r.PostFormValue("outcome"))
	switch how {
	case outcomePaid, outcomeDeclined, outcomeLate, outcomeTwice:
	default:
		b.render(w, r, http.StatusUnprocessableEntity, p, b.printer(r, p).Fault(errOutcome))
		return
	}
	d, err := b.desk.decisions.Do(r.Context(), decision{p.id, how, b.cardOf(r.PostFormValue("card"))})
	if err != nil {
		b.fail(w, r, err)
		return
	}
	b.tell(r.Context(), d)
	http.Redirect(w, r, p.returnURL, http.StatusSeeOther)
}

// cards are the cards that a buyer can pay with here, by their last digits.
var cards = []string{"1111", "2222", "3333"}

// cardOf is the token of a card: the same for each payment with it, and nothing can be read from it.
func (b *Bank) cardOf(digits string) string {
	if !slices.Contains(cards, digits) {
		return ""
	}
	return b.sign("card", []byte(digits))[:32]
}

// tell delivers what is due of a payment before the buyer goes back, so that the shop's page already knows. What the shop does
// not acknowledge is delivered by Run.
func (b *Bank) tell(ctx context.Context, d decided) {
	for _, m := range d.tell {
		if err := b.deliver(ctx, d.payment, m); err != nil {
			b.log.WarnContext(ctx, "callbacks wait", "payment", d.payment.id, "error", err)
		}
	}
}

func (b *Bank) printer(r *http.Request, p payment) *i18n.Printer {
	if l, ok := i18n.Parse(r.URL.Query().Get("lang")); ok {
		return b.bundle.Printer(l)
	}
	if p.lang != "" {
		return b.bundle.Printer(p.lang)
	}
	return b.bundle.Printer(i18n.Match(r.Header.Get("Accept-Language")))
}

var langNames = map[i18n.Lang]string{i18n.KK: "Қаз", i18n.RU: "Рус", i18n.EN: "Eng"}

func (b *Bank) frame(r *http.Request, p payment) page {
	v := page{Printer: b.printer(r, p)}
	v.Action = "/pay/test/" + p.id + "?lang=" + string(v.Lang())
	for _, l := range i18n.Langs {
		v.Langs = append(v.Langs, langLink{Lang: l, Name: langNames[l], URL: r.URL.Path + "?lang=" + string(l)})
	}
	return v
}

func (b *Bank) render(w http.ResponseWriter, r *http.Request, status int, p payment, problem string) {
	moves, err := movements(r.Context(), b.db, p.id)
	if err != nil {
		b.fail(w, r, err)
		return
	}
	v := b.frame(r, p)
	now := b.clock.Now()
	v.OrderCode, v.Amount, v.ReturnURL, v.Problem = p.orderCode, p.amount, p.returnURL, problem
	v.Deadline, v.Over = v.Clock(p.expiresAt, ""), !now.Before(p.expiresAt)
	for _, m := range moves {
		switch {
		case m.state == payments.Declined && !v.Done:
			v.Notice = v.T("testbank.done_declined")
		case m.state == payments.Paid:
			v.Done, v.Notice = true, v.T("testbank.done_paid")
			if m.at.After(now) {
				v.Notice = v.T("testbank.done_late")
			}
		}
	}
	b.write(w, r, status, v)
}

func (b *Bank) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := b.frame(r, payment{id: r.PathValue("payment")})
	status, problem := http.StatusInternalServerError, v.T("testbank.trouble")
	switch fault.KindOf(err) {
	case fault.NotFound:
		status, problem = http.StatusNotFound, v.Fault(err)
	case fault.Unavailable:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	default:
		b.log.ErrorContext(r.Context(), "the test bank fails", "error", err)
	}
	v.Problem = problem
	b.write(w, r, status, v)
}

func (b *Bank) write(w http.ResponseWriter, r *http.Request, status int, v page) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	if err := bankPage(v).Render(r.Context(), w); err != nil {
		b.log.DebugContext(r.Context(), "page not written", "error", err)
	}
}
