package privacy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/packet"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// once makes something the first time that a place is opened, and finds it again in every process after.
func once(t *testing.T, p dbtest.Place, name string, make func() string) string {
	t.Helper()
	path := filepath.Join(p.Dir, name)
	if body, err := os.ReadFile(path); err == nil {
		return string(body)
	}
	made := make()
	if err := os.WriteFile(path, []byte(made), 0o600); err != nil {
		t.Fatal(err)
	}
	return made
}

// doomedBureau works on disclosures in a process that will be killed.
type doomedBureau struct {
	bureau
	person, key string
}

func openDoomedBureau(t *testing.T, p dbtest.Place) doomedBureau {
	t.Helper()
	h := privacytest.At(t, p, vaulttest.Clock())
	b := doomedBureau{bureau: bureau{House: h, desk: privacy.NewDisclosures(h.Privacy, h.People, h.Bundle)}}
	staff := func(email string, role people.Role) string {
		return once(t, p, email, func() string {
			c := privacytest.Aigul()
			c.Email = email
			id, _, err := h.People.MakeStaff(t.Context(), c, "a long password of staff", []people.Role{role})
			if err != nil {
				t.Fatal(err)
			}
			return "staff:" + id
		})
	}
	b.officer, b.admin = staff("o@example.kz", people.RoleOfficer), staff("a@example.kz", people.RoleAdmin)
	b.person = once(t, p, "person", func() string { return h.Guest(t, privacytest.Aigul()) })
	b.key = once(t, p, "key", func() string {
		pub, _, err := packet.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		return pub
	})
	return b
}

// find looks for the case of a run: by the number of the state body's letter.
func (b doomedBureau) find(t *testing.T, n int) (privacy.Disclosure, bool) {
	t.Helper()
	for _, s := range privacy.DisclosureStates {
		list, err := b.desk.List(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.TheirNo == strconv.Itoa(n) {
				return b.one(t, d.Number), true
			}
		}
	}
	return privacy.Disclosure{}, false
}

// carry takes the case of a run from where it stands to its end, as staff do who look at the page again.
func (b doomedBureau) carry(t *testing.T, n int) {
	t.Helper()
	ctx := t.Context()
	for range 10 {
		d, there := b.find(t, n)
		var err error
		switch {
		case !there:
			_, err = b.desk.Enter(ctx, privacy.NewDisclosure{
				Ground: "law_enforcement", Body: "Police department", TheirNo: strconv.Itoa(n), TheirDate: "2026-11-20", Official: "Major Test", Contact: "+7 727 000 00 00",
				Text: "Who bought the seats that evening", Actor: b.officer,
			})
		case d.State == privacy.DisclosureReceived && d.File == nil:
			err = b.desk.Attach(ctx, d.Number, onePixel, b.officer)
		case d.State == privacy.DisclosureReceived && len(d.Persons) == 0:
			err = b.desk.Choose(ctx, d.Number, []string{b.person}, []privacy.Need{privacy.NeedIdentity}, b.officer)
		case d.State == privacy.DisclosureReceived:
			err = b.desk.Propose(ctx, d.Number, privacy.Proposal{PublicKey: b.key, Actor: b.officer})
		case d.State == privacy.DisclosureProposed:
			_, err = b.desk.Approve(ctx, d.Number, "", b.admin)
		case d.State == privacy.DisclosureGiven && !slices.ContainsFunc(d.Acts, func(a privacy.DisclosureAct) bool { return a.Act == "downloaded" }):
			_, err = b.desk.Download(ctx, d.Number, b.officer)
		case d.State == privacy.DisclosureGiven:
			err = b.desk.Hand(ctx, d.Number, b.officer)
		default:
			return
		}
		if err != nil {
			t.Fatalf("write %d: %v", n, err)
		}
	}
	t.Fatalf("write %d: the case never ends", n)
}

