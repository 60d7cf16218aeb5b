package privacy_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

func onRequest(person string) privacy.EraseOrder {
	return privacy.EraseOrder{Person: person, RequestID: "r1", Actor: "staff:a", Approver: "staff:b", Reason: "request"}
}

func erase(t *testing.T, w *privacytest.House, person string) privacy.Erasure {
	t.Helper()
	e, err := w.Privacy.Erase(t.Context(), onRequest(person))
	if err != nil {
		t.Fatalf("erase: %v", err)
	}
	return e
}

// fates sums outcomes up as "room/kind fate ground".
func fates(outs []privacy.Outcome) map[string]int {
	out := map[string]int{}
	for _, o := range outs {
		out[strings.TrimSpace(o.Room+"/"+o.Kind+" "+string(o.Fate)+" "+o.Ground)]++
	}
	return out
}

func wantFates(t *testing.T, outs []privacy.Outcome, want ...string) {
	t.Helper()
	got := fates(outs)
	for _, w := range want {
		if got[w] == 0 {
			t.Errorf("no outcome %q in %v", w, got)
		}
		delete(got, w)
	}
	for k := range got {
		t.Errorf("unexpected outcome %q", k)
	}
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := d.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func ledgerSum(t *testing.T, d *db.DB) int64 {
	t.Helper()
	return count(t, d, `SELECT COALESCE(sum(CASE WHEN amount > 0 THEN amount ELSE 0 END), 0) FROM boxoffice_ledger`)
}

func TestOpenObligationsAreWithheldAndErasedAfterwards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		ctx := t.Context()
		order := w.Buy(t, "1-1", "1-2")
		other := w.Buy(t, "5-5")
		if order.PersonID == other.PersonID {
			t.Fatal("two guests are one person")
		}
		sum := ledgerSum(t, d)
		plan, err := w.Privacy.Preflight(ctx, order.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		first := []string{"boxoffice/order withheld performance_coming", "vault/fields withheld obligation", "privacy/consent restricted proof_of_consent"}
		wantFates(t, plan, first...)
		e := erase(t, w.House, order.PersonID)
		wantFates(t, e.Outcomes, first...)
		if e.Done() {
			t.Error("an erasure that withholds a coming ticket is done")
		}
		if _, err := contacts(w, order.PersonID); err != nil {
			t.Errorf("the contacts that the ticket needs are gone: %v", err)
		}
		if n, err := w.Privacy.FinishErasures(ctx); err != nil || n != 0 {
			t.Errorf("finished %d, %v before the performance", n, err)
		}
		w.Clock.Advance(9 * 24 * time.Hour)
		if n, err := w.Privacy.FinishErasures(ctx); err != nil || n != 1 {
			t.Fatalf("finished %d, %v after the performance", n, err)
		}
		if _, err := contacts(w, order.PersonID); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("contacts after the erasure: %v", err)
		}
		if _, err := contacts(w, other.PersonID); err != nil {
			t.Errorf("another person's contacts: %v", err)
		}
		es, err := w.Privacy.Erasures(ctx, order.PersonID)
		if err != nil || len(es) != 1 || !es[0].Done() {
			t.Fatalf("erasures: %+v, %v", es, err)
		}
		wantFates(t, es[0].Outcomes, "boxoffice/order anonymised tax_records", "vault/fields erased", "vault/journal anonymised", "privacy/consent restricted proof_of_consent")
		if n := count(t, d, `SELECT count(*) FROM boxoffice_order WHERE person_id = $1`, order.PersonID); n != 0 {
			t.Error("an order still names the person")
		}
		if got := ledgerSum(t, d); got != sum {
			t.Errorf("the ledger has %d, had %d", got, sum)
		}
		if found, err := w.Office.Verify(ctx); err != nil || len(found) > 0 {
			t.Errorf("the box office does not add up: %v, %v", found, err)
		}
		again := erase(t, w.House, order.PersonID)
		if again.ID != es[0].ID || count(t, d, `SELECT count(*) FROM privacy_erasure`) != 1 {
			t.Error("erasing again made a second line")
		}
		if wrong, err := w.Privacy.VerifyErasures(ctx); err != nil || len(wrong) > 0 {
			t.Errorf("the ledger does not fit: %v, %v", wrong, err)
		}
	})
}

