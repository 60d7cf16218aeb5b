package office

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// paper has the buyer send a document.
func (h *house) paper(t *testing.T, kind string, body []byte) document.Document {
	t.Helper()
	f, err := h.office.Documents.Spool.Take(t.Context(), bytes.NewReader(body), upload.Usual.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Drop()
	d, err := h.office.Documents.Send(t.Context(), document.Sending{Person: h.order.PersonID, Kind: kind, Lang: i18n.RU, File: f})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADocumentIsReviewedAndItsFileDestroyed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.office.Documents.Reader = ocr.Reader{PDFToPPM: "pdftoppm"} // reads nothing, so that the reviewer is warned
		one, _ := h.officers(t)
		sent := h.paper(t, document.KindRegistration, documenttest.PDF(t, documenttest.Certificate))
		at := "/en/office/documents/" + sent.ID
		if res, _ := h.ask(t, "support", http.MethodGet, "/en/office/documents", nil); res.StatusCode != http.StatusForbidden {
			t.Errorf("support sees the queue: %d", res.StatusCode)
		}
		_, list := h.ask(t, one, http.MethodGet, "/en/office/documents", nil)
		_, page := h.ask(t, one, http.MethodGet, at, nil)
		if !strings.Contains(list, at) || !strings.Contains(page, "No program could read") || strings.Contains(page, "data:image") || strings.Contains(page, at+"/decide") {
			t.Errorf("queue or page is wrong, or shows a picture or asks for the result before it was opened")
		}
		res, shown := h.ask(t, one, http.MethodPost, at+"/look", url.Values{})
		if res.StatusCode != http.StatusOK || !strings.Contains(shown, `src="data:image/jpeg;base64,`) || !strings.Contains(shown, at+"/decide") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the look: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, "manager@nobody", http.MethodPost, at+"/look", url.Values{}); res.StatusCode < 400 {
			t.Errorf("an account without the role in the register sees it: %d", res.StatusCode)
		}
		if res, body := h.ask(t, one, http.MethodPost, at+"/decide", url.Values{"result": {"refused"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "Choose why") || !strings.Contains(body, at+"/decide") {
			t.Errorf("refused without a reason: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, one, http.MethodPost, at+"/decide", url.Values{"result": {"refused"}, "reason": {"out_of_date"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("refused: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, one, http.MethodPost, at+"/look", url.Values{}); res.StatusCode != http.StatusConflict {
			t.Errorf("looked at after it was destroyed: %d", res.StatusCode)
		}
		_, list = h.ask(t, one, http.MethodGet, "/en/office/documents", nil)
		if !strings.Contains(list, "out of date") || !strings.Contains(list, "Nothing waits") {
			t.Error("the result is not told")
		}
	})
}

// Nobody reviews what they sent themselves.
func TestNobodyReviewsTheirOwnDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.office.Documents.Reader = ocr.Reader{}
		own, other := h.desk(t, "own@example.kz", people.RoleOfficer), h.desk(t, "other@example.kz", people.RoleOfficer)
		e, err := h.People.Employee(t.Context(), own.account)
		if err == nil { // as a visitor they have agreed to it
			err = h.Privacy.Grant(t.Context(), e.PersonID, privacytest.Given(t, h.Privacy)[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		h.order.PersonID = e.PersonID
		at := "/en/office/documents/" + h.paper(t, document.KindConcession, documenttest.PDF(t, documenttest.Certificate)).ID
		for _, step := range []string{"/look", "/file", "/decide"} {
			if res, body := own.post(t, at+step, url.Values{"result": {"accepted"}}); res.StatusCode != http.StatusForbidden || !strings.Contains(body, "a colleague checks it") {
				t.Errorf("own document%s: %d", step, res.StatusCode)
			}
		}
		if res, _ := other.post(t, at+"/look", url.Values{}); res.StatusCode != http.StatusOK {
			t.Errorf("a colleague looks: %d", res.StatusCode)
		}
		if res, _ := other.post(t, at+"/decide", url.Values{"result": {"accepted"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("a colleague decides: %d", res.StatusCode)
		}
	})
}

// What could not be drawn is a download that no browser shows.
func TestAPDFThatCannotBeDrawnIsADownload(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.office.Documents.Reader = ocr.Reader{}
		one, _ := h.officers(t)
		sent := h.paper(t, document.KindRegistration, documenttest.PDF(t, documenttest.Certificate))
		res, body := h.ask(t, one, http.MethodPost, "/en/office/documents/"+sent.ID+"/file", url.Values{})
		csp := res.Header.Values("Content-Security-Policy")
		if !strings.HasPrefix(body, "%PDF") || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") ||
			!slices.ContainsFunc(csp, func(s string) bool { return strings.HasPrefix(s, "sandbox") }) || res.Header.Get("X-Content-Type-Options") != "nosniff" ||
			res.Header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("%d %v", res.StatusCode, res.Header)
		}
	})
}