// equal counts what must exist together, and returns how often.
func equal(t *testing.T, d *db.DB, n int, queries ...string) int64 {
	t.Helper()
	first := count(t, d, queries[0])
	for _, q := range queries[1:] {
		if got := count(t, d, q); got != first {
			t.Errorf("write %d, half done: %d by %s, %d by %s", n, first, queries[0], got, q)
		}
	}
	return first
}

// TestADisclosuresProcessIsKilled kills the program itself at each write, from the request's entry to the packet's handing over.
func TestADisclosuresProcessIsKilled(t *testing.T) {
	dbtest.KillAt(t, dbtest.Doomed[doomedBureau]{
		Least: 20, Open: openDoomedBureau,
		Do: func(t *testing.T, b doomedBureau, n int) { b.carry(t, n) },
		Check: func(t *testing.T, b doomedBureau, n int, _ bool) {
			whole := func() int64 {
				equal(t, b.DB, n, `SELECT count(*) FROM privacy_disclosure`, `SELECT count(*) FROM privacy_disclosure_clock`,
					`SELECT count(*) FROM privacy_disclosure_act WHERE act = 'entered'`)
				equal(t, b.DB, n, `SELECT count(*) FROM privacy_disclosure_file`, `SELECT count(*) FROM privacy_disclosure_act WHERE act = 'filed'`)
				equal(t, b.DB, n, `SELECT count(*) FROM privacy_disclosure_person`, `SELECT count(*) FROM privacy_disclosure_act WHERE act = 'chosen'`)
				return equal(t, b.DB, n, `SELECT count(*) FROM privacy_disclosure WHERE state IN ('given', 'handed') AND closed_at > 0`,
					`SELECT count(*) FROM privacy_disclosure_act WHERE act = 'approved'`, `SELECT count(*) FROM privacy_disclosure_package`,
					`SELECT count(*) FROM privacy_transfer WHERE recipient = 'state_body'`, `SELECT count(*) FROM privacy_disclosure_person WHERE outcome = 'given'`,
					`SELECT count(*) FROM vault_journal WHERE verb = 'disclose'`, `SELECT count(*) FROM vault_journal WHERE verb = 'open' AND purpose = 'disclosure' AND reason LIKE 'disclosure:%'`)
			}
			whole()
			b.carry(t, n)
			if given := whole(); given != int64(n+1) {
				t.Errorf("write %d: %d cases were given", n, given)
			}
			d, _ := b.find(t, n)
			if len(d.Timers) != 1 || !d.InTime || d.State != privacy.DisclosureHanded {
				t.Errorf("write %d: at the end %+v", n, d)
			}
		},
	})
}

// doomedIncidents works on incidents in a process that will be killed.
type doomedIncidents struct{ *incidentHouse }

func openDoomedIncidents(t *testing.T, p dbtest.Place) doomedIncidents {
	t.Helper()
	c := clock.NewFake(beforeNauryz)
	h := privacytest.At(t, p, c)
	w := doomedIncidents{&incidentHouse{h, c, privacy.NewIncidents(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)}}
	for _, name := range []string{"one", "two"} {
		once(t, p, name, func() string {
			c := privacytest.Aigul()
			c.Email = name + "@example.kz"
			return h.Guest(t, c)
		})
	}
	return w
}

func (w doomedIncidents) find(t *testing.T, n int) (privacy.Incident, bool) {
	t.Helper()
	list, err := w.desk.List(t.Context(), false, 500)
	w.must(t, err)
	for _, i := range list {
		if i.Title == fmt.Sprintf("Case number %d", n) {
			return w.now(t, i.Number), true
		}
	}
	return privacy.Incident{}, false
}

