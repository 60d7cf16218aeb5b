package testbank_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/platform/payments/testbank"
)

// shop is the other side: it keeps what it was told.
type shop struct {
	bank   *testbank.Bank
	clock  *clock.Fake
	server *httptest.Server
	down   bool
	heard  []payments.Evidence
}

func newShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	b, err := i18n.New(testbank.Messages)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{clock: clock.NewFake(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))}
	mux := http.NewServeMux()
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	s.bank, err = testbank.New(d, s.clock, slog.New(slog.DiscardHandler), b,
		testbank.Config{BaseURL: s.server.URL, Secret: []byte("a secret of the tests")})
	if err != nil {
		t.Fatal(err)
	}
	s.bank.Mount(mux)
	mux.HandleFunc("GET /back", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the shop") })
	mux.HandleFunc("POST /pay/test/callback", func(w http.ResponseWriter, r *http.Request) {
		if s.down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		e, err := s.bank.Verify(r)
		if err != nil {
			t.Errorf("the bank's own callback is refused: %v", err)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		s.heard = append(s.heard, e)
	})
	return s
}

func (s *shop) start(t *testing.T) payments.Request {
	t.Helper()
	r := payments.Request{
		PaymentID: db.NewID(), OrderCode: "CDFGHJKM", Amount: money.Tenge(12000), Lang: i18n.RU,
		ReturnURL: s.server.URL + "/back", CallbackURL: s.server.URL + "/pay/test/callback",
		ExpiresAt: s.clock.Now().Add(10 * time.Minute),
	}
	for range 2 { // starting again is the same payment
		st, err := s.bank.Start(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if want := s.server.URL + "/pay/test/" + r.PaymentID + "?lang=ru"; st.URL != want || st.Ref == "" {
			t.Fatalf("started %+v, want %s", st, want)
		}
	}
	return r
}

func (s *shop) press(t *testing.T, id, outcome string) int {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(s.server.URL+"/pay/test/"+id, url.Values{"outcome": {outcome}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func (s *shop) states() (out []payments.State) {
	for _, e := range s.heard {
		out = append(out, e.State)
	}
	return out
}

func TestButtonsTellTheShopBeforeTheBuyerIsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := s.start(t)
		if got := s.press(t, r.PaymentID, "declined"); got != http.StatusSeeOther {
			t.Fatalf("declined: status %d", got)
		}
		for range 2 { // a double click moves money once
			s.press(t, r.PaymentID, "paid")
		}
		if len(s.heard) != 2 || s.heard[0].State != payments.Declined || s.heard[1].State != payments.Paid {
			t.Fatalf("the shop heard %v", s.states())
		}
		if e := s.heard[1]; e.PaymentID != r.PaymentID || e.Amount != r.Amount || e.TransactionID == "" {
			t.Errorf("evidence %+v", e)
		}
		polled, err := s.bank.Poll(t.Context(), r.PaymentID, "")
		if err != nil || polled != s.heard[1] {
			t.Errorf("poll says %+v, %v", polled, err)
		}
	})
}

func TestLatePaymentComesAfterTheDeadline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := s.start(t)
		s.press(t, r.PaymentID, "late")
		if e, err := s.bank.Poll(t.Context(), r.PaymentID, ""); err != nil || e.State != payments.Open {
			t.Errorf("before: %+v, %v", e, err)
		}
		s.clock.Advance(10*time.Minute + time.Second)
		deliver(t, s)
		if len(s.heard) != 0 {
			t.Fatalf("too early: %v", s.states())
		}
		s.clock.Advance(time.Minute)
		deliver(t, s)
		if len(s.heard) != 1 || s.heard[0].State != payments.Paid {
			t.Fatalf("heard %v", s.states())
		}
	})
}

func deliver(t *testing.T, s *shop) {
	t.Helper()
	if err := s.bank.DeliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestCallbackIsRepeatedUntilAcknowledged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := s.start(t)
		s.down = true
		if got := s.press(t, r.PaymentID, "twice"); got != http.StatusSeeOther {
			t.Fatalf("status %d", got)
		}
		s.clock.Advance(time.Hour)
		deliver(t, s)
		s.down = false
		s.clock.Advance(time.Hour)
		deliver(t, s)
		deliver(t, s)
		if len(s.heard) != 2 || s.heard[0].TransactionID == s.heard[1].TransactionID {
			t.Fatalf("heard %+v, want two movements once each", s.heard)
		}
	})
}