func contacts(w *boxofficetest.World, person string) (c people.Contacts, err error) {
	err = w.DB.Transact(context.Background(), func(tx *db.DB) error {
		c, err = w.People.Contacts(context.Background(), tx, vault.Opening{Person: person, Purpose: vault.PurposeService, Actor: "system", Reason: "test"})
		return err
	})
	return c, err
}

func TestUnpaidOrdersAndRefundsAreWithheld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		pending, _ := w.Order(t, w.Hold(t, w.Seats("1-1")))
		paid := w.Buy(t, "2-2")
		if err := w.Office.Refund(t.Context(), paid.Code, "staff:a", "asked for"); err != nil {
			t.Fatal(err)
		}
		wantFates(t, erase(t, w.House, pending.PersonID).Outcomes,
			"boxoffice/order withheld order_open", "vault/fields withheld obligation", "privacy/consent restricted proof_of_consent")
		wantFates(t, erase(t, w.House, paid.PersonID).Outcomes,
			"boxoffice/order withheld refund_due", "vault/fields withheld obligation", "privacy/consent restricted proof_of_consent")
	})
}

func TestErasedPersonCannotComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		ctx := t.Context()
		id := h.Guest(t, privacytest.Aigul())
		e := erase(t, h, id)
		if !e.Done() {
			t.Fatalf("not done: %+v", e)
		}
		// By an edit of the emptied row, by whomever.
		err := d.Transact(ctx, func(tx *db.DB) error { return h.People.Keep(ctx, tx, id, privacytest.Aigul()) })
		if !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("Keep: %v", err)
		}
		if err := d.Transact(ctx, func(tx *db.DB) error { return h.People.Correct(ctx, tx, id, privacytest.Aigul()) }); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("Correct: %v", err)
		}
		if found, err := h.People.PersonsByEmail(ctx, privacytest.Aigul().Email); err != nil || len(found) != 0 {
			t.Errorf("found by e-mail: %v, %v", found, err)
		}
		if fresh := h.Guest(t, privacytest.Aigul()); fresh == id {
			t.Error("the same e-mail is the same person again")
		}
		if _, err := h.Privacy.Erase(ctx, privacy.EraseOrder{Person: "p", Actor: "staff:a", Approver: "staff:a", Reason: "request"}); !errors.Is(err, privacy.ErrApprover) {
			t.Errorf("one person decided and approved: %v", err)
		}
	})
}

func TestErasureLedgerOnlyGrows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		erase(t, h, h.Guest(t, privacytest.Aigul()))
		for _, stmt := range []string{
			`UPDATE privacy_erasure SET reason = 'x'`, `DELETE FROM privacy_erasure_end`, `DELETE FROM privacy_erasure_outcome`,
			`UPDATE privacy_erasure_end SET state = 'partly'`, `DELETE FROM privacy_erasure`,
		} {
			if _, err := d.Exec(t.Context(), stmt); err == nil {
				t.Errorf("%s went through", stmt)
			}
		}
	})
}

func TestBlockedDataIsNotErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		ctx := t.Context()
		id := h.Guest(t, privacytest.Aigul())
		block := vault.Act{Person: id, Actor: "person", Reason: "request"}
		if err := d.Transact(ctx, func(tx *db.DB) error { return h.Vault.Block(ctx, tx, block) }); err != nil {
			t.Fatal(err)
		}
		e := erase(t, h, id)
		wantFates(t, e.Outcomes, "vault/fields withheld blocked", "privacy/consent withheld blocked")
		if err := d.Transact(ctx, func(tx *db.DB) error { return h.Vault.Unblock(ctx, tx, block) }); err != nil {
			t.Fatal(err)
		}
		if e = erase(t, h, id); !e.Done() {
			t.Errorf("asked again after unblocking: %+v", e)
		}
	})
}

