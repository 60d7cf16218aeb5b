package ticketmail_test

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/boxoffice/ticketmail"
	"github.com/sahna/sahna/internal/boxoffice/ticketpdf"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// A sale as it is: the job follows the order's transaction, the address comes out of the vault, the printed code is the box
// office's. Then the money goes back, and the buyer is told.
func TestSaleIsMailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		b, err := i18n.New(i18n.Messages, ticketmail.Messages, ticketpdf.Messages)
		if err != nil {
			t.Fatal(err)
		}
		op := privacy.Operator{ShortName: "Sahna", Accent: "#0b6b57"}
		box := mail.NewOutbox(w.Clock)
		ticketmail.New(ticketmail.Deps{
			DB: d, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Catalog: w.Catalog, Office: w.Office, People: w.People,
			Privacy: w.Privacy, Mail: box, Bundle: b, Operator: op, BaseURL: "https://tickets.example.kz", Printer: ticketpdf.New(w.Office, w.Catalog, op, b, w.Clock),
		}).Register(w.Jobs)
		order := w.Buy(t, "1-1", "1-2")
		if err := w.Office.Refund(ctx, w.Buy(t, "2-1").Code, "system", "test"); err != nil {
			t.Fatal(err)
		}
		if err := w.Jobs.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		letters := map[string]mail.Kept{}
		for _, l := range box.Letters() {
			if l.To != privacytest.Aigul().Email {
				t.Errorf("a letter to somebody else: %s", l.Subject)
			}
			if l.HTML == "" || strings.Contains(l.Text, "[ticketmail.") {
				t.Errorf("letter %q is not whole:\n%s", l.Subject, l.Text)
			}
			letters[strings.SplitN(l.Text, "\n", 2)[0]] = l
		}
		tickets, ok := letters["Билеттеріңіз дайын"]
		if !ok || len(tickets.Attachments) != 3 {
			t.Fatalf("letters: %v", letters)
		}
		for i, want := range []string{w.Office.QR(order.Tickets[0]) + "\n" + w.Office.QR(order.Tickets[1]), w.Office.QR(order.Tickets[0]), w.Office.QR(order.Tickets[1])} {
			if got := camera(t, tickets.Attachments[i].Data); got != want {
				t.Errorf("attachment %d reads %q, want %q", i, got, want)
			}
		}
		if _, ok := letters["9\u00a0000\u00a0₸ қайтарамыз"]; !ok || len(letters) != 2 {
			t.Errorf("letters: %v", letters)
		}
	})
}

// camera reads the codes of a PDF's pages.
func camera(t *testing.T, pdf []byte) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "tickets.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("pdftoppm", "-png", "-r", "100", file, filepath.Join(dir, "page")).Run(); err != nil {
		t.Fatalf("pdftoppm: %v", err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "page*.png"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", append([]string{"-q", "--raw"}, pages...)...).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimSpace(string(out))
}