func TestKindsOfDocumentsAreEdited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		one, _ := h.officers(t)
		form := url.Values{
			"title_kk": {"Анықтама"}, "title_ru": {"Справка"}, "title_en": {"Proof"}, "why_kk": {"Тексеру"}, "why_ru": {"Проверка"}, "why_en": {"To check"},
			"ground": {"law"}, "keep_days": {"5"}, "on": {"yes"}, "code": {"school_proof"},
		}
		if res, _ := h.ask(t, one, http.MethodPost, "/en/office/document-kinds/new", form); res.StatusCode != http.StatusSeeOther {
			t.Errorf("a new kind: %d", res.StatusCode)
		}
		if res, body := h.ask(t, one, http.MethodPost, "/en/office/document-kinds/identity", form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "Name the exception") {
			t.Errorf("identity documents without an exception: %d", res.StatusCode)
		}
		form.Set("keep_days", "900")
		if res, body := h.ask(t, one, http.MethodPost, "/en/office/document-kinds/school_proof", form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "From 1 to 60 days") {
			t.Errorf("longer than the register allows: %d", res.StatusCode)
		}
		_, list := h.ask(t, one, http.MethodGet, "/en/office/document-kinds", nil)
		if !strings.Contains(list, "Proof") {
			t.Error("the new kind is not listed")
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, "/en/office/document-kinds/school_proof", form); res.StatusCode != http.StatusForbidden {
			t.Errorf("a manager edits: %d", res.StatusCode)
		}
	})
}

// The queue as an officer sees it, on a phone and at a desk.
func TestDocumentsInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	h.office.Documents.Reader = ocr.Reader{PDFToPPM: "pdftoppm"}
	first := h.paper(t, document.KindRegistration, documenttest.PDF(t, documenttest.Certificate, documenttest.Certificate))
	h.paper(t, document.KindConcession, documenttest.JPEG(t, documenttest.Picture(t, 900, 600, 30, documenttest.Certificate...)))
	_, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Оспанов", Name: "Ерлан", Email: "officer@example.kz", Phone: "+77010000002"},
		"correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		lang := []string{"kk", "ru"}[i]
		b := browsertest.Open(t, screen)
		look := func(name string) {
			t.Helper()
			b.Fits()
			b.Accessible()
			b.Shot("office-" + name)
		}
		b.Go(h.url + "/" + lang + "/office/documents")
		h.Clock.Advance(31 * time.Second)
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), "officer@example.kz"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
		b.Submit(".sign-in button")
		look("documents")
		b.Go(h.url + "/" + lang + "/office/documents/" + first.ID)
		look("document")
		b.Submit("form[action$='/look'] button")
		look("document-open")
		b.Go(h.url + "/" + lang + "/office/document-kinds")
		look("document-kinds")
		b.Go(h.url + "/" + lang + "/office/document-kinds/registration")
		look("document-kind")
		if i == 1 {
			b.Go(h.url + "/" + lang + "/office/documents/" + first.ID)
			b.Submit("form[action$='/look'] button")
			b.Submit("button[value=accepted]")
			look("documents-decided")
		}
	}
}
