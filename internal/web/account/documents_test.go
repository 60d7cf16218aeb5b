package account_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// sendFile posts a file as a browser's form does; script asks for the answer that the page's script gets.
func (v *visitor) sendFile(t *testing.T, kind string, body []byte, script bool) (status int, page string) {
	t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", "../../etc/passwd.svg") // its name is not believed
	if err != nil {
		t.Fatal(err)
	}
	part.Write(body) //nolint:errcheck // a buffer
	m.Close()        //nolint:errcheck // a buffer
	r, err := http.NewRequest(http.MethodPost, v.h.url+"/ru/account/documents/"+kind, &form)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if script {
		r.Header.Set("Accept", "application/json")
	}
	res, err := v.client.Do(r)
	status, _, page = v.read(res, err)
	return status, page
}

func TestDocumentsAreSentSeenAndDestroyed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Buy(t, "1-1")
		h.papers.Reader = ocr.Reader{} // reads nothing: quicker
		v := h.signedIn("ru")
		body := documenttest.PDF(t, documenttest.Certificate)
		if status, page := v.sendFile(t, "registration", body, false); status != http.StatusOK || !strings.Contains(page, "Документ дошёл") {
			t.Fatalf("sent: %d", status)
		}
		status, answer := v.sendFile(t, "registration", body, true)
		var said struct{ Next, Wrong string }
		if err := json.Unmarshal([]byte(answer), &said); err != nil || status != http.StatusOK || !strings.HasSuffix(said.Next, "/ru/account/documents?done=sent") {
			t.Errorf("to a script: %d %s", status, answer)
		}
		for _, script := range []bool{false, true} {
			if status, page := v.sendFile(t, "registration", []byte("<svg onload=alert(1)>"), script); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Пришлите PDF, JPEG или PNG") {
				t.Errorf("svg: %d %.200s", status, page)
			}
			if status, page := v.sendFile(t, "identity", body, script); status != http.StatusNotFound {
				t.Errorf("a kind that is off: %d %.200s", status, page)
			}
		}
		_, _, page := v.get("/ru/account/documents")
		destroy := regexp.MustCompile(`/ru(/account/documents/[0-9a-f-]{36}/destroy)`).FindAllStringSubmatch(page, -1)
		if len(destroy) != 2 {
			t.Fatalf("%d documents wait", len(destroy))
		}
		v.post("/ru/account/data/download")
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, _, archive := v.get("/ru/account/data/download/my-data.zip")
		z, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
		if err != nil {
			t.Fatal(err)
		}
		copied := 0
		for _, f := range z.File {
			if strings.HasPrefix(f.Name, "documents/") && f.UncompressedSize64 == uint64(len(body)) {
				copied++
			}
		}
		if copied != 2 {
			t.Errorf("%d of 2 documents are in the copy", copied)
		}
		if status, _, _ := v.post("/ru/account/documents/01a20a2d-f460-7b5f-a526-f598a87a7727/destroy"); status != http.StatusNotFound {
			t.Errorf("one that is not there: %d", status)
		}
		if status, _, page := v.post("/ru" + destroy[0][1]); status != http.StatusOK || !strings.Contains(page, "уничтожен вами") {
			t.Errorf("destroyed: %d", status)
		}
	})
}

// In a browser, with and without scripts: a certificate is sent, and a card is refused with its reason.
func TestDocumentsInABrowser(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, body []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate := write("certificate.pdf", documenttest.PDF(t, documenttest.Certificate))
	card := write("card.png", documenttest.PNG(t, documenttest.CardPicture(t)))
	big := write("big.jpg", make([]byte, 11<<20))
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop.WithoutScript()} {
		lang := []string{"kk", "ru"}[i]
		h := open(t, dbtest.Open(t, db.SQLite))
		h.Buy(t, "1-1")
		b := browsertest.Open(t, screen)
		b.Go(h.url + "/" + lang + "/account/register")
		for name, value := range map[string]string{"surname": "Серікқызы", "name": "Айгүл", "email": "aigul@example.kz", "password": password} {
			b.Do(chromedp.SendKeys(chromedp.CSS("form[action$=register] input[name="+name+"]"), value))
		}
		b.Click("input[name=consents][value=service]")
		b.Submit("form[action$='/account/register'] button")
		b.Do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), h.newestCode()))
		b.Submit("form[action$='/account/code'] button")
		b.Go(h.url + "/" + lang + "/account/documents")
		look := func(name string) {
			b.Fits()
			b.Accessible()
			b.Shot("account-documents-" + name)
		}
		look("empty")
		b.Click("#kind-registration summary")
		b.Do(chromedp.SetUploadFiles(chromedp.CSS("#file-registration"), []string{card}))
		b.Click("#kind-registration button")
		b.Do(chromedp.WaitVisible(chromedp.CSS("#error-registration:not([hidden])")))
		look("refused")
		if !screen.NoScript {
			b.Do(chromedp.SetUploadFiles(chromedp.CSS("#file-registration"), []string{big}))
			b.Click("#kind-registration button")
			if text := b.Text("#error-registration"); !strings.Contains(text, "10 МБ") {
				t.Errorf("too long: %q", text)
			}
		}
		b.Do(chromedp.SetUploadFiles(chromedp.CSS("#file-registration"), []string{certificate}))
		b.Click("#kind-registration button")
		b.Do(chromedp.WaitVisible(chromedp.CSS(".own-papers-sent .badge-accent")))
		look("sent")
	}
}
