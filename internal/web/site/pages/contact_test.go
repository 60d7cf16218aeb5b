package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

func TestAnEnquiryIsAskedAnsweredAndForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		c := vaulttest.Clock()
		h := privacytest.New(t, d, c)
		desk := privacy.NewEnquiries(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)
		u, _ := uitest.NewAt(t, c, pages.Messages, privacy.Messages, people.Messages)
		mux := http.NewServeMux()
		u.Mount(mux)
		(&pages.Pages{UI: u, Privacy: h.Privacy, Enquiries: desk}).Mount(mux)
		from := "203.0.113.7:4000"
		post := func(form url.Values) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/ru/page/contacts", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.RemoteAddr = from
			w := httptest.NewRecorder()
			u.Serve(mux).ServeHTTP(w, r)
			return w
		}
		form := url.Values{"text": {"Когда откроется касса?"}, "name": {"Лев"}, "email": {"lev@example.kz"}}
		if w := post(form); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without consent: %d", w.Code)
		}
		if found, err := h.People.PersonsByEmail(ctx, "lev@example.kz"); err != nil || len(found) != 0 {
			t.Errorf("kept without consent: %d %v", len(found), err)
		}
		form.Set("consents", privacy.ScopeService)
		if w := post(form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ru/page/contacts?sent=2026-00001" || len(w.Result().Cookies()) != 0 { //nolint:bodyclose // a recorder
			t.Errorf("sent: %d to %q", w.Code, w.Header().Get("Location"))
		}
		for range 4 {
			post(form)
		}
		from = "203.0.113.200:4000" // the same network
		if w := post(form); w.Code != http.StatusTooManyRequests {
			t.Errorf("the sixth of a network: %d", w.Code)
		}
		from = "198.51.100.1:4000"
		if w := post(form); w.Code != http.StatusSeeOther {
			t.Errorf("another network: %d", w.Code)
		}
		account, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz"}, "correct horse battery", []people.Role{people.RoleSupport})
		if err != nil {
			t.Fatal(err)
		}
		open, err := desk.List(ctx, true, 10)
		if err != nil || len(open) != 6 || !open[0].Due.Equal(time.Date(2026, 11, 30, 19, 0, 0, 0, time.UTC)) {
			t.Fatalf("the list: %+v %v", open, err)
		}
		w, err := desk.Read(ctx, open[0], "staff:"+account)
		if err != nil || w.Email != "lev@example.kz" || w.Asked != "Когда откроется касса?" {
			t.Errorf("read: %+v %v", w, err)
		}
		if err := desk.Answer(ctx, open[0], "Касса откроется в десять.", "staff:"+account); err != nil {
			t.Fatal(err)
		}
		if err := desk.Close(ctx, open[0], "staff:"+account); err == nil {
			t.Error("an answered enquiry was closed")
		}
		for range 2 {
			if err := h.Jobs.Drain(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if mails := h.Mails.All(); len(mails) != 1 || mails[0].To != "lev@example.kz" || !strings.Contains(mails[0].Text, "в десять") {
			t.Errorf("%d letters", len(mails))
		}
		c.Advance(366 * 24 * time.Hour)
		if err := desk.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		e, err := desk.ByNumber(ctx, open[0].Number)
		if err != nil || e.MailedAt.IsZero() {
			t.Errorf("the number: %+v %v", e, err)
		}
		if _, err := desk.Read(ctx, e, "staff:"+account); err == nil {
			t.Error("a forgotten enquiry can be read")
		}
		if _, err := desk.Read(ctx, open[1], "staff:"+account); err != nil {
			t.Errorf("one that waits is gone: %v", err)
		}
	})
}

func TestContactsInABrowser(t *testing.T) {
	_, base := serveClaims(t, dbtest.Open(t, db.SQLite))
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		b := browsertest.Open(t, screen)
		b.Go(base + "/" + []string{"kk", "ru"}[i] + "/page/contacts")
		b.Fits()
		b.Accessible()
		b.Shot("contacts")
	}
}
