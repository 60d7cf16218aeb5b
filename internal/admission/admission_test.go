package admission

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
)

// The box office and the catalogue as the door sees them: what they sell and show is their own tests' business.
type fakeOffice struct {
	mu      sync.Mutex
	tickets map[string]boxoffice.Ticket
}

func (o *fakeOffice) FindTicket(_ context.Context, code string) (boxoffice.Ticket, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if t, ok := o.tickets[code]; ok {
		return t, nil
	}
	return boxoffice.Ticket{}, boxoffice.ErrNoTicket
}

func (o *fakeOffice) TicketByID(context.Context, string, string) (boxoffice.Ticket, error) {
	return boxoffice.Ticket{}, boxoffice.ErrNoTicket
}

func (o *fakeOffice) TicketsOf(_ context.Context, performanceID string) (out []boxoffice.Ticket, _ error) {
	for _, t := range o.tickets {
		if t.PerformanceID == performanceID {
			out = append(out, t)
		}
	}
	return out, nil
}

func (o *fakeOffice) TicketKey() ed25519.PublicKey {
	return make(ed25519.PublicKey, ed25519.PublicKeySize)
}

func (o *fakeOffice) Counts(context.Context, []string) (map[string]boxoffice.Counts, error) {
	return map[string]boxoffice.Counts{"opera": {Sold: len(o.tickets)}}, nil
}

type fakeHalls map[string]catalog.Performance

func (h fakeHalls) Performance(_ context.Context, id string) (catalog.Performance, error) {
	if p, ok := h[id]; ok {
		return p, nil
	}
	return catalog.Performance{}, db.ErrNoRow
}

func (h fakeHalls) Plan(context.Context, string) (*catalog.Plan, error) { return nil, db.ErrNoRow }

var (
	doors = time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC) // 18:00 in Almaty
	start = doors.Add(time.Hour)
)

type house struct {
	*Admission
	clock  *clock.Fake
	office *fakeOffice
	east   Gate
	west   Gate
	away   Gate // of another hall
	device Device
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{clock: clock.NewFake(doors), office: &fakeOffice{tickets: map[string]boxoffice.Ticket{}}}
	for _, code := range []string{"GOOD", "MORE", "VOID", "NEXT", "GONE"} {
		h.office.tickets[code] = boxoffice.Ticket{ID: "ticket-" + code, Code: code, PerformanceID: "opera", Void: code == "VOID"}
	}
	next := h.office.tickets["NEXT"]
	next.PerformanceID = "ballet"
	h.office.tickets["NEXT"] = next
	gone := h.office.tickets["GONE"]
	gone.PerformanceID = "cancelled"
	h.office.tickets["GONE"] = gone
	h.Admission = &Admission{db: d, clock: h.clock, office: h.office, hours: DefaultHours, enter: insertEntry, hold: asJudged, catalog: fakeHalls{
		"opera":     {ID: "opera", HallID: "great", DoorsAt: doors, StartsAt: start, EndsAt: start.Add(2 * time.Hour)},
		"ballet":    {ID: "ballet", HallID: "great", DoorsAt: doors.Add(24 * time.Hour), StartsAt: start.Add(24 * time.Hour), EndsAt: start.Add(26 * time.Hour)},
		"cancelled": {ID: "cancelled", HallID: "great", DoorsAt: doors, StartsAt: start, EndsAt: start.Add(time.Hour), Cancelled: true},
	}}
	gates, err := h.EnsureGates(t.Context(), "great", []string{"East", "West"})
	if err != nil {
		t.Fatal(err)
	}
	others, err := h.EnsureGates(t.Context(), "small", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.east, h.west, h.away = gates[0], gates[1], others[0]
	h.device = h.enrol(t, "Phone 1")
	return h
}

// asJudged holds nothing: what the fake office said stays true.
func asJudged(context.Context, *db.DB, []boxoffice.Ticket) (map[string]bool, error) { return nil, nil }

func (h *house) enrol(t *testing.T, name string) Device {
	t.Helper()
	code, err := h.InviteDevice(t.Context(), name, "staff")
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := h.EnrolDevice(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (h *house) admit(t *testing.T, s Scan) Verdict {
	t.Helper()
	v, err := h.Admit(t.Context(), h.device, s)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return v
}

// says is a verdict in short.
func says(v Verdict) string {
	s := string(v.Result)
	if v.Reason != "" {
		s += " " + v.Reason
	}
	if v.Double {
		s += " double"
	}
	return s
}

func TestGatesAreMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		again, err := h.EnsureGates(t.Context(), "great", []string{"East", "West", " ", "North"})
		if err != nil {
			t.Fatal(err)
		}
		want := []Gate{h.east, h.west, {ID: again[len(again)-1].ID, HallID: "great", Name: "North"}}
		if diff := cmp.Diff(want, again); diff != "" {
			t.Error(diff)
		}
		if h.away.Name != "1" {
			t.Errorf("a hall without entrances has gate %q", h.away.Name)
		}
	})
}

func TestTicketEntersOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		first := h.admit(t, Scan{ID: "s1", Code: "GOOD", GateID: h.east.ID})
		if says(first) != "admitted" || !first.AdmittedAt.Equal(doors) || first.AdmittedBy != "East" || first.Ticket.ID != "ticket-GOOD" {
			t.Errorf("first: %+v", first)
		}
		h.clock.Advance(3 * time.Minute)
		second := h.admit(t, Scan{ID: "s2", Code: "GOOD", GateID: h.west.ID})
		if says(second) != "already_admitted "+ReasonAlready || !second.AdmittedAt.Equal(doors) || second.AdmittedBy != "East" {
			t.Errorf("second: %+v", second)
		}
		for id, want := range map[string]Verdict{"s1": first, "s2": second} {
			if diff := cmp.Diff(want, h.admit(t, Scan{ID: id, Code: "GOOD", GateID: h.west.ID})); diff != "" {
				t.Errorf("scan %s asked again: %s", id, diff)
			}
		}
		in, sold, err := h.Occupancy(t.Context(), "opera")
		if in != 1 || sold != 5 || err != nil {
			t.Errorf("occupancy %d of %d, %v", in, sold, err)
		}
		last, err := h.LastScans(t.Context(), "opera", h.device.ID, 10)
		if err != nil || len(last) != 2 || last[0].ScanID != "s2" || last[1].Result != Admitted {
			t.Errorf("last scans: %+v %v", last, err)
		}
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, c := range []struct {
			name string
			at   time.Time
			scan Scan
			want string
		}{
			{"unknown code", doors, Scan{Code: "NOPE"}, ReasonUnknown},
			{"refunded", doors, Scan{Code: "VOID"}, ReasonVoid},
			{"another hall", doors, Scan{Code: "GOOD", GateID: h.away.ID}, ReasonVenue},
			{"another performance", doors, Scan{Code: "NEXT", Expected: "opera"}, ReasonPerformance},
			{"tomorrow's", doors, Scan{Code: "NEXT"}, ReasonEarly},
			{"too early", doors.Add(-12*time.Hour - time.Second), Scan{Code: "GOOD"}, ReasonEarly},
			{"over", start.Add(6*time.Hour + time.Second), Scan{Code: "GOOD"}, ReasonOver},
			{"cancelled", doors, Scan{Code: "GONE"}, ReasonCancelled},
		} {
			h.clock.Set(c.at)
			if c.scan.GateID == "" {
				c.scan.GateID = h.east.ID
			}
			if got := says(h.admit(t, c.scan)); got != "refused "+c.want {
				t.Errorf("%s: got %s", c.name, got)
			}
		}
		h.clock.Set(doors.Add(-12 * time.Hour))
		if got := says(h.admit(t, Scan{Code: "GOOD", GateID: h.east.ID, Expected: "opera"})); got != "admitted" {
			t.Errorf("in time: %s", got)
		}
		if in, _, err := h.Occupancy(t.Context(), "opera"); in != 1 || err != nil {
			t.Errorf("%d in, %v: a refusal counted", in, err)
		}
	})
}

func TestBadScansAreErrors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for name, c := range map[string]struct {
			scan Scan
			want error
		}{
			"no code":      {Scan{Code: " ", GateID: h.east.ID}, ErrScan},
			"only NUL":     {Scan{Code: "\x00\x00", GateID: h.east.ID}, ErrScan},
			"NUL in id":    {Scan{ID: "a\x00", Code: "GOOD", GateID: h.east.ID}, ErrScan},
			"long id":      {Scan{ID: strings.Repeat("a", 65), Code: "GOOD", GateID: h.east.ID}, ErrScan},
			"odd expected": {Scan{Code: "GOOD", GateID: h.east.ID, Expected: "\x00"}, ErrScan},
			"odd word":     {Scan{Code: "GOOD", GateID: h.east.ID, Offline: true, OfflineSay: "maybe"}, ErrScan},
			"NUL in gate":  {Scan{Code: "GOOD", GateID: "\x00"}, ErrNoGate},
			"unknown gate": {Scan{Code: "GOOD", GateID: "nowhere"}, ErrNoGate},
		} {
			if _, err := h.Admit(t.Context(), h.device, c.scan); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		for _, code := range []string{"BEGIN:VCARD\nN:Somebody\x00\xff", strings.Repeat("Ж", 2000), "' OR 1=1 --"} {
			if got := says(h.admit(t, Scan{Code: code, GateID: h.east.ID})); got != "refused "+ReasonUnknown {
				t.Errorf("%.20q: %s", code, got)
			}
		}
	})
}

