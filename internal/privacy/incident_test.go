package privacy_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// beforeNauryz is the Friday before the longest holidays of 2026: ten o'clock in Almaty.
var beforeNauryz = time.Date(2026, 3, 20, 5, 0, 0, 0, time.UTC)

func breach() privacy.Known {
	return privacy.Known{
		Title: "An export was sent to a stranger", Nature: i18n.Text{KK: "файл бөтен адамға кетті", RU: "файл ушёл постороннему"},
		Categories: []vault.Field{vault.Name, vault.Email}, Approximate: 3, Consequences: i18n.Text{KK: "алаяқтар жазуы мүмкін", RU: "могут написать мошенники"},
		Measures: i18n.Text{KK: "файл жойылды", RU: "файл удалён"}, Contact: "derek@example.kz", Tell: "yes",
	}
}

type incidentHouse struct {
	*privacytest.House
	clock *clock.Fake
	desk  *privacy.Incidents
}

func openIncidents(t *testing.T, d *db.DB) *incidentHouse {
	t.Helper()
	c := clock.NewFake(beforeNauryz)
	h := privacytest.New(t, d, c)
	return &incidentHouse{h, c, privacy.NewIncidents(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)}
}

func (h *incidentHouse) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *incidentHouse) now(t *testing.T, number string) privacy.Incident {
	t.Helper()
	i, err := h.desk.ByNumber(t.Context(), number)
	h.must(t, err)
	return i
}

const (
	dana  = "staff:dana"
	erlan = "staff:erlan"
)

// told counts the letters about incidents that went to an address.
func (h *incidentHouse) told(to, letter string) (n int) {
	for _, m := range h.Mails.All() {
		if m.To == to && len(m.Attachments) == 1 && m.Attachments[0].Name == "sahna-"+letter+".pdf" {
			n++
		}
	}
	return n
}

func (h *incidentHouse) look(t *testing.T, person, actor string) {
	t.Helper()
	h.must(t, h.DB.Transact(t.Context(), func(tx *db.DB) error {
		_, err := h.Vault.Open(t.Context(), tx, vault.Opening{Person: person, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Name, vault.Email}, Actor: actor, Reason: "test"})
		return err
	}))
}