// A shop that was away for a moment hears soon after, however often the buyer has pressed meanwhile.
func TestImpatienceDoesNotDelayTheCallback(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := s.start(t)
		s.down = true
		for range 8 {
			s.press(t, r.PaymentID, "paid")
		}
		s.clock.Advance(2 * time.Second)
		deliver(t, s)
		s.down = false
		s.clock.Advance(time.Second)
		if deliver(t, s); len(s.heard) != 0 {
			t.Fatalf("the bank does not rest: %v", s.states())
		}
		s.clock.Advance(time.Second)
		if deliver(t, s); len(s.heard) != 1 {
			t.Errorf("after four seconds the shop has heard %v", s.states())
		}
	})
}

func TestRefundsGiveBackWhatCameAndOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := s.start(t)
		ask := payments.RefundRequest{RefundID: db.NewID(), PaymentID: r.PaymentID, Amount: r.Amount}
		if _, err := s.bank.Refund(t.Context(), ask); fault.KindOf(err) != fault.Conflict {
			t.Fatalf("refund of an open payment: %v", err)
		}
		s.press(t, r.PaymentID, "paid")
		for range 2 {
			e, err := s.bank.Refund(t.Context(), ask)
			if err != nil || e.State != payments.Refunded || e.Amount != r.Amount {
				t.Fatalf("%+v, %v", e, err)
			}
		}
		ask.RefundID = db.NewID()
		if _, err := s.bank.Refund(t.Context(), ask); fault.KindOf(err) != fault.Conflict {
			t.Errorf("more went back than came: %v", err)
		}
	})
}

func TestVerifyRefusesWhatTheBankDidNotSign(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	s := newShop(t, d)
	good := payments.Evidence{PaymentID: "p", TransactionID: "t", State: payments.Paid, Amount: money.Tenge(1)}
	for name, change := range map[string]func(*http.Request){
		"signature": func(r *http.Request) { r.Header.Set("X-Testbank-Signature", strings.Repeat("0", 64)) },
		"none":      func(r *http.Request) { r.Header.Del("X-Testbank-Signature") },
		"body": func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(`{"payment_id":"q","transaction_id":"t"}`))
		},
		"time": func(r *http.Request) { r.Header.Set("X-Testbank-Timestamp", "1") },
		"huge": func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 1<<20))) },
		"old":  func(*http.Request) { s.clock.Advance(6 * time.Minute) },
	} {
		r, err := s.bank.Signed(context.Background(), "http://shop/", good)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		if _, err := s.bank.Verify(r); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := s.bank.Signed(context.Background(), "http://shop/", good)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := s.bank.Verify(r); err != nil || e.Amount != good.Amount {
		t.Errorf("the bank's own: %+v, %v", e, err)
	}
}

func TestPageSpeaksThreeLanguagesAndNamesWrongChoices(t *testing.T) {
	s := newShop(t, dbtest.Open(t, db.Postgres))
	r := s.start(t)
	for lang, want := range map[string]string{"kk": "Сынақ банкі", "ru": "Тестовый банк", "en": "Test bank"} {
		res, err := http.Get(s.server.URL + "/pay/test/" + r.PaymentID + "?lang=" + lang)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		for _, w := range []string{want, "12\u00a0000\u00a0₸", "CDFGHJKM"} {
			if !strings.Contains(string(body), w) {
				t.Errorf("%s: the page lacks %q", lang, w)
			}
		}
		if strings.Contains(string(body), "[testbank.") {
			t.Errorf("%s: a message is missing", lang)
		}
	}
	if got := s.press(t, r.PaymentID, "gold"); got != http.StatusUnprocessableEntity {
		t.Errorf("unknown outcome: status %d", got)
	}
	for _, id := range []string{"nothing", "%00", "%ff", db.NewID()} {
		if got := s.press(t, id, "paid"); got != http.StatusNotFound {
			t.Errorf("unknown payment %s: status %d", id, got)
		}
	}
	if len(s.heard) != 0 {
		t.Errorf("the shop heard %v", s.states())
	}
}
