package boxoffice_test

import (
	"crypto/ed25519"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"rsc.io/qr"
	"rsc.io/qr/coding"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

func TestTicketIsFoundByCodeAndByQRAndBySecret(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		ticket := w.Paid(t, "1-1").Tickets[0]
		if len(ticket.Code) != 10 || ticket.SeatNo != 0 || ticket.AreaNo != -1 || ticket.TypeID != "adult" {
			t.Fatalf("ticket %+v", ticket)
		}
		typed := strings.NewReplacer("C", "С", "H", "Н", "K", "К", "M", "М", "P", "Р", "T", "Т", "X", "Х", "Y", "У").Replace(ticket.Code)
		qrText := w.Office.QR(ticket)
		for _, s := range []string{ticket.Code, strings.ToLower(ticket.Code), ticket.Code[:5] + "-" + ticket.Code[5:], typed, qrText, " " + qrText + "\n"} {
			got, err := w.Office.FindTicket(t.Context(), s)
			if err != nil || cmp.Diff(ticket, got) != "" {
				t.Errorf("%q: %v\n%s", s, err, cmp.Diff(ticket, got))
			}
		}
		if got, err := w.Office.TicketBySecret(t.Context(), ticket.Code, ticket.Secret); err != nil || got.ID != ticket.ID {
			t.Errorf("by secret: %+v, %v", got, err)
		}
		for _, k := range [][2]string{{ticket.Code, ""}, {ticket.Code, ticket.Secret + "x"}, {qrText, ticket.Secret}, {"", ticket.Secret}} {
			if _, err := w.Office.TicketBySecret(t.Context(), k[0], k[1]); !errors.Is(err, boxoffice.ErrNoTicket) {
				t.Errorf("%q with %q: %v", k[0], k[1], err)
			}
		}
		for _, s := range []string{"", "CCCCCCCCCC", "SAHNA1.", strings.Replace(qrText, "SAHNA1", "SAHNA2", 1), strings.Repeat("x", 1<<20), "' OR 1=1 --", "\x00"} {
			if _, err := w.Office.FindTicket(t.Context(), s); !errors.Is(err, boxoffice.ErrNoTicket) {
				t.Errorf("%.20q: %v", s, err)
			}
		}
		ticket.Secret = ""
		all, err := w.Office.TicketsOf(t.Context(), w.Performance.ID)
		if err != nil || cmp.Diff([]boxoffice.Ticket{ticket}, all) != "" {
			t.Errorf("of the performance: %v, %v", all, err)
		}
	})
}

func TestStandingTicketsNameTheirArea(t *testing.T) {
	w := banktest.New(t, dbtest.Open(t, db.SQLite))
	h, err := w.Office.Hold(t.Context(), boxoffice.HoldRequest{
		PerformanceID: w.Performance.ID,
		Items:         []boxoffice.AreaWish{{PriceZoneID: "S", Quantity: 3}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o, p := w.Checkout(t, h)
	w.Settle(t, p, "bank-1", "paid", p.Amount)
	tickets := w.Order(t, o).Tickets
	if len(tickets) != 3 {
		t.Fatalf("%d tickets", len(tickets))
	}
	for _, k := range tickets {
		c, err := boxoffice.CheckQR(w.Office.TicketKey(), w.Office.QR(k))
		if err != nil || c.SeatNo != -1 || c.AreaNo != 0 || c.TicketID != k.ID {
			t.Errorf("claim %+v, %v", c, err)
		}
	}
}

func TestQRHoldsOnlyAlphanumericCharacters(t *testing.T) {
	w := banktest.New(t, dbtest.Open(t, db.SQLite))
	text := w.Office.QR(w.Paid(t, "1-1").Tickets[0])
	if !regexp.MustCompile(`^[0-9A-Z $%*+\-./:]+$`).MatchString(text) {
		t.Fatalf("%q needs QR's byte mode", text)
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	if want := coding.Version(8); code.Size > 17+4*int(want) {
		t.Errorf("the code has %d modules a side", code.Size)
	}
}

// claims draws any claim that a ticket can have.
func claims() *rapid.Generator[boxoffice.Ticket] {
	return rapid.Custom(func(t *rapid.T) boxoffice.Ticket {
		k := boxoffice.Ticket{ID: db.NewID(), PerformanceID: db.NewID(), SeatNo: rapid.IntRange(0, 1<<31-1).Draw(t, "seat"), AreaNo: -1}
		if rapid.Bool().Draw(t, "standing") {
			k.SeatNo, k.AreaNo = -1, rapid.IntRange(0, 1<<31-1).Draw(t, "area")
		}
		return k
	})
}

func TestQRSaysWhatWasSignedAndNothingElse(t *testing.T) {
	w := banktest.New(t, dbtest.Open(t, db.SQLite))
	key := w.Office.TicketKey()
	stranger, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		k := claims().Draw(t, "ticket")
		text := w.Office.QR(k)
		c, err := boxoffice.CheckQR(key, text)
		want := boxoffice.Claim{TicketID: k.ID, PerformanceID: k.PerformanceID, SeatNo: k.SeatNo, AreaNo: k.AreaNo}
		if err != nil || c != want {
			t.Fatalf("claim %+v, %v, want %+v", c, err, want)
		}
		if _, err := boxoffice.CheckQR(stranger, text); err == nil {
			t.Fatal("another's key takes it")
		}
		// Any one character changed.
		i := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		b := []byte(text)
		b[i] = rapid.SampledFrom([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567.")).Filter(func(x byte) bool { return x != b[i] }).Draw(t, "letter")
		if _, err := boxoffice.CheckQR(key, string(b)); err == nil {
			t.Fatalf("changed at %d and still good", i)
		}
	})
}

func FuzzCheckQR(f *testing.F) {
	key := banktest.TicketKey().Public().(ed25519.PublicKey)
	f.Add("SAHNA1.")
	f.Add("SAHNA1." + strings.Repeat("A", 162))
	f.Add(strings.Repeat("Ж", 90))
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := boxoffice.CheckQR(key, text); err == nil {
			t.Errorf("%q passes as %+v", text, c)
		}
	})
}