func TestAnIncidentAcrossNauryz(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openIncidents(t, d)
		ctx := t.Context()
		i, err := h.desk.Enter(ctx, privacy.Detected{Title: "An export was sent to a stranger", Actor: dana})
		h.must(t, err)
		c := i.Timers[0]
		almaty := i18n.Zone("Asia/Almaty")
		if c.Clock != "breach_notice" || !c.Strict.Equal(time.Date(2026, 3, 26, 10, 0, 0, 0, almaty)) || !c.Due.Equal(time.Date(2026, 3, 27, 0, 0, 0, 0, almaty)) {
			t.Errorf("the clock across Nauryz: %+v", c)
		}
		for at, want := range map[time.Time]string{
			beforeNauryz:               "soon",
			c.Due.Add(-24 * time.Hour): "red", c.Due.Add(-24*time.Hour - 1): "soon", c.Due.Add(-1): "red", c.Due: "late",
		} {
			if got := c.Alarm(at); got != want {
				t.Errorf("alarm at %s is %q, not %q", at, got, want)
			}
		}
		thin := privacy.Known{Title: "An export was sent to a stranger", Approximate: 2}
		h.must(t, h.desk.Fill(ctx, i.ID, i.Revision, thin, dana))
		if err := h.desk.Fill(ctx, i.ID, i.Revision, thin, erlan); !errors.Is(err, privacy.ErrIncidentMoved) {
			t.Errorf("over a colleague's words: %v", err)
		}
		i = h.now(t, i.Number)
		if err := h.desk.Assess(ctx, i.ID, i.Revision, thin, dana); fault.KindOf(err) != fault.Invalid || !errors.Is(err, privacy.ErrIncidentPart) || !errors.Is(err, privacy.ErrIncidentTell) {
			t.Errorf("assessed with nothing known: %v", err)
		}
		write := func(a privacy.Audience) privacy.IncidentNotice {
			t.Helper()
			w, err := h.desk.Notice(ctx, h.now(t, i.Number), a)
			h.must(t, err)
			return w
		}
		if err := h.desk.Write(ctx, i.ID, write(privacy.AudienceAuthority), dana); !errors.Is(err, privacy.ErrIncidentState) {
			t.Errorf("a notice before the assessment: %v", err)
		}
		h.must(t, h.desk.Assess(ctx, i.ID, i.Revision, breach(), dana))
		w := write(privacy.AudienceAuthority)
		for _, part := range []string{"файл ушёл постороннему", "имя, адрес электронной почты", "примерно 3", "2026", "БИН 260140012345", "derek@example.kz"} {
			if !strings.Contains(w.RU, part) {
				t.Errorf("the Russian notice lacks %q:\n%s", part, w.RU)
			}
		}
		if !strings.Contains(w.KK, "файл бөтен адамға кетті") || !strings.Contains(w.KK, "уәкілетті органға") || strings.Contains(w.KK, "постороннему") {
			t.Errorf("the Kazakh notice:\n%s", w.KK)
		}
		w.RU += "\nЕщё одно предложение."
		h.must(t, h.desk.Write(ctx, i.ID, w, dana))
		w = write(privacy.AudienceAuthority)
		if err := h.desk.Deliver(ctx, i.ID, privacy.Delivered{Channel: "portal", Actor: dana}); !errors.Is(err, privacy.ErrIncidentState) {
			t.Errorf("delivered unapproved: %v", err)
		}
		if err := h.desk.Approve(ctx, i.ID, privacy.AudienceAuthority, w.Revision, dana); !errors.Is(err, privacy.ErrIncidentSame) {
			t.Errorf("approved by its writer: %v", err)
		}
		if err := h.desk.Approve(ctx, i.ID, privacy.AudienceAuthority, w.Revision-1, erlan); !errors.Is(err, privacy.ErrIncidentMoved) {
			t.Errorf("approved another text than the one read: %v", err)
		}
		h.must(t, h.desk.Approve(ctx, i.ID, privacy.AudienceAuthority, w.Revision, erlan))
		if err := h.desk.Write(ctx, i.ID, w, dana); !errors.Is(err, privacy.ErrNoticeApproved) {
			t.Errorf("an approved notice was changed: %v", err)
		}
		pdf, name, err := h.desk.Print(ctx, h.now(t, i.Number), privacy.AudienceAuthority)
		if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) || name != "sahna-2026-00001.pdf" {
			t.Errorf("the letter %q: %v", name, err)
		}
		if err := h.desk.Deliver(ctx, i.ID, privacy.Delivered{At: beforeNauryz.Add(-time.Hour), Channel: "portal", Actor: dana}); !errors.Is(err, privacy.ErrNoticeAt) {
			t.Errorf("delivered before it was approved: %v", err)
		}
		h.clock.Set(c.Due.Add(-time.Minute))
		h.must(t, h.desk.Deliver(ctx, i.ID, privacy.Delivered{Channel: "portal", Reference: "АО-77", Actor: dana}))
		i = h.now(t, i.Number)
		if i.State != privacy.IncidentAuthority || !i.Timers[0].InTime() || i.Timers[0].Alarm(c.Due.Add(time.Hour)) != "" {
			t.Errorf("after the authority has it: %+v", i)
		}
		if err := h.desk.Close(ctx, i.ID, "it is all over now", dana); !errors.Is(err, privacy.ErrIncidentState) {
			t.Errorf("closed before those concerned were told: %v", err)
		}
		aigul := h.Guest(t, privacytest.Aigul())
		s, err := h.desk.Name(ctx, i.ID, "aigul@example.kz\nnobody@example.kz, +7 701 123-45-67", dana, nil)
		if err != nil || s.Seen != 3 || s.Missing != 1 || s.Found != 1 {
			t.Errorf("a list: %+v %v", s, err)
		}
		p := write(privacy.AudiencePeople)
		h.must(t, h.desk.Write(ctx, i.ID, p, erlan))
		if list, err := h.Privacy.IncidentsOf(ctx, aigul); err != nil || len(list) != 0 {
			t.Errorf("the person reads of it before the notice is approved: %v %v", list, err)
		}
		h.must(t, h.desk.Approve(ctx, i.ID, privacy.AudiencePeople, 1, dana))
		if err := h.desk.Close(ctx, i.ID, "it is all over now", dana); !errors.Is(err, privacy.ErrIncidentState) {
			t.Errorf("closed while letters wait: %v", err)
		}
		if sent, err := h.desk.Run(ctx); err != nil || sent != 1 {
			t.Errorf("%d letters, %v", sent, err)
		}
		if sent, err := h.desk.Run(ctx); err != nil || sent != 0 {
			t.Errorf("%d letters on the second run, %v", sent, err)
		}
		if n := h.told("aigul@example.kz", "2026-00002"); n != 1 {
			t.Errorf("%d letters to the person", n)
		}
		if list, err := h.Privacy.IncidentsOf(ctx, aigul); err != nil || len(list) != 1 || !strings.Contains(list[0].KK, "файл бөтен адамға кетті") {
			t.Errorf("what the person reads: %v %v", list, err)
		}
		h.must(t, h.desk.Close(ctx, i.ID, "exports go to named recipients only", dana))
		if i = h.now(t, i.Number); i.State != privacy.IncidentClosed || i.Outcome != privacy.OutcomeBreach || i.PeopleAt.IsZero() {
			t.Errorf("closed: %+v", i)
		}
		acts, err := h.desk.Acts(ctx, i.ID)
		var names []string
		for _, a := range acts {
			names = append(names, a.What)
		}
		if want := "entered filled assessed written_authority approved_authority delivered listed written_people approved_people told closed"; err != nil || strings.Join(names, " ") != want {
			t.Errorf("history: %v %v", names, err)
		}
	})
}

func TestANoticeThatIsLateStaysLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openIncidents(t, d)
		ctx := t.Context()
		if _, err := h.desk.Enter(ctx, privacy.Detected{Title: "From the future", At: beforeNauryz.Add(time.Hour), Actor: dana}); !errors.Is(err, privacy.ErrIncidentDetected) {
			t.Errorf("detected tomorrow: %v", err)
		}
		i := h.toAuthority(t, nil)
		if c := i.Timers[0]; c.InTime() || c.MetAt.IsZero() {
			t.Errorf("a notice after the term: %+v", c)
		}
		none, err := h.desk.Enter(ctx, privacy.Detected{Title: "A false alarm", Actor: dana})
		h.must(t, err)
		h.must(t, h.desk.Dismiss(ctx, none.ID, "it was a test of ours", dana))
		if err := h.desk.Agree(ctx, none.ID, dana, true); !errors.Is(err, privacy.ErrIncidentSame) {
			t.Errorf("dismissed alone: %v", err)
		}
		h.must(t, h.desk.Agree(ctx, none.ID, erlan, false))
		h.must(t, h.desk.Dismiss(ctx, none.ID, "it really was a test of ours", erlan))
		h.must(t, h.desk.Agree(ctx, none.ID, dana, true))
		if none = h.now(t, none.Number); none.State != privacy.IncidentClosed || none.Outcome != privacy.OutcomeNone {
			t.Errorf("dismissed: %+v", none)
		}
		if open, err := h.desk.List(ctx, true, 10); err != nil || len(open) != 1 {
			t.Errorf("open incidents: %d %v", len(open), err)
		}
	})
}

// toAuthority takes a new incident to where those concerned are told; do runs every step when it is not nil.
func (h *incidentHouse) toAuthority(t *testing.T, do func(step func() error)) privacy.Incident {
	t.Helper()
	ctx := context.Background()
	if do == nil {
		do = func(step func() error) { t.Helper(); h.must(t, step()) }
	}
	var i privacy.Incident
	do(func() (err error) {
		i, err = h.desk.Enter(ctx, privacy.Detected{Title: "An export was sent to a stranger", At: h.clock.Now(), Actor: dana})
		return err
	})
	do(func() error { return h.desk.Assess(ctx, i.ID, i.Revision, breach(), dana) })
	i = h.now(t, i.Number)
	w, err := h.desk.Notice(ctx, i, privacy.AudienceAuthority)
	h.must(t, err)
	do(func() error { return h.desk.Write(ctx, i.ID, w, dana) })
	do(func() error { return h.desk.Approve(ctx, i.ID, privacy.AudienceAuthority, 1, erlan) })
	h.clock.Advance(8 * 24 * time.Hour)
	do(func() error { return h.desk.Deliver(ctx, i.ID, privacy.Delivered{Channel: "paper", Actor: dana}) })
	return h.now(t, i.Number)
}

