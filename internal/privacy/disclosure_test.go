package privacy_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/packet"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// bureau is a house with a desk for disclosures, an officer, an administrator and an employee of support.
type bureau struct {
	*privacytest.House
	now                     *clock.Fake
	desk                    *privacy.Disclosures
	officer, admin, support string
}

func newBureau(t *testing.T, d *db.DB) bureau {
	t.Helper()
	now := vaulttest.Clock()
	h := privacytest.New(t, d, now)
	b := bureau{House: h, now: now, desk: privacy.NewDisclosures(h.Privacy, h.People, h.Bundle)}
	for i, who := range []struct {
		to   *string
		role people.Role
	}{{&b.officer, people.RoleOfficer}, {&b.admin, people.RoleAdmin}, {&b.support, people.RoleSupport}} {
		c := privacytest.Aigul()
		c.Email = []string{"o@example.kz", "a@example.kz", "s@example.kz"}[i]
		id, _, err := h.People.MakeStaff(t.Context(), c, "a long password of staff", []people.Role{who.role})
		if err != nil {
			t.Fatal(err)
		}
		*who.to = "staff:" + id
	}
	return b
}

var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")

// request is a case that waits for the first yes.
func (b bureau) request(t *testing.T, needs []privacy.Need, persons ...string) privacy.Disclosure {
	t.Helper()
	d, err := b.desk.Enter(t.Context(), privacy.NewDisclosure{
		Ground: "law_enforcement", Body: "Алматы қаласының полиция департаменті", TheirNo: "7-12/345", TheirDate: "2026-11-20", WantedOn: "2026-12-20",
		Official: "майор С. Тестов", Contact: "+7 727 254 40 11", Text: "Who bought the seats that evening, for case 12", Actor: b.officer,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.desk.Attach(t.Context(), d.Number, onePixel, b.officer); err != nil {
		t.Fatal(err)
	}
	if err := b.desk.Choose(t.Context(), d.Number, persons, needs, b.officer); err != nil {
		t.Fatal(err)
	}
	return b.one(t, d.Number)
}

func (b bureau) one(t *testing.T, number string) privacy.Disclosure {
	t.Helper()
	d, err := b.desk.One(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (b bureau) propose(t *testing.T, d privacy.Disclosure, key, quiet string) privacy.Disclosure {
	t.Helper()
	if err := b.desk.Propose(t.Context(), d.Number, privacy.Proposal{Revision: d.Revision, PublicKey: key, QuietUntil: quiet, Actor: b.officer}); err != nil {
		t.Fatal(err)
	}
	return b.one(t, d.Number)
}

// unpack reads the data file of an opened packet.
func unpack(t *testing.T, plain []byte) (out struct {
	Number  string
	Persons []struct {
		Outcome string
		Fields  map[string]string
	}
},
) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("data.json")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestADisclosureTakesTwoAndOpensForTheRecipientAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, b := t.Context(), newBureau(t, d)
		pub, priv, err := packet.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		person := b.Guest(t, privacytest.Aigul())
		c := b.request(t, []privacy.Need{privacy.NeedIdentity}, person)
		if len(c.Timers) != 2 || !c.Due.Equal(c.Timers[0].Due) || c.Timers[0].Clock != "disclosure" {
			t.Errorf("clocks: %+v", c.Timers)
		}
		if err := b.desk.Propose(ctx, c.Number, privacy.Proposal{Revision: c.Revision, PublicKey: pub, Actor: b.admin}); !errors.Is(err, privacy.ErrDisclosureOfficer) {
			t.Errorf("the first yes of an administrator: %v", err)
		}
		c = b.propose(t, c, pub, "")
		for who, want := range map[string]error{b.officer: privacy.ErrDisclosureTwoEyes, b.support: privacy.ErrDisclosureOfficer, "system": privacy.ErrDisclosureOfficer} {
			if _, err := b.desk.Approve(ctx, c.Number, c.Revision, who); !errors.Is(err, want) {
				t.Errorf("approved by %s: %v", who, err)
			}
		}
		if _, err := b.desk.Approve(ctx, c.Number, "another", b.admin); !errors.Is(err, privacy.ErrDisclosureMoved) {
			t.Errorf("approved what was not read: %v", err)
		}
		if _, err := b.desk.Approve(ctx, c.Number, c.Revision, b.admin); err != nil {
			t.Fatal(err)
		}
		if _, err := b.desk.Approve(ctx, c.Number, "", b.admin); !errors.Is(err, privacy.ErrDisclosureOver) {
			t.Errorf("approved again: %v", err)
		}
		sealed, err := b.desk.Download(ctx, c.Number, b.officer)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(sealed, []byte("Айгүл")) {
			t.Error("the packet can be read")
		}
		plain, err := packet.Open(priv, sealed)
		if err != nil {
			t.Fatal(err)
		}
		got := unpack(t, plain)
		if len(got.Persons) != 1 || len(got.Persons[0].Fields) != 3 || got.Persons[0].Fields["name"] != "Айгүл" || got.Persons[0].Fields["phone"] != "" {
			t.Errorf("the packet holds %+v, not the least fields", got)
		}
		if err := b.desk.Hand(ctx, c.Number, b.officer); err != nil {
			t.Fatal(err)
		}
		if _, err := b.desk.Download(ctx, c.Number, b.officer); !errors.Is(err, privacy.ErrDisclosureOver) {
			t.Errorf("downloaded after it was handed over: %v", err)
		}
		var acts []string
		for _, a := range b.one(t, c.Number).Acts {
			acts = append(acts, a.Act)
		}
		if got := strings.Join(acts, " "); got != "entered filed chosen proposed approved downloaded handed" {
			t.Errorf("acts: %s", got)
		}
		to, err := b.Privacy.DisclosedTo(ctx, person)
		if err != nil || len(to) != 1 || to[0].Number != c.Number {
			t.Errorf("the person sees %+v, %v", to, err)
		}
	})
}

func TestNothingGoesToAStateBodyOutsideADisclosure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, b := t.Context(), newBureau(t, d)
		person, other := b.Guest(t, privacytest.Aigul()), b.Guest(t, privacytest.Aigul())
		c := b.propose(t, b.request(t, []privacy.Need{privacy.NeedIdentity}, person), "", "")
		try := func(what, person, number string, f ...vault.Field) {
			t.Helper()
			err := d.Transact(ctx, func(tx *db.DB) error {
				return b.Privacy.Transfer(ctx, tx, privacy.TransferTo{
					Recipient: privacy.StateBody, Person: person, Purpose: vault.PurposeDisclosure, Fields: f, Disclosure: number,
				})
			})
			if fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s: transferred, %v", what, err)
			}
			for _, actor := range []string{"system", b.officer, b.admin, "person"} {
				err = d.Transact(ctx, func(tx *db.DB) error {
					_, err := b.Vault.Open(ctx, tx, vault.Opening{
						Person: person, Purpose: vault.PurposeDisclosure, Fields: f, Actor: actor, Reason: "disclosure:" + number,
					})
					return err
				})
				if fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%s: opened by %s, %v", what, actor, err)
				}
			}
		}
		try("before the second yes", person, c.Number, vault.Name)
		try("without a disclosure", person, "none", vault.Name)
		if _, err := b.desk.Approve(ctx, c.Number, c.Revision, b.admin); err != nil {
			t.Fatal(err)
		}
		try("a second time", person, c.Number, vault.Name)
		try("a field that was not asked for", person, c.Number, vault.Phone)
		try("somebody else", other, c.Number, vault.Name)
	})
}

func TestADisclosureByPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, b := t.Context(), newBureau(t, d)
		blocked, gone, person := b.Guest(t, privacytest.Aigul()), b.Guest(t, privacytest.Aigul()), b.Guest(t, privacytest.Aigul())
		c := b.request(t, []privacy.Need{privacy.NeedContact}, blocked, gone, person)
		if err := d.Transact(ctx, func(tx *db.DB) error {
			return b.Vault.Block(ctx, tx, vault.Act{Person: blocked, Actor: "person", Reason: "right"})
		}); err != nil {
			t.Fatal(err)
		}
		erase(t, b.House, gone)
		c = b.propose(t, c, "", "")
		password, err := b.desk.Approve(ctx, c.Number, c.Revision, b.admin)
		if err != nil || password == "" {
			t.Fatalf("password %q, %v", password, err)
		}
		sealed, err := b.desk.Download(ctx, c.Number, b.admin)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := packet.OpenPassword(password, sealed)
		if err != nil {
			t.Fatal(err)
		}
		got := unpack(t, plain)
		if len(got.Persons) != 3 || got.Persons[0].Outcome != "blocked" || got.Persons[1].Outcome != "gone" || got.Persons[2].Fields["phone"] == "" ||
			len(got.Persons[0].Fields)+len(got.Persons[1].Fields) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhatMayNotBeToldIsShownOnTheDayAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, b := t.Context(), newBureau(t, d)
		person := b.Guest(t, privacytest.Aigul())
		c := b.request(t, []privacy.Need{privacy.NeedIdentity}, person)
		if err := b.desk.Propose(ctx, c.Number, privacy.Proposal{Revision: c.Revision, QuietUntil: "2036-01-01", Actor: b.officer}); !errors.Is(err, privacy.ErrDisclosureQuiet) {
			t.Errorf("quiet for ten years: %v", err)
		}
		until := b.now.Now().Add(72 * time.Hour).Format(time.DateOnly)
		c = b.propose(t, c, "", until)
		if _, err := b.desk.Approve(ctx, c.Number, c.Revision, b.admin); err != nil {
			t.Fatal(err)
		}
		sees := func() (lines, entries int) {
			t.Helper()
			to, err := b.Privacy.DisclosedTo(ctx, person)
			if err != nil {
				t.Fatal(err)
			}
			quiet, err := b.Privacy.Quiet(ctx, person)
			if err != nil {
				t.Fatal(err)
			}
			page, err := b.Vault.EntriesOf(ctx, person, vault.Page{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Entries {
				_, err := b.Privacy.LookReceiptOf(ctx, []string{person}, e.ID)
				if hidden := quiet(e.Entry); hidden != errors.Is(err, privacy.ErrNoReceipt) {
					t.Errorf("hidden %v, and its proof: %v", hidden, err)
				} else if !hidden && strings.HasPrefix(e.Reason, "disclosure:") {
					entries++
				}
			}
			received, err := b.Privacy.ReceivedOf(ctx, person, entriesOf(page))
			if err != nil || len(received) != len(to) {
				t.Errorf("received %+v, %v; disclosed %d", received, err, len(to))
			}
			for _, r := range received {
				if r.EntryID == "" || r.Kind != privacy.KindState || r.Why.RU == "" || r.To.RU == "" {
					t.Errorf("a disclosure without its proof or words: %+v", r)
				}
			}
			return len(to), entries
		}
		if lines, entries := sees(); lines+entries != 0 {
			t.Errorf("told too early: %d lines, %d entries", lines, entries)
		}
		b.now.Advance(5 * 24 * time.Hour)
		if lines, entries := sees(); lines != 1 || entries != 2 {
			t.Errorf("on the day after: %d lines, %d entries", lines, entries)
		}
		year, err := b.Privacy.DisclosureFigures(ctx)
		if err != nil || len(year) != 1 || year[0].Received != 1 || year[0].Given != 1 || year[0].Persons != 1 {
			t.Errorf("figures: %+v, %v", year, err)
		}
	})
}

func TestARefusalOfADisclosureHasItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, b := t.Context(), newBureau(t, d)
		c := b.request(t, []privacy.Need{privacy.NeedIdentity}, b.Guest(t, privacytest.Aigul()))
		if err := b.desk.Refuse(ctx, c.Number, "no_ground", "", b.officer); !errors.Is(err, privacy.ErrDisclosureWhy) {
			t.Errorf("without words: %v", err)
		}
		if err := b.desk.Refuse(ctx, c.Number, "not_reasoned", "The request names no case.", b.officer); err != nil {
			t.Fatal(err)
		}
		body, err := b.desk.Letter(ctx, c.Number, b.officer)
		if err != nil || !bytes.HasPrefix(body, []byte("%PDF")) {
			t.Errorf("letter: %v", err)
		}
		w, err := b.desk.Words(ctx, b.one(t, c.Number), b.admin)
		if err != nil || w.Answered == "" || w.Official == "" {
			t.Errorf("words: %+v, %v", w, err)
		}
		if _, err := b.desk.Words(ctx, c, b.support); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("support reads the case: %v", err)
		}
	})
}

// TestKilledAtEveryWriteOfADisclosure: a database that dies at the n-th write leaves each step whole or undone, and the same step
// done again finishes it, once.
func TestKilledAtEveryWriteOfADisclosure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, b := t.Context(), newBureau(t, d)
		enter := privacy.NewDisclosure{
			Ground: "law_enforcement", Body: "Police department", TheirNo: "1", TheirDate: "2026-11-20", Official: "Major Test", Contact: "+7 727 000 00 00",
			Text: "Who bought the seats that evening", Actor: b.officer,
		}
		pub, _, err := packet.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		var number string
		person := b.Guest(t, privacytest.Aigul())
		steps := []struct {
			name  string
			least int // writes that the test must have seen
			do    func() error
			after func() // nothing half done
		}{
			{"enter", 5, func() error {
				c, err := b.desk.Enter(ctx, enter)
				number = c.Number
				return err
			}, func() {
				cases := count(t, d, `SELECT count(*) FROM privacy_disclosure`)
				clocks := count(t, d, `SELECT count(*) FROM privacy_disclosure_clock`)
				acts := count(t, d, `SELECT count(*) FROM privacy_disclosure_act`)
				if cases != clocks || cases != acts || cases > 1 {
					t.Errorf("%d cases with %d clocks and %d acts", cases, clocks, acts)
				}
			}},
			{"attach", 3, func() error { return b.desk.Attach(ctx, number, onePixel, b.officer) }, func() {
				wantEqual(t, d, `SELECT count(*) FROM privacy_disclosure_file`, `SELECT count(*) FROM privacy_disclosure_act WHERE act = 'filed'`)
			}},
			{"choose", 3, func() error {
				return b.desk.Choose(ctx, number, []string{person}, []privacy.Need{privacy.NeedIdentity}, b.officer)
			}, func() {
				wantEqual(t, d, `SELECT count(*) FROM privacy_disclosure_person`, `SELECT count(*) FROM privacy_disclosure_act WHERE act = 'chosen'`)
			}},
			{"propose", 2, func() error {
				return b.desk.Propose(ctx, number, privacy.Proposal{PublicKey: pub, Actor: b.officer})
			}, func() {
				wantEqual(t, d, `SELECT count(*) FROM privacy_disclosure WHERE proposed_by <> ''`, `SELECT count(*) FROM privacy_disclosure_act WHERE act = 'proposed'`)
			}},
			{"approve", 6, func() error {
				_, err := b.desk.Approve(ctx, number, "", b.admin)
				return err
			}, func() {
				for _, one := range []string{
					`SELECT count(*) FROM privacy_transfer WHERE recipient = 'state_body'`, `SELECT count(*) FROM privacy_disclosure_package`,
					`SELECT count(*) FROM privacy_disclosure_person WHERE outcome = 'given'`, `SELECT count(*) FROM privacy_disclosure_act WHERE act = 'approved'`,
					`SELECT count(*) FROM vault_journal WHERE verb = 'disclose'`, `SELECT count(*) FROM vault_journal WHERE verb = 'open' AND purpose = 'disclosure'`,
				} {
					wantEqual(t, d, `SELECT count(*) FROM privacy_disclosure WHERE state = 'given' AND closed_at > 0`, one)
				}
			}},
			{"download", 1, func() error {
				_, err := b.desk.Download(ctx, number, b.officer)
				return err
			}, func() {}},
			{"hand", 3, func() error { return b.desk.Hand(ctx, number, b.officer) }, func() {
				wantEqual(t, d, `SELECT count(*) FROM privacy_disclosure WHERE state = 'handed'`, `SELECT count(*) FROM privacy_disclosure_package WHERE length(sealed) = 0`)
			}},
		}
		for _, s := range steps {
			n := 0
			for ; ; n++ {
				revive := killAt(n, d, b.Keys)
				err := s.do()
				killed := revive()
				s.after()
				if killed != (err != nil) {
					t.Fatalf("%s, write %d: killed %v, but %v", s.name, n, killed, err)
				}
				if !killed {
					break
				}
				if n > 60 {
					t.Fatalf("%s never ends", s.name)
				}
			}
			if n < s.least {
				t.Errorf("%s: only %d writes were tried", s.name, n)
			}
		}
		if got := count(t, d, `SELECT count(*) FROM privacy_disclosure_act WHERE act <> 'downloaded'`); got != 6 {
			t.Errorf("%d acts: something was done twice or not at all", got)
		}
		if c := b.one(t, number); len(c.Timers) != 1 || !c.InTime || c.State != privacy.DisclosureHanded {
			t.Errorf("at the end: %+v", c)
		}
	})
}

func wantEqual(t *testing.T, d *db.DB, a, b string) {
	t.Helper()
	if x, y := count(t, d, a), count(t, d, b); x != y || x > 1 {
		t.Errorf("half done: %d by %s, %d by %s", x, a, y, b)
	}
}

func entriesOf(p vault.EntryPage) (out []vault.Entry) {
	for _, e := range p.Entries {
		out = append(out, e.Entry)
	}
	return out
}