// second is the same office in another process: scans of one process are decided together, so a race needs two.
func (h *house) second() *Admission {
	return &Admission{db: h.db, clock: h.clock, office: h.office, hours: h.hours, oneByOne: h.oneByOne, enter: h.enter, hold: h.hold, catalog: h.catalog}
}

// rush shows one ticket at two gates of two processes sixteen times in the same moment, and counts the answers.
func (h *house) rush(t *testing.T, code string) map[Result]int {
	t.Helper()
	h.office.tickets[code] = boxoffice.Ticket{ID: code, Code: code, PerformanceID: "opera"}
	results := make([]Verdict, 16)
	processes := []*Admission{h.Admission, h.second()}
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range results {
		wg.Go(func() {
			<-begin
			v, err := processes[i/2%2].Admit(t.Context(), h.device, Scan{Code: code, GateID: []Gate{h.east, h.west}[i%2].ID})
			if err != nil {
				t.Error(err)
			}
			results[i] = v
		})
	}
	close(begin)
	wg.Wait()
	got := map[Result]int{}
	for _, v := range results {
		got[v.Result]++
	}
	return got
}

func TestRaceForOneTicket(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for round := range 5 {
			if diff := cmp.Diff(map[Result]int{Admitted: 1, AlreadyAdmitted: 15}, h.rush(t, "RACE"+string(rune('A'+round)))); diff != "" {
				t.Fatalf("round %d: %s", round, diff)
			}
		}
	})
}

