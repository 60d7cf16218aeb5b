package privacy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

var almaty = i18n.Zone("Asia/Almaty")

// nauryz is a Friday afternoon before five days off.
func nauryz() *clock.Fake { return clock.NewFake(time.Date(2026, 3, 20, 15, 30, 0, 0, almaty)) }

func openRequest(t *testing.T, h *privacytest.House, person string, k privacy.RequestKind) privacy.Request {
	t.Helper()
	var r privacy.Request
	err := h.DB.Transact(t.Context(), func(tx *db.DB) (err error) {
		r, err = h.Privacy.OpenRequest(t.Context(), tx, privacy.NewRequest{Person: person, Kind: k, Channel: "site", Lang: i18n.KK, Actor: "person"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fulfil(t *testing.T, h *privacytest.House, id string, a privacy.Answer) error {
	t.Helper()
	return h.DB.Transact(t.Context(), func(tx *db.DB) error { return h.Privacy.FulfilRequest(t.Context(), tx, id, a) })
}

func TestEveryClockRunsAcrossNauryz(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nauryz())
		person := h.Guest(t, privacytest.Aigul())
		want := map[privacy.RequestKind][]string{
			privacy.RequestAccess:    {"access 2026-03-30T15:30 2026-03-31T00:00"},
			privacy.RequestRectify:   {"rectify 2026-03-26T15:30 2026-03-27T00:00"},
			privacy.RequestBlock:     {"block 2026-03-26T15:30 2026-03-27T00:00"},
			privacy.RequestUnblock:   {"unblock 2026-03-26T15:30 2026-03-27T00:00"},
			privacy.RequestTakedown:  {"takedown 2026-03-26T15:30 2026-03-27T00:00"},
			privacy.RequestObjection: {"automated_objection 2026-03-30T15:30 2026-03-31T00:00"},
			privacy.RequestWithdraw:  {"withdraw 2026-04-15T15:30 2026-04-16T00:00"},
			privacy.RequestErase:     {"rectify 2026-03-26T15:30 2026-03-27T00:00", "withdraw 2026-04-15T15:30 2026-04-16T00:00"},
			privacy.RequestClaim:     {"claim_consumer 2026-03-30T15:30 2026-03-31T00:00", "claim_contract 2026-05-08T15:30 2026-05-09T00:00"},
		}
		const layout = "2006-01-02T15:04"
		for _, k := range privacy.RequestKinds {
			r := openRequest(t, h, person, k)
			var got []string
			for _, timer := range r.Timers {
				got = append(got, timer.Clock+" "+timer.Strict.In(almaty).Format(layout)+" "+timer.Due.In(almaty).Format(layout))
			}
			if diff := cmp.Diff(want[k], got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", k, diff)
			}
		}
		list, err := h.Privacy.RequestsOf(t.Context(), person)
		if err != nil || len(list) != len(privacy.RequestKinds) || len(list[0].Timers) != 2 {
			t.Fatalf("requests of the person: %d %v", len(list), err)
		}
		desk, err := h.Privacy.Requests(t.Context(), privacy.RequestFilter{Open: true}, 50)
		if err != nil || len(desk) != len(list) {
			t.Fatalf("desk: %d %v", len(desk), err)
		}
		for i := 1; i < len(desk); i++ {
			if desk[i].Due.Before(desk[i-1].Due) {
				t.Error("the desk does not begin with the earliest clock")
			}
		}
	})
}

func TestAnAnswerIsInTimeUntilMidnight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := nauryz()
		h := privacytest.New(t, d, c)
		person := h.Guest(t, privacytest.Aigul())
		first, second := openRequest(t, h, person, privacy.RequestRectify), openRequest(t, h, person, privacy.RequestRectify)
		if first.Number != "2026-00001" || second.Number != "2026-00002" {
			t.Errorf("numbers %s, %s", first.Number, second.Number)
		}
		c.Set(time.Date(2026, 3, 26, 23, 59, 59, 999999000, almaty))
		if first.Late(c.Now()) || fulfil(t, h, first.ID, privacy.Answer{Result: privacy.Granted, Actor: "person"}) != nil {
			t.Error("before midnight it is late, or cannot be answered")
		}
		c.Advance(time.Microsecond)
		if !second.Late(c.Now()) {
			t.Error("at midnight it is not late")
		}
		if err := fulfil(t, h, second.ID, privacy.Answer{Result: privacy.Refused, Actor: "person"}); !errors.Is(err, privacy.ErrGroundNeeded) {
			t.Errorf("a refusal without a ground: %v", err)
		}
		if err := fulfil(t, h, second.ID, privacy.Answer{Result: privacy.Refused, Ground: "data_correct", Actor: "person"}); err != nil {
			t.Fatal(err)
		}
		if err := fulfil(t, h, second.ID, privacy.Answer{Result: privacy.Granted, Actor: "person"}); !errors.Is(err, privacy.ErrRequestOver) {
			t.Errorf("answered twice: %v", err)
		}
		for number, want := range map[string]bool{first.Number: true, second.Number: false} {
			r, err := h.Privacy.RequestByNumber(t.Context(), number)
			if err != nil || r.InTime != want || r.State != privacy.StateAnswered || r.Letter == "" {
				t.Errorf("%s: %+v %v", number, r, err)
			}
		}
		c.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, almaty))
		if r := openRequest(t, h, person, privacy.RequestAccess); r.Number != "2027-00001" {
			t.Errorf("first of the new year is %s", r.Number)
		}
	})
}

func TestStaffEraseByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nauryz())
		r := openRequest(t, h, h.Guest(t, privacytest.Aigul()), privacy.RequestErase)
		a := privacy.Answer{Result: privacy.Granted, Actor: "staff:a"}
		if err := fulfil(t, h, r.ID, a); !errors.Is(err, privacy.ErrSecondNeeded) {
			t.Errorf("alone: %v", err)
		}
		a.Approver = "staff:a"
		if err := fulfil(t, h, r.ID, a); !errors.Is(err, privacy.ErrSamePerson) {
			t.Errorf("the same twice: %v", err)
		}
		a.Approver = "staff:b"
		if err := fulfil(t, h, r.ID, a); err != nil {
			t.Error(err)
		}
	})
}

func TestLawIsDataWithDates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := nauryz()
		h := privacytest.New(t, d, c)
		person := h.Guest(t, privacytest.Aigul())
		old := openRequest(t, h, person, privacy.RequestRectify)
		rule := calendar.Rule{ID: "rectify", Count: 2, Unit: calendar.WorkingDays, From: "2026-03-21", Source: "Law 326-VIII"}
		if err := h.Privacy.AddTerm(t.Context(), rule, "staff:a"); err != nil {
			t.Fatal(err)
		}
		due := func() string {
			r, err := h.Privacy.RequestByNumber(t.Context(), old.Number)
			if err != nil {
				t.Fatal(err)
			}
			return r.Due.In(almaty).Format("01-02")
		}
		if due() != "03-27" {
			t.Errorf("a later law moves an earlier request to %s", due())
		}
		c.Set(time.Date(2026, 3, 26, 10, 0, 0, 0, almaty))
		if r := openRequest(t, h, person, privacy.RequestRectify); r.Due.In(almaty).Format("01-02") != "03-31" {
			t.Errorf("the new term ends %s", r.Due)
		}
		// The government moves a day off: the open request moves with it.
		if err := h.Privacy.SetYear(t.Context(), 2026, "holidays = [\"03-21\", \"03-22\", \"03-23\"]\n[[moved]]\nworked = \"03-28\"\noff = \"03-26\"\n", "staff:a"); err != nil {
			t.Fatal(err)
		}
		if due() != "03-28" {
			t.Errorf("after the move the request ends %s", due())
		}
		if err := h.Privacy.SetYear(t.Context(), 2026, `holidays = ["13-01"]`, "staff:a"); !errors.Is(err, privacy.ErrYearWrong) {
			t.Errorf("a year that is none: %v", err)
		}
		for _, bad := range []calendar.Rule{
			{},
			{ID: "rectify", Count: 0, Unit: "wd", From: "2026-01-01", Source: "law"},
			{ID: "nothing", Count: 1, Unit: "wd", From: "2026-01-01", Source: "law"},
			{ID: "rectify", Count: 1, Unit: "wd", From: "1 May", Source: "law"},
			{ID: "rectify", Count: 1, Unit: "wd", From: "2026-01-01"},
		} {
			if err := h.Privacy.AddTerm(t.Context(), bad, "staff:a"); err == nil {
				t.Errorf("%+v was taken", bad)
			}
		}
		// A restart brings nothing back and changes nothing.
		if _, err := privacy.New(t.Context(), d, c, privacytest.Operator()); err != nil {
			t.Fatal(err)
		}
		rows, err := h.Privacy.TermRows(t.Context())
		if err != nil || len(rows) != 17 {
			t.Errorf("%d terms after a restart, %v", len(rows), err)
		}
		if due() != "03-28" {
			t.Error("a restart undid the officer's calendar")
		}
	})
}

func TestARequestBeyondTheKnownYearsHasAClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, clock.NewFake(time.Date(2028, 12, 20, 12, 0, 0, 0, almaty)))
		r := openRequest(t, h, h.Guest(t, privacytest.Aigul()), privacy.RequestWithdraw)
		if !r.Timers[0].Estimated || r.Due.In(almaty).Format("2006-01-02") != "2029-01-11" {
			t.Errorf("clock %+v", r.Timers[0])
		}
	})
}