func TestALegalHoldKeepsAPersonFromErasure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		ctx := t.Context()
		id, other := h.Guest(t, privacytest.Aigul()), h.Guest(t, privacytest.Aigul())
		hold, err := h.Privacy.PutHold(ctx, privacy.Hold{Person: id, Reason: "case-7", MadeBy: "staff:a"})
		if err != nil {
			t.Fatal(err)
		}
		wantFates(t, erase(t, h, id).Outcomes, "vault/fields withheld legal_hold", "privacy/consent withheld legal_hold")
		if !erase(t, h, other).Done() {
			t.Error("a hold on one person keeps another")
		}
		if err := h.Privacy.LiftHold(ctx, hold.ID, "staff:a"); err != nil {
			t.Fatal(err)
		}
		if !erase(t, h, id).Done() {
			t.Error("the hold is lifted, and the erasure does not go on")
		}
	})
}

// errKilled stands for the end of the program: from the chosen write on nothing is written any more.
var errKilled = errors.New("killed")

// killAt lets n writes through on both databases and none after.
func killAt(n int, ds ...*db.DB) (revive func() (killed bool)) {
	left := n
	dead := false
	for _, d := range ds {
		d.BeforeWrite(func() error {
			if left--; left < 0 {
				dead = true
				return errKilled
			}
			return nil
		})
	}
	return func() bool {
		for _, d := range ds {
			d.BeforeWrite(nil)
		}
		return dead
	}
}

func TestKilledAtEveryWriteOfAnErasure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		ctx := t.Context()
		var orders []boxoffice.Order
		for row := range 10 {
			for seat := range 5 {
				orders = append(orders, w.Buy(t, strconv.Itoa(row+1)+"-"+strconv.Itoa(seat+1)))
			}
		}
		w.Clock.Advance(9 * 24 * time.Hour)
		sum := ledgerSum(t, d)
		for n := 0; ; n++ {
			if n == len(orders) {
				t.Fatal("an erasure has more writes than the test has persons")
			}
			person := orders[n].PersonID
			revive := killAt(n, d, w.Keys)
			_, err := w.Privacy.Erase(ctx, onRequest(person))
			killed := revive()
			if killed != (err != nil) {
				t.Fatalf("write %d: killed %v, but %v", n, killed, err)
			}
			lines := count(t, d, `SELECT count(*) FROM privacy_erasure WHERE person_id = $1`, person)
			touched := count(t, d, `SELECT count(*) FROM vault_tombstone WHERE person_id = $1`, person) > 0 ||
				count(t, d, `SELECT count(*) FROM boxoffice_order WHERE person_id = $1`, person) == 0
			if touched && lines == 0 {
				t.Errorf("write %d: half done without a line in the ledger", n)
			}
			if err := w.Privacy.CheckLedger(ctx); err != nil {
				t.Errorf("write %d: a crash looks like a restore: %v", n, err)
			}
			if _, err := w.Privacy.FinishErasures(ctx); err != nil {
				t.Fatalf("write %d: finish: %v", n, err)
			}
			_, err = contacts(w, person)
			if lines > 0 && !errors.Is(err, vault.ErrDestroyed) || lines == 0 && err != nil {
				t.Errorf("write %d, %d lines: contacts: %v", n, lines, err)
			}
			es, err := w.Privacy.Erasures(ctx, person)
			if err != nil || int64(len(es)) != lines || lines == 1 && (!es[0].Done() || fates(es[0].Outcomes)["boxoffice/order anonymised tax_records"] != 1) {
				t.Errorf("write %d: %+v, %v", n, es, err)
			}
			if !killed {
				if n < 10 {
					t.Errorf("only %d writes: the test does not see them all", n)
				}
				break
			}
		}
		if got := ledgerSum(t, d); got != sum {
			t.Errorf("the ledger has %d, had %d", got, sum)
		}
	})
}