func TestThoseConcernedAreFoundInTheJournal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openIncidents(t, d)
		h.desk.SetPage(2)
		ctx := t.Context()
		officer := func(email string) string {
			id, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: email}, "correct horse battery", []people.Role{people.RoleOfficer})
			h.must(t, err)
			return "staff:" + id
		}
		bad, good := officer("bad@example.kz"), officer("good@example.kz")
		var persons []string
		for _, email := range []string{"a@example.kz", "b@example.kz", "c@example.kz", "d@example.kz", "e@example.kz"} {
			c := privacytest.Aigul()
			c.Email = email
			persons = append(persons, h.Guest(t, c))
		}
		h.clock.Advance(time.Hour)
		from := h.clock.Now()
		h.look(t, persons[0], bad)
		h.look(t, persons[1], bad)
		h.look(t, persons[1], bad)
		h.look(t, persons[2], good)
		h.look(t, persons[3], bad)
		erase(t, h.House, persons[3]) // nobody can tell any more whose entry it was
		h.clock.Advance(time.Hour)
		h.look(t, persons[4], bad) // after the window
		for name, c := range map[string]struct {
			looks   vault.LookFilter
			found   int
			missing int
		}{
			"one of the staff":  {vault.LookFilter{From: from, Until: from.Add(time.Minute), Actor: bad}, 2, 1},
			"any of the staff":  {vault.LookFilter{From: from, Until: from.Add(time.Minute), Actor: "staff:"}, 3, 1},
			"a longer window":   {vault.LookFilter{From: from, Until: from.Add(2 * time.Hour), Actor: bad}, 3, 1},
			"a field":           {vault.LookFilter{From: from, Until: from.Add(time.Minute), Actor: bad, Field: vault.Email}, 2, 1},
			"a field unopened":  {vault.LookFilter{From: from, Until: from.Add(time.Minute), Actor: bad, Field: vault.Phone}, 0, 0},
			"another purpose":   {vault.LookFilter{From: from, Until: from.Add(time.Minute), Actor: bad, Purpose: vault.PurposeAccounting}, 0, 0},
			"the right purpose": {vault.LookFilter{From: from, Until: from.Add(time.Minute), Actor: bad, Purpose: vault.PurposeRights}, 2, 1},
		} {
			i, err := h.desk.Enter(ctx, privacy.Detected{Title: "Looks without a reason", Actor: dana})
			h.must(t, err)
			h.must(t, h.desk.Search(ctx, i.ID, privacy.Search{Source: privacy.SourceJournal, Looks: c.looks, MadeBy: dana}))
			_, err = h.desk.Run(ctx)
			h.must(t, err)
			got, err := h.desk.Searches(ctx, i.ID)
			if err != nil || len(got) != 1 || got[0].Found != c.found || got[0].Missing != c.missing || got[0].DoneAt.IsZero() || got[0].Seen < 6 {
				t.Errorf("%s: %+v %v", name, got, err)
			}
			if all, err := h.desk.Telling(ctx, i.ID); err != nil || all.Found != c.found {
				t.Errorf("%s: %+v %v", name, all, err)
			}
		}
		i, err := h.desk.Enter(ctx, privacy.Detected{Title: "The whole database got out", Actor: dana})
		h.must(t, err)
		h.must(t, h.desk.Search(ctx, i.ID, privacy.Search{Source: privacy.SourceAll, MadeBy: dana}))
		_, err = h.desk.Run(ctx)
		h.must(t, err)
		if all, err := h.desk.Telling(ctx, i.ID); err != nil || all.Found != 6 { // four guests and two officers
			t.Errorf("everybody: %+v %v", all, err)
		}
		if err := h.desk.Search(ctx, i.ID, privacy.Search{Source: privacy.SourceJournal, Looks: vault.LookFilter{From: from, Until: from}, MadeBy: dana}); !errors.Is(err, privacy.ErrSearchWindow) {
			t.Errorf("an empty window: %v", err)
		}
	})
}