// The negative control: with the key taken off the table and a look before the write in its place, the rush lets guests in twice.
// Only PostgreSQL has writers side by side; SQLite's one writer is a wall of its own.
func TestRaceIsLostWithoutTheWall(t *testing.T) {
	d := dbtest.Open(t, db.Postgres)
	h := newHouse(t, d)
	if _, err := d.Exec(t.Context(), `ALTER TABLE admission_entry DROP CONSTRAINT admission_entry_pkey`); err != nil {
		t.Fatal(err)
	}
	h.oneByOne = true
	h.enter = func(ctx context.Context, tx *db.DB, performanceID, ticketID string, e entry) (bool, error) {
		if _, err := selectEntry(ctx, tx, performanceID, ticketID); !isNoRow(err) {
			return false, err
		}
		_, err := tx.Exec(ctx, `INSERT INTO admission_entry (performance_id, ticket_id, scan_id, gate_id, gate_name, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			performanceID, ticketID, e.scanID, e.gateID, e.gateName, e.at.UnixMicro())
		return err == nil, err
	}
	for round := range 50 {
		if h.rush(t, "LOST"+string(rune('A'+round)))[Admitted] > 1 {
			return
		}
	}
	t.Error("nobody came in twice: the race's test proves nothing")
}

// The same scan sent twice at once (a scanner that did not hear the answer) is one entry and one answer.
func TestRaceOfOneScan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				v, err := h.Admit(t.Context(), h.device, Scan{ID: "same", Code: "GOOD", GateID: h.east.ID})
				if err != nil || says(v) != "admitted" {
					t.Errorf("got %+v, %v", v, err)
				}
			})
		}
		wg.Wait()
	})
}

func offline(id, code, gate string, at time.Time, say Result) Scan {
	return Scan{ID: id, Code: code, GateID: gate, At: at, Offline: true, OfflineSay: say, Expected: "opera"}
}

func TestOfflineScansAreReportedLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.clock.Set(doors.Add(time.Hour))
		east, west := h.east.ID, h.west.ID
		at := func(minutes int) time.Time { return doors.Add(time.Duration(minutes) * time.Minute) }
		for _, c := range []struct {
			name string
			scan Scan
			want string
			when time.Time
			gate string
		}{
			{"first", offline("a", "GOOD", east, at(10), Admitted), "admitted", at(10), "East"},
			{"second guest, later", offline("b", "GOOD", west, at(20), Admitted), "already_admitted " + ReasonAlready + " double", at(10), "East"},
			{"second guest, earlier", offline("c", "GOOD", west, at(5), Admitted), "admitted double", at(5), "West"},
			{"turned away as double", offline("d", "GOOD", west, at(6), AlreadyAdmitted), "already_admitted " + ReasonAlready, at(5), "West"},
			{"turned away by an old list", offline("e", "MORE", east, at(7), Refused), "refused " + ReasonOffline, time.Time{}, ""},
			{"let in, then comes back online", offline("f", "MORE", east, at(8), Admitted), "admitted", at(8), "East"},
			{"refunded after the download", offline("g", "VOID", east, at(9), Admitted), "refused " + ReasonVoid + " double", time.Time{}, ""},
		} {
			v := h.admit(t, c.scan)
			if says(v) != c.want || !v.AdmittedAt.Equal(c.when) || v.AdmittedBy != c.gate {
				t.Errorf("%s: got %s at %v by %q", c.name, says(v), v.AdmittedAt, v.AdmittedBy)
			}
		}
		list, err := h.Troubles(t.Context(), "opera", 10)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, x := range list {
			got[x.ScanID] = x.Reason + " " + x.DeviceName + " " + x.GateName + " first " + x.FirstGate
		}
		want := map[string]string{
			"a": ReasonAlready + " Phone 1 East first West",
			"b": ReasonAlready + " Phone 1 West first West",
			"g": ReasonVoid + " Phone 1 East first ",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if v := h.admit(t, offline("a", "GOOD", east, at(10), Admitted)); v.Result != Admitted {
			t.Errorf("asked again, the overtaken scan got %s", says(v))
		}
	})
}

func TestClockOfAScannerIsNotTrusted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		if v := h.admit(t, offline("a", "GOOD", h.east.ID, doors.Add(48*time.Hour), Admitted)); !v.AdmittedAt.Equal(doors) {
			t.Errorf("a scan from the future counts at %v", v.AdmittedAt)
		}
		if v := h.admit(t, Scan{ID: "b", Code: "MORE", GateID: h.east.ID, At: doors.Add(-time.Hour)}); !v.AdmittedAt.Equal(doors) {
			t.Errorf("a scan over the network counts at %v", v.AdmittedAt)
		}
	})
}

func TestDeviceSignsInOnceByCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		code, err := h.InviteDevice(ctx, "Phone 2", "staff")
		if err != nil {
			t.Fatal(err)
		}
		typed := " " + string(code[:2]) + " " + code[2:4] + "-" + code[5:] // as somebody in a hurry types it
		token, dev, err := h.EnrolDevice(ctx, typed)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.EnrolDevice(ctx, code); !errors.Is(err, ErrInvite) {
			t.Errorf("second use: got %v", err)
		}
		got, err := h.DeviceByToken(ctx, token)
		if diff := cmp.Diff(dev, got); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
		if err := h.PlaceDevice(ctx, dev.ID, h.east.ID); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Hour)
		if got, err := h.DeviceByToken(ctx, token); err != nil || !got.SeenAt.Equal(h.clock.Now()) || got.GateID != h.east.ID {
			t.Errorf("an hour later: %+v %v", got, err)
		}
		list, err := h.Devices(ctx)
		if err != nil || len(list) != 2 || list[0].Name != "Phone 2" {
			t.Errorf("devices: %+v %v", list, err)
		}
		if err := h.RevokeDevice(ctx, dev.ID); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{token, "", "sahna_device_x"} {
			if _, err := h.DeviceByToken(ctx, bad); fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("token %.16q: got %v", bad, err)
			}
		}
	})
}

func TestInviteEndsAfterAQuarterOfAnHour(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		code, err := h.InviteDevice(ctx, "Phone 2", "staff")
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(15 * time.Minute)
		for _, c := range []string{code, "", "AAAA-AAAA"} {
			if _, _, err := h.EnrolDevice(ctx, c); !errors.Is(err, ErrInvite) {
				t.Errorf("%q: got %v", c, err)
			}
		}
		if _, err := h.InviteDevice(ctx, "  ", "staff"); !errors.Is(err, ErrDeviceName) {
			t.Errorf("a scanner without a name: %v", err)
		}
	})
}

// Neither token nor code stands in the database.
func TestSecretsAreKeptAsHashes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		code, err := h.InviteDevice(ctx, "Phone 2", "staff")
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := h.EnrolDevice(ctx, code)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		err = d.QueryRow(ctx, `SELECT (SELECT count(*) FROM admission_invite WHERE code_hash IN ($1, $2)) +
			(SELECT count(*) FROM admission_device WHERE token_hash = $3)`, code, tidy(code), token).Scan(&n)
		if n != 0 || err != nil {
			t.Errorf("%d secrets stand readable, %v", n, err)
		}
	})
}
