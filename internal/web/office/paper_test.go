package office

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// TestAClaimOnPaperKeepsItsScan: the scan goes through the walls that strangers' files go through, lies sealed, is opened for a reason
// that the journal keeps, and is gone with the request's term.
func TestAClaimOnPaperKeepsItsScan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		ctx := t.Context()
		officer, _ := h.officers(t)
		path := h.enter(t, officer, "claim")
		number := path[strings.LastIndex(path, "/")+1:]
		scan := letterOnPaper(t)
		for what, bad := range map[string][]byte{
			"a script":  []byte("<svg onload=alert(1)>"),
			"nothing":   nil,
			"too long":  append([]byte("%PDF-1.4\n"), make([]byte, 10<<20)...),
			"a card":    documenttest.PDF(t, documenttest.MRZ),
			"cut short": scan[:len(scan)/2],
		} {
			if status, _ := h.attach(t, officer, path+"/scans", bad); status < 400 || status >= 500 {
				t.Errorf("%s: %d", what, status)
			}
		}
		if status, body := h.attach(t, officer, path+"/scans", scan); status != http.StatusSeeOther {
			t.Fatalf("attach: %d %s", status, body)
		}
		r, err := h.Privacy.RequestByNumber(ctx, number)
		if err != nil {
			t.Fatal(err)
		}
		list, err := h.office.Desk.Scans(ctx, r)
		if err != nil || len(list) != 1 || list[0].Media != "application/pdf" {
			t.Fatalf("scans: %+v, %v", list, err)
		}
		var stored []byte
		if err := d.QueryRow(ctx, `SELECT sealed FROM privacy_request_scan`).Scan(&stored); err != nil || bytes.Contains(stored, []byte("%PDF")) {
			t.Errorf("the scan lies open, %v", err)
		}
		one := path + "/scans/" + list[0].ID
		if res, _ := h.ask(t, officer, http.MethodPost, one, url.Values{}); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("opened for nothing: %d", res.StatusCode)
		}
		if res, body := h.ask(t, officer, http.MethodPost, one, url.Values{"purpose": {"request_answering"}}); res.StatusCode != http.StatusOK || body != string(scan) {
			t.Errorf("open: %d, %d bytes of %d", res.StatusCode, len(body), len(scan))
		}
		var looks int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM vault_journal WHERE verb = 'open' AND reason = 'request_answering' AND actor = $1`,
			"staff:"+strings.TrimPrefix(officer, "officer@")).Scan(&looks); err != nil || looks != 1 {
			t.Errorf("%d entries of the journal, %v", looks, err)
		}
		if res, _ := h.ask(t, officer, http.MethodPost, path+"/scans/"+db.NewID(), url.Values{"purpose": {"request_answering"}}); res.StatusCode != http.StatusNotFound {
			t.Errorf("another id: %d", res.StatusCode)
		}
		other := h.enter(t, officer, "access")
		if res, _ := h.ask(t, officer, http.MethodPost, other+"/scans/"+list[0].ID, url.Values{"purpose": {"request_answering"}}); res.StatusCode != http.StatusNotFound {
			t.Errorf("under another request: %d", res.StatusCode)
		}
		for _, who := range []string{"support", "manager", "auditor"} {
			if res, _ := h.ask(t, who, http.MethodPost, one, url.Values{"purpose": {"request_answering"}}); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s opens it: %d", who, res.StatusCode)
			}
		}
		if res, body := h.ask(t, officer, http.MethodPost, path+"/answer", url.Values{"result": {"granted"}, "text": {"Деньги вернём в течение недели."}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("answer: %d %s", res.StatusCode, body)
		}
		h.Clock.Advance(10 * 365 * 24 * time.Hour)
		for range 40 {
			if ran, err := h.Privacy.RunNight(ctx); err != nil {
				t.Fatal(err)
			} else if !ran {
				break
			}
		}
		var left int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM privacy_request_scan WHERE request_id = $1`, r.ID).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d scans outlive the claim, %v", left, err)
		}
		if _, err := h.Vault.OpenFile(ctx, list[0].ID, list[0].ID, stored); err == nil {
			t.Error("what a backup holds opens")
		}
	})
}

func TestAScanInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	officer, _ := h.officers(t)
	path := h.enter(t, officer, "claim")
	number := path[strings.LastIndex(path, "/")+1:]
	if status, body := h.attach(t, officer, path+"/scans", letterOnPaper(t)); status != http.StatusSeeOther {
		t.Fatalf("attach: %d %s", status, body)
	}
	for i, screen := range []browsertest.Screen{browsertest.Phone.InDark(), browsertest.Desktop} {
		c := h.desked(t, screen, []string{"ru", "kk"}[i], []string{"third@example.kz", "fourth@example.kz"}[i])
		c.at(t, "/office/requests/"+number)
		c.Fits()
		c.Accessible()
		c.Shot("office-claim-scan")
	}
}