func TestKilledAtEveryWriteOfAnIncidentsNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openIncidents(t, d)
		ctx := t.Context()
		mail := func(email string) people.Contacts {
			c := privacytest.Aigul()
			c.Email = email
			return c
		}
		h.Guest(t, mail("one@example.kz"))
		h.Guest(t, mail("two@example.kz"))
		twice := h.Guest(t, mail("two@example.kz"))
		blocked := h.Guest(t, mail("blocked@example.kz"))
		h.must(t, h.DB.Transact(ctx, func(tx *db.DB) error {
			return h.Vault.Block(ctx, tx, vault.Act{Person: blocked, Actor: "system", Reason: "test"})
		}))
		unsure := 0
		for n := 0; ; n++ {
			erased := h.Guest(t, mail("erased@example.kz"))
			left, killed := n, false
			do := func(step func() error) {
				t.Helper()
				d.BeforeWrite(func() error {
					if left--; left < 0 {
						killed = true
						return errKilled
					}
					return nil
				})
				was := killed
				err := step()
				d.BeforeWrite(nil)
				if !was && killed { // the program starts again and does what was not done
					if !errors.Is(err, errKilled) {
						t.Fatalf("write %d: killed, but %v", n, err)
					}
					left = 1 << 30
					err = step()
				}
				h.must(t, err)
			}
			run := func() error { _, err := h.desk.Run(ctx); return err }
			i := h.toAuthority(t, do)
			do(func() error {
				_, err := h.desk.Name(ctx, i.ID, "one@example.kz\ntwo@example.kz\nblocked@example.kz\nerased@example.kz", dana, nil)
				return err
			})
			w, err := h.desk.Notice(ctx, i, privacy.AudiencePeople)
			h.must(t, err)
			do(func() error { return h.desk.Write(ctx, i.ID, w, dana) })
			do(func() error { return h.desk.Approve(ctx, i.ID, privacy.AudiencePeople, 1, erlan) })
			erase(t, h.House, erased)
			do(run)
			i = h.now(t, i.Number)
			w, err = h.desk.Notice(ctx, i, privacy.AudiencePeople)
			h.must(t, err)
			got, err := h.desk.Telling(ctx, i.ID)
			h.must(t, err)
			one, two := h.told("one@example.kz", w.Letter), h.told("two@example.kz", w.Letter)
			if one > 1 || two > 1 || h.told("erased@example.kz", w.Letter)+h.told("blocked@example.kz", w.Letter) > 0 {
				t.Errorf("write %d: told twice, or somebody who must not be: %d %d", n, one, two)
			}
			if one+two+got.Unsure < 2 || got.Due+got.Found > 0 || got.All() != 5 || got.Skipped["erased"] != 1 || got.Skipped["blocked"]+got.Unsure < 1 {
				t.Errorf("write %d: half told: %d, %d, %+v", n, one, two, got)
			}
			unsure = max(unsure, got.Unsure)
			if i.State != privacy.IncidentPeople || len(i.Timers) != 1 || i.Timers[0].MetAt.IsZero() || !i.Timers[0].Due.After(i.DetectedAt) {
				t.Errorf("write %d: a lost clock or a lost state: %+v", n, i)
			}
			if list, err := h.Privacy.IncidentsOf(ctx, twice); err != nil || len(list) != min(n+1, 50) {
				t.Errorf("write %d: My data tells of %d incidents, %v", n, len(list), err)
			}
			if !killed {
				if n < 40 || unsure != 1 {
					t.Errorf("only %d writes, %d unsure: the test does not see them all", n, unsure)
				}
				break
			}
		}
		if n := count(t, d, `SELECT count(*) FROM privacy_incident i WHERE NOT EXISTS (SELECT 1 FROM privacy_incident_clock c WHERE c.incident_id = i.id)`); n != 0 {
			t.Errorf("%d incidents without a clock", n)
		}
		if n := count(t, d, `SELECT count(*) FROM (SELECT letter FROM privacy_incident_notice GROUP BY letter HAVING count(*) > 1) x`); n != 0 {
			t.Error("two letters with one number")
		}
	})
}
