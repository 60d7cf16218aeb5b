package outbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/web/site/outbox"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

func serve(t *testing.T, letters ...mail.Letter) http.Handler {
	t.Helper()
	u, _ := uitest.New(t, outbox.Messages, mail.Messages)
	box := mail.NewOutbox(u.Clock)
	for _, l := range letters {
		if err := box.Send(t.Context(), outgoing.Issue(outgoing.MailGateway), l); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	(&outbox.Outbox{UI: u, Box: box}).Mount(mux)
	return u.Serve(mux)
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", "ru")
	h.ServeHTTP(w, r)
	return w
}

var hostile = mail.Letter{
	To: "guest@example.kz", Subject: "<b>Билеты</b>",
	Text:        "Здравствуйте!\nhttps://example.kz/ru/order/1\nhttpx javascript:alert(1) <script>alert(1)</script>\n",
	HTML:        `<html><head><title>x</title></head><body><script>alert(1)</script><p>Ваши билеты</p></body></html>`,
	Attachments: []mail.Attachment{{Name: "билет.pdf", Type: "application/pdf", Data: []byte("%PDF")}},
}

func TestLettersAreListedAndShown(t *testing.T) {
	h := serve(t, hostile)
	if w := get(h, "/outbox"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ru/outbox" {
		t.Errorf("/outbox: %d to %q", w.Code, w.Header().Get("Location"))
	}
	list := get(h, "/ru/outbox").Body.String()
	for _, want := range []string{"&lt;b&gt;Билеты&lt;/b&gt;", "guest@example.kz", "/ru/outbox/1", "1 вложение"} {
		if !strings.Contains(list, want) {
			t.Errorf("list has no %q", want)
		}
	}
	page := get(h, "/ru/outbox/1").Body.String()
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, `<a href="https://example.kz/ru/order/1">`) || strings.Contains(page, `href="javascript`) {
		t.Errorf("the letter's text is not shown as text:\n%s", page)
	}
}

func TestLettersMarkupIsLockedIn(t *testing.T) {
	w := get(serve(t, hostile), "/ru/outbox/1/html")
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "sandbox allow-popups", "frame-ancestors 'self'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy %q lacks %q", csp, want)
		}
	}
	if strings.Contains(csp, "script-src") || strings.Contains(csp, "allow-scripts") || strings.Contains(csp, "allow-same-origin") {
		t.Errorf("policy %q lets a letter act", csp)
	}
}

func TestAttachmentDownloads(t *testing.T) {
	w := get(serve(t, hostile), "/ru/outbox/1/file/1")
	if w.Body.String() != "%PDF" || w.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("got %q %v", w.Body, w.Header())
	}
}

func TestWhatIsNotThere(t *testing.T) {
	h := serve(t, hostile)
	for _, path := range []string{"/ru/outbox/2", "/ru/outbox/x", "/ru/outbox/2/html", "/ru/outbox/1/file/0", "/ru/outbox/1/file/2", "/ru/outbox/1/file/x"} {
		if w := get(h, path); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "Этого письма здесь уже нет") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(serve(t), "/kk/outbox"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Әзірге хат жоқ") {
		t.Errorf("an empty outbox: %d", w.Code)
	}
}
