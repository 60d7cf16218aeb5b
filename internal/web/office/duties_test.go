package office

import (
	"bytes"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// oneOfEach lays a case of each duty on the desk.
func (h *house) oneOfEach(t *testing.T) {
	t.Helper()
	ctx, now := t.Context(), h.Clock.Now()
	guest := privacytest.Aigul()
	guest.Email = "organiser@example.kz"
	person := h.Guest(t, guest)
	for what, lay := range map[string]func() error{
		"enquiry": func() error {
			_, err := h.office.Enquiries.Ask(ctx, privacy.Asked{Name: "Лев", Email: "lev@example.kz", Text: "Когда откроется касса?", Given: privacytest.Given(t, h.Privacy)[0]})
			return err
		},
		"incident": func() error {
			_, err := h.office.Incidents.Enter(ctx, privacy.Detected{Title: "Список ушёл постороннему", At: now.Add(-2 * time.Hour), Actor: "system"})
			return err
		},
		"disclosure": func() error {
			_, err := h.office.Disclosures.Enter(ctx, privacy.NewDisclosure{
				Ground: "law_enforcement", Body: "Отдел полиции", TheirNo: "7-12/345", TheirDate: string(calendar.DayOf(now.Add(-24*time.Hour), i18n.Zone("Asia/Almaty"))),
				Official: "Проба П. П.", Contact: "+7 700 000 00 02", Text: "Просим сообщить, кто купил билет.", Actor: "system",
			})
			return err
		},
		"claim": func() error {
			_, err := h.office.Desk.Enter(ctx, privacy.Entered{Kind: privacy.RequestClaim, Channel: "paper", Contacts: guest, Text: "Верните деньги за показ, которого не было", Lang: i18n.RU, ReceivedAt: now, Actor: "system"})
			return err
		},
		"document": func() error {
			held, err := h.office.Documents.Spool.Take(ctx, bytes.NewReader(documenttest.PDF(t, documenttest.Certificate)), upload.Usual.Bytes)
			if err != nil {
				return err
			}
			defer held.Drop()
			_, err = h.office.Documents.Send(ctx, document.Sending{Person: person, Kind: document.KindRegistration, Lang: i18n.KK, File: held})
			return err
		},
	} {
		if err := lay(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

var dutyLink = regexp.MustCompile(`(?s)<ul class="policy-list today-duties">.*?</ul>`)

// Today shows each of the staff what they may work on, of every kind, the earliest clock first.
func TestTodayListsWhatIsOwed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.oneOfEach(t)
		owed := func(role people.Role) (kinds []string) {
			t.Helper()
			res, body := h.ask(t, string(role), http.MethodGet, "/en/office", nil)
			if res.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d", role, res.StatusCode)
			}
			for _, m := range regexp.MustCompile(`href="/en/office/([a-z]+)`).FindAllStringSubmatch(html.UnescapeString(dutyLink.FindString(body)), -1) {
				kinds = append(kinds, m[1])
			}
			return kinds
		}
		for role, want := range map[people.Role]string{
			people.RoleOfficer: "incidents disclosures enquiries requests documents",
			people.RoleSupport: "enquiries",
			people.RoleDoor:    "",
			people.RoleFinance: "",
		} {
			got := owed(role)
			all := strings.Fields(want)
			if role == people.RoleOfficer && !slices.Equal(got, all) {
				t.Errorf("the officer's, the earliest first: %v, want %v", got, all)
			}
			for _, k := range []string{"incidents", "enquiries", "disclosures", "requests", "documents"} {
				if slices.Contains(got, k) != slices.Contains(all, k) {
					t.Errorf("%s: %s among %v: %t", role, k, got, slices.Contains(got, k))
				}
			}
		}
	})
}

func TestTodayInABrowser(t *testing.T) {
	for lang, screen := range map[string]browsertest.Screen{"kk": browsertest.Phone, "ru": browsertest.Desktop.InDark()} {
		h := open(t, dbtest.Open(t, db.SQLite))
		h.oneOfEach(t)
		one := h.desked(t, screen, lang, "officer@example.kz")
		one.at(t, "/office")
		one.Fits()
		one.Accessible()
		one.Shot("today-owed")
	}
}
