package office

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/packet"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// policeAsks enters a request about a buyer, with the request itself, up to before the first yes.
func (h *house) policeAsks(t *testing.T, officer string) (path string) {
	t.Helper()
	order := h.order
	res, body := h.ask(t, officer, http.MethodPost, "/en/office/disclosures/new", url.Values{
		"ground": {"law_enforcement"}, "body": {"Алматы қаласының полиция департаменті"}, "official": {"Майор С. Тестов"}, "contact": {"+7 727 254 40 11"},
		"their_no": {"7-12/345"}, "their_date": {"2026-11-20"}, "wanted_on": {"2026-11-30"}, "text": {"Кто купил места на этот вечер, по делу 12."},
	})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("enter: %d %s", res.StatusCode, body)
	}
	path = res.Header.Get("Location")
	for what, bad := range map[string]struct {
		body []byte
		says string
	}{
		"too large":    {append([]byte("%PDF-1.4\n"), make([]byte, privacy.DisclosureFileMost)...), "longer than 10 MB"},
		"no PDF":       {[]byte("%PDF-1.4\n and then nothing"), "did not arrive whole"},
		"no such kind": {[]byte("<html><script>alert(1)</script>"), "is not taken"},
	} {
		if status, body := h.attach(t, officer, path+"/file", bad.body); status < 400 || status >= 500 || !strings.Contains(body, bad.says) {
			t.Errorf("%s: %d, and the page does not say %q", what, status, bad.says)
		}
	}
	if status, body := h.attach(t, officer, path+"/file", letterOnPaper(t)); status != http.StatusSeeOther {
		t.Fatalf("the request's file: %d %s", status, body)
	}
	res, body = h.ask(t, officer, http.MethodPost, path+"/choose", url.Values{"who": {order.Code}, "need": {"identity", "contact"}})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("choose: %d %s", res.StatusCode, body)
	}
	return path
}

// letterOnPaper is a scan of a letter that names nobody.
func letterOnPaper(t *testing.T) []byte {
	t.Helper()
	return documenttest.PDF(t, []string{"СҰРАУ САЛУ", "ЗАПРОС № 7-12/345", "Просим сообщить, кто купил места."})
}

// attach sends a file in a form, and returns the answer.
func (h *house) attach(t *testing.T, officer, path string, body []byte) (int, string) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	f, err := w.CreateFormFile("file", "request.pdf")
	if err != nil {
		t.Fatal(err)
	}
	f.Write(body) //nolint:errcheck // into memory
	w.Close()     //nolint:errcheck // into memory
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, &form)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set(rolesHeader, officer)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a test's
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

var revisionIn = regexp.MustCompile(`name="revision" value="([^"]+)"`)

func TestADisclosureIsApprovedByTwoAndDownloadedSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, second := h.officers(t)
		pub, priv, err := packet.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		path := h.policeAsks(t, first)
		step := func(who, what string, form url.Values) *http.Response {
			t.Helper()
			_, page := h.ask(t, who, http.MethodGet, path, nil)
			if m := revisionIn.FindStringSubmatch(page); m != nil {
				form.Set("revision", m[1])
			}
			res, _ := h.ask(t, who, http.MethodPost, path+"/"+what, form)
			return res
		}
		if res := step(first, "propose", url.Values{"public_key": {pub}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("propose: %d", res.StatusCode)
		}
		if res := step(first, "approve", url.Values{}); res.StatusCode != http.StatusForbidden {
			t.Errorf("approved by who proposed: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, first, http.MethodPost, path+"/packet", url.Values{}); res.StatusCode != http.StatusConflict {
			t.Errorf("downloaded before it was approved: %d", res.StatusCode)
		}
		if res := step(second, "approve", url.Values{}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("approve: %d", res.StatusCode)
		}
		res, sealed := h.ask(t, first, http.MethodPost, path+"/packet", url.Values{})
		if res.StatusCode != http.StatusOK {
			t.Fatalf("download: %d", res.StatusCode)
		}
		if _, err := packet.Open(priv, []byte(sealed)); err != nil {
			t.Errorf("the recipient cannot open it: %v", err)
		}
		for _, who := range []string{"support", "manager", "door", "finance"} {
			if res, _ := h.ask(t, who, http.MethodGet, path, nil); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s opens the case: %d", who, res.StatusCode)
			}
		}
		if _, page := h.ask(t, first, http.MethodGet, "/en/office/transfers", nil); !strings.Contains(page, "State bodies") {
			t.Error("the register of transfers does not show it")
		}
	})
}

func TestDisclosuresInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	officer, colleague := h.officers(t)
	at := strings.TrimPrefix(h.policeAsks(t, officer), "/en")
	done := strings.TrimPrefix(h.policeAsks(t, officer), "/en")
	number := done[strings.LastIndex(done, "/")+1:]
	actor := func(who string) string { return "staff:" + strings.TrimPrefix(who, "officer@") }
	if err := h.office.Disclosures.Propose(t.Context(), number, privacy.Proposal{Actor: actor(officer)}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.office.Disclosures.Approve(t.Context(), number, "", actor(colleague)); err != nil {
		t.Fatal(err)
	}
	_, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Оспанов", Name: "Ерлан", Email: "third@example.kz", Phone: "+77010000002"},
		"correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		lang := []string{"kk", "ru"}[i]
		b := browsertest.Open(t, screen)
		b.Go(h.url + "/" + lang + "/office/disclosures")
		h.Clock.Advance(31 * time.Second)
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), "third@example.kz"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
		b.Submit(".sign-in button")
		for name, path := range map[string]string{
			"disclosures": "/office/disclosures", "disclosure": at, "disclosure-given": done, "disclosure-new": "/office/disclosures/new",
			"transfers": "/office/transfers", "register": "/office/register",
		} {
			b.Go(h.url + "/" + lang + path)
			b.Fits()
			b.Accessible()
			b.Shot("office-" + name)
		}
	}
}
