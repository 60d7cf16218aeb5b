package document_test

import (
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
)

func TestAnIINIsTheNumberOfTheLaw(t *testing.T) {
	if !document.ValidIIN(documenttest.IIN) {
		for i := range 10 {
			if s := documenttest.IIN[:11] + string(rune('0'+i)); document.ValidIIN(s) {
				t.Errorf("the synthetic number should be %s", s)
			}
		}
		t.Errorf("%s is not taken", documenttest.IIN)
	}
	for i := range 12 { // any other figure in any place breaks it, but for the few that the check digit misses
		missed := 0
		for f := range 10 {
			s := documenttest.IIN[:i] + string(rune('0'+f)) + documenttest.IIN[i+1:]
			if s != documenttest.IIN && document.ValidIIN(s) {
				missed++
			}
		}
		if missed > 1 && i != 10 { // the eleventh weighs nothing
			t.Errorf("figure %d: %d other numbers are taken", i+1, missed)
		}
	}
	for _, s := range []string{"", "123", "190340000123", "000000000000", "99023139999", "9902313999901", "990231399990", "99o201399990"} {
		if document.ValidIIN(s) {
			t.Errorf("%q is taken", s)
		}
	}
}

func TestIdentityDocumentsAreKnownByTheirText(t *testing.T) {
	iin := documenttest.IIN
	letter := strings.Repeat("Настоящей доверенностью общество уполномочивает представителя подписывать договоры и получать документы. ", 25)
	for _, c := range []struct {
		name, text string
		names      bool
		want       document.Sign
	}{
		{"zone", strings.Join(documenttest.MRZ, "\n"), false, document.SignZone},
		{"a zone as readers see it", "IDKAZ000000000 0990201300000«<«\n9902013М3301019", false, document.SignZone},
		{"a passport's zone", "P<KAZSYNAKBAYEV<<SYNAK<<<<<<<<<<<<<<<<<<<<<<<", true, document.SignZone},
		{"words", strings.Join(documenttest.Card, "\n"), false, document.SignWords},
		{"words misread", "KEKE КУЭЛІК\nУДОСТОВЕРЕНИЕ ЛИЧНОСТN\nТУГАН KYНI ДАТА РОЖДЕНUЯ", false, document.SignWords},
		{"labels alone", "Фамилия / Тегі ... ТУҒАН ЖЕРІ МЕСТО РОЖДЕНИЯ ҰЛТЫ НАЦИОНАЛЬНОСТЬ ДАТА ВЫДАЧИ СРОК ДЕЙСТВИЯ", false, document.SignWords},
		{"IIN", "ИИН " + iin, false, document.SignIIN},
		{"IIN in groups", "жсн " + iin[:6] + " " + iin[6:] + ".", false, document.SignIIN},
		{"IIN beside another number", "№ 012345678 " + iin, false, document.SignIIN},
		{"IIN where it may stand", "ИИН " + iin, true, ""},
		{"words where an IIN may stand", strings.Join(documenttest.Card, "\n"), true, document.SignWords},
		{"certificate", strings.Join(documenttest.Certificate, "\n"), false, ""},
		{"a power of attorney that mentions a card", letter + "удостоверение личности № 012345678", true, ""},
		{"phones and sums", "+7 727 000 00 00, 8 701 123 45 67, 12 000 000 ₸, KZ00 0000 0000 0000 0000", false, ""},
		{"nothing", "", false, ""},
	} {
		if got := document.LooksLikeIdentity(c.text, c.names); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