// TestRestoredDatabaseIsBehind puts a database of before the erasures beside the key store of after.
func TestRestoredDatabaseIsBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		ctx := t.Context()
		var persons []string
		for range 3 {
			persons = append(persons, h.Guest(t, privacytest.Aigul()))
		}
		old := dbtest.Open(t, d.Engine())
		copyFields(t, d, old)
		for _, id := range persons[:2] {
			erase(t, h, id)
		}
		if err := h.Privacy.CheckLedger(ctx); err != nil {
			t.Fatalf("the database that knows: %v", err)
		}
		back := privacytest.Over(t, old, h.Keys)
		if err := back.Privacy.CheckLedger(ctx); !errors.Is(err, privacy.ErrBehind) {
			t.Fatalf("the database that does not know: %v", err)
		}
		for n := 0; ; n++ { // killed at every write, too
			revive := killAt(n, old, h.Keys)
			_, err := back.Privacy.Replay(ctx)
			killed := revive()
			if killed != (err != nil) {
				t.Fatalf("write %d: killed %v, but %v", n, killed, err)
			}
			behind := back.Privacy.CheckLedger(ctx)
			if killed && behind == nil && count(t, old, `SELECT count(*) FROM vault_field WHERE person_id = $1`, persons[0]) > 0 {
				t.Errorf("write %d: it would be served with an erased person's fields", n)
			}
			if !killed {
				if behind != nil || n < 5 {
					t.Errorf("after %d writes: %v", n, behind)
				}
				break
			}
		}
		for i, id := range persons {
			fields := count(t, old, `SELECT count(*) FROM vault_field WHERE person_id = $1`, id)
			es, err := back.Privacy.Erasures(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if i < 2 && (fields != 0 || len(es) != 1 || !es[0].Done()) || i == 2 && (fields == 0 || len(es) != 0) {
				t.Errorf("person %d: %d fields, %+v", i, fields, es)
			}
		}
	})
}

func copyFields(t *testing.T, from, to *db.DB) {
	t.Helper()
	err := from.Each(t.Context(), func(scan func(...any) error) error {
		var person, class, field string
		var version, at int64
		var sealed []byte
		if err := scan(&person, &class, &field, &version, &sealed, &at); err != nil {
			return err
		}
		_, err := to.Exec(t.Context(), `INSERT INTO vault_field (person_id, class, field, version, sealed, sealed_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			person, class, field, version, sealed, at)
		return err
	}, `SELECT person_id, class, field, version, sealed, sealed_at FROM vault_field`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestOlderKeyStoreDoesNotBringKeysBack puts the keys of before beside the database of after.
func TestOlderKeyStoreDoesNotBringKeysBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		ctx := t.Context()
		id := h.Guest(t, privacytest.Aigul())
		var root string
		var wrapped []byte
		if err := h.Keys.QueryRow(ctx, `SELECT root, wrapped FROM keystore_key WHERE person_id = $1`, id).Scan(&root, &wrapped); err != nil {
			t.Fatal(err)
		}
		erase(t, h, id)
		for _, stmt := range []string{`DELETE FROM keystore_erasure`, `DELETE FROM keystore_tombstone`} {
			if _, err := h.Keys.Exec(ctx, stmt); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.Keys.Exec(ctx, `INSERT INTO keystore_key (person_id, class, root, wrapped, made_at, used) VALUES ($1, 'person', $2, $3, 1, TRUE)`, id, root, wrapped); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Privacy.FinishErasures(ctx); err != nil {
			t.Fatal(err)
		}
		if n := count(t, h.Keys, `SELECT count(*) FROM keystore_key WHERE person_id = $1`, id); n != 0 {
			t.Error("a destroyed key is back")
		}
		if n := count(t, h.Keys, `SELECT count(*) FROM keystore_erasure`); n != 1 {
			t.Errorf("the copy has %d lines", n)
		}
	})
}
