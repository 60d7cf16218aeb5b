package office

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// trapOrder is the order of a trap, found as only a test can.
func (h *house) trapOrder(t *testing.T) boxoffice.Order {
	t.Helper()
	list, err := h.Office.Orders(t.Context(), boxoffice.OrderExpired, "", 50)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d unpaid orders, %v", len(list), err)
	}
	ord, err := h.Office.OrderByCode(t.Context(), list[0].Code)
	if err != nil {
		t.Fatal(err)
	}
	return ord
}

func TestATrapThatIsOpenedRaisesAnAlarm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		ctx := t.Context()
		officer := h.desk(t, "officer@example.kz", people.RoleOfficer)
		curious := h.desk(t, "curious@example.kz", people.RoleSupport)
		counts, err := h.Office.Counts(ctx, []string{h.Performance.ID})
		if err != nil {
			t.Fatal(err)
		}
		size, err := h.Privacy.Size(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if res, _ := officer.post(t, "/en/office/traps", url.Values{"count": {"0"}}); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("no traps: %d", res.StatusCode)
		}
		if res, _ := officer.post(t, "/en/office/traps", url.Values{"count": {"3"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("lay: %d", res.StatusCode)
		}
		// They count in no figures and run no terms.
		if after, _ := h.Office.Counts(ctx, []string{h.Performance.ID}); after[h.Performance.ID] != counts[h.Performance.ID] {
			t.Error("traps are counted as sold")
		}
		if after, err := h.Privacy.Size(ctx); err != nil || after.Persons != size.Persons {
			t.Errorf("%d persons, before %d, %v", after.Persons, size.Persons, err)
		}
		if found, err := h.Office.Verify(ctx); err != nil || len(found) > 0 {
			t.Errorf("it does not add up: %v, %v", found, err)
		}
		ord := h.trapOrder(t)
		// Nothing is written to them and nobody speaks for them: they are as erased to the program and to their person.
		for _, who := range []string{"system", "person"} {
			err := d.Transact(ctx, func(tx *db.DB) error {
				_, err := h.People.Contacts(ctx, tx, vault.Opening{Person: ord.PersonID, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email}, Actor: who, Reason: "test"})
				return err
			})
			if !errors.Is(err, privacy.ErrNobody) {
				t.Errorf("opened by %s: %v", who, err)
			}
		}
		// Looking at the order is work; opening its contacts is what the trap waits for.
		if res, body := curious.get(t, "/en/office/orders/"+ord.Code); res.StatusCode != http.StatusOK || !strings.Contains(body, "••••••") {
			t.Errorf("the order: %d", res.StatusCode)
		}
		if list, _ := h.office.Traps.Alarms(ctx, true, 5); len(list) != 0 {
			t.Fatal("an alarm before anything was opened")
		}
		res, body := curious.post(t, "/en/office/orders/"+ord.Code+"/contacts", url.Values{"purpose": {"help"}})
		if res.StatusCode != http.StatusOK || !strings.Contains(body, "mailto:") || strings.Contains(strings.ToLower(body), "trap") {
			t.Errorf("a trap does not look like others: %d", res.StatusCode)
		}
		alarms, err := h.office.Traps.Alarms(ctx, true, 5)
		if err != nil || len(alarms) != 1 || alarms[0].Actor != "staff:"+curious.account || alarms[0].Reason != "office_order_help" {
			t.Fatalf("alarms %+v, %v", alarms, err)
		}
		if err := h.Jobs.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if letters := h.Mails.All(); !slices.ContainsFunc(letters, func(l mail.Letter) bool {
			return l.To == "officer@example.kz" && strings.Contains(l.Subject, "ловушка")
		}) {
			t.Errorf("no letter to the officer among %d", len(letters))
		}
		_, body = officer.get(t, "/en/office")
		if !strings.Contains(body, "notice-danger") || !strings.Contains(body, "opened a trap") || !strings.Contains(body, "/en/office/incidents/"+alarms[0].Incident) {
			t.Error("Today shows the officer no alarm")
		}
		if _, body := curious.get(t, "/en/office"); strings.Contains(body, "opened a trap") {
			t.Error("Today warns who opened it")
		}
		if res, _ := officer.get(t, "/en/office/incidents/"+alarms[0].Incident); res.StatusCode != http.StatusOK {
			t.Errorf("its incident: %d", res.StatusCode)
		}
		if res, _ := officer.post(t, "/en/office/traps/"+alarms[0].ID+"/answer", nil); res.StatusCode != http.StatusSeeOther {
			t.Errorf("answer: %d", res.StatusCode)
		}
		if _, body := officer.get(t, "/en/office"); strings.Contains(body, "opened a trap") {
			t.Error("an answered alarm stays")
		}
		// Years later nothing has been destroyed.
		h.Clock.Advance(20 * 365 * 24 * time.Hour)
		for range 40 {
			if ran, err := h.Privacy.RunNight(ctx); err != nil {
				t.Fatal(err)
			} else if !ran {
				break
			}
		}
		if n, err := h.office.Traps.Count(ctx); err != nil || n != 3 {
			t.Errorf("%d traps are left, %v", n, err)
		}
		var fields int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM vault_field WHERE person_id = $1`, ord.PersonID).Scan(&fields); err != nil || fields != 4 {
			t.Errorf("%d fields of a trap are left, %v", fields, err)
		}
	})
}

// A look that the register refuses opens nothing, and is an alarm all the same: told once, whatever the program does in between.
func TestARefusedLookAtATrapRaisesAnAlarm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		ctx := t.Context()
		officer := h.desk(t, "officer@example.kz", people.RoleOfficer)
		door := h.desk(t, "door@example.kz", people.RoleDoor)
		if res, _ := officer.post(t, "/en/office/traps", url.Values{"count": {"2"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("lay: %d", res.StatusCode)
		}
		ord := h.trapOrder(t)
		reach := func(person, actor string) {
			t.Helper()
			err := d.Transact(ctx, func(tx *db.DB) error {
				_, err := h.People.Contacts(ctx, tx, vault.Opening{Person: person, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email}, Actor: actor, Reason: "office_order_help"})
				return err
			})
			if err == nil {
				t.Fatalf("%s may look", actor)
			}
		}
		alarms := func() []privacy.Alarm {
			t.Helper()
			if _, err := h.Vault.Integrate(ctx); err != nil {
				t.Fatal(err)
			}
			list, err := h.office.Traps.Alarms(ctx, true, 5)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		reach(ord.PersonID, "system")
		reach(h.order.PersonID, "staff:"+door.account)
		if list := alarms(); len(list) != 0 {
			t.Fatalf("an alarm without a trap, or by the program itself: %+v", list)
		}
		reach(ord.PersonID, "staff:"+door.account)
		reach(ord.PersonID, "staff:"+door.account)
		for range 2 {
			list := alarms()
			if len(list) != 1 || !list[0].Refused || list[0].Actor != "staff:"+door.account || list[0].Incident == "" {
				t.Fatalf("alarms %+v", list)
			}
		}
		if _, body := officer.get(t, "/en/office"); !strings.Contains(body, "tried to open a trap") {
			t.Error("Today shows no alarm")
		}
		if _, body := officer.get(t, "/en/office/traps"); !strings.Contains(body, "refused") {
			t.Error("the list of alarms does not say that the look was refused")
		}
		if findings, err := h.Vault.Verify(ctx, nil); err != nil || len(findings) != 0 {
			t.Errorf("the journal: %v, %v", findings, err)
		}
	})
}

func TestAlarmInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	officer := h.desk(t, "officer@example.kz", people.RoleOfficer)
	curious := h.desk(t, "curious@example.kz", people.RoleSupport)
	if res, _ := officer.post(t, "/en/office/traps", url.Values{"count": {"4"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("lay: %d", res.StatusCode)
	}
	if res, _ := curious.post(t, "/en/office/orders/"+h.trapOrder(t).Code+"/contacts", url.Values{"purpose": {"help"}}); res.StatusCode != http.StatusOK {
		t.Fatalf("look: %d", res.StatusCode)
	}
	for lang, screen := range map[string]browsertest.Screen{"ru": browsertest.Phone, "kk": browsertest.Desktop} {
		b := browsertest.Open(t, screen)
		b.Go(h.url + "/" + lang + "/office")
		b.Type("[name=email]", "officer@example.kz")
		b.Type("[name=password]", staffPassword)
		b.Type("[name=code]", officer.digits(t))
		b.Submit(".sign-in button")
		if b.Text(".notice-danger") == "" {
			t.Error("no red banner")
		}
		for name, path := range map[string]string{"today": "/office", "traps": "/office/traps"} {
			b.Go(h.url + "/" + lang + path)
			b.Fits()
			b.Accessible()
			b.Shot("alarm-" + name)
		}
	}
}