// carry takes the incident of a run from where it stands to the last letter.
func (w doomedIncidents) carry(t *testing.T, n int) {
	t.Helper()
	ctx := t.Context()
	k := breach()
	k.Title = fmt.Sprintf("Case number %d", n)
	for range 20 {
		i, there := w.find(t, n)
		audience := privacy.AudienceAuthority
		if i.State == privacy.IncidentAuthority {
			audience = privacy.AudiencePeople
		}
		var notice privacy.IncidentNotice
		var told privacy.Told
		var err error
		if i.State == privacy.IncidentAssessed || i.State == privacy.IncidentAuthority {
			notice, err = w.desk.Notice(ctx, i, audience)
			w.must(t, err)
			told, err = w.desk.Telling(ctx, i.ID)
			w.must(t, err)
		}
		switch {
		case !there:
			_, err = w.desk.Enter(ctx, privacy.Detected{Title: k.Title, At: w.clock.Now(), Actor: dana})
		case i.State == privacy.IncidentOpen:
			err = w.desk.Assess(ctx, i.ID, i.Revision, k, dana)
		case i.State == privacy.IncidentAuthority && told.All() == 0:
			_, err = w.desk.Name(ctx, i.ID, "one@example.kz\ntwo@example.kz", dana, nil)
		case i.State == privacy.IncidentPeople || i.State == privacy.IncidentClosed:
			return
		case notice.Revision == 0:
			err = w.desk.Write(ctx, i.ID, notice, dana)
		case !notice.Approved():
			err = w.desk.Approve(ctx, i.ID, audience, notice.Revision, erlan)
		case i.State == privacy.IncidentAssessed:
			err = w.desk.Deliver(ctx, i.ID, privacy.Delivered{Channel: "portal", Actor: dana})
		default:
			_, err = w.desk.Run(ctx)
		}
		if err != nil {
			t.Fatalf("write %d: %v", n, err)
		}
	}
	i, _ := w.find(t, n)
	t.Fatalf("write %d: the incident never ends: %+v", n, i)
}

// TestAnIncidentsProcessIsKilled kills the program itself at each write, from the detection to the last letter: never half done, nobody
// told twice, no clock lost.
func TestAnIncidentsProcessIsKilled(t *testing.T) {
	dbtest.KillAt(t, dbtest.Doomed[doomedIncidents]{
		Least: 25, Open: openDoomedIncidents,
		Do: func(t *testing.T, w doomedIncidents, n int) { w.carry(t, n) },
		Check: func(t *testing.T, w doomedIncidents, n int, killed bool) {
			if i, there := w.find(t, n); there && (len(i.Timers) != 1 || i.Timers[0].MetAt.IsZero() != (i.State == privacy.IncidentOpen || i.State == privacy.IncidentAssessed)) {
				t.Errorf("write %d: state and clock do not agree: %+v", n, i)
			}
			w.carry(t, n)
			i, _ := w.find(t, n)
			notice, err := w.desk.Notice(t.Context(), i, privacy.AudiencePeople)
			w.must(t, err)
			got, err := w.desk.Telling(t.Context(), i.ID)
			w.must(t, err)
			letters := map[string]int{}
			for _, l := range w.Mails.Left(t) {
				if len(l.Attachments) == 1 && l.Attachments[0].Name == "sahna-"+notice.Letter+".pdf" {
					letters[l.To]++
				}
			}
			one, two := letters["one@example.kz"], letters["two@example.kz"]
			if one > 1 || two > 1 || len(letters) > 2 {
				t.Errorf("write %d: told twice: %v", n, letters)
			}
			if got.All() != 2 || got.Due+got.Found > 0 || got.Told+got.Unsure != 2 || got.Unsure > 1 || one+two < got.Told || !killed && got.Unsure > 0 {
				t.Errorf("write %d: half told: %v, %+v", n, letters, got)
			}
			if len(i.Timers) != 1 || !i.Timers[0].InTime() {
				t.Errorf("write %d: a lost clock: %+v", n, i.Timers)
			}
			equal(t, w.DB, n, `SELECT count(*) FROM privacy_incident`, `SELECT count(*) FROM privacy_incident_clock`, `SELECT count(*) FROM privacy_incident_act WHERE act = 'entered'`,
				`SELECT count(*) FROM privacy_incident_act WHERE act = 'delivered'`, `SELECT count(DISTINCT letter) FROM privacy_incident_notice WHERE audience = 'people'`)
		},
	})
}
