package catalog_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/money"
)

const examples = "../../docs/examples"

func example(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(examples + "/events.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func beside() catalog.ImportOptions { return catalog.ImportOptions{Plans: os.DirFS(examples)} }

func TestImportStoresTheExample(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := catalog.New(d, clock.NewFake(noon))
		var opened []string
		opts := beside()
		opts.OnPerformance = func(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
			if tx.Tx() == nil || len(plan.Seats()) != 40 || p.PlanHash != plan.Hash() {
				t.Errorf("the hook got tx %v, %d seats", tx.Tx(), len(plan.Seats()))
			}
			opened = append(opened, p.ID)
			return nil
		}
		r, err := c.ImportEvents(t.Context(), []byte(example(t)), opts)
		if want := (catalog.Report{Organisers: 1, Venues: 1, Events: 1, Performances: 3, New: 3}); err != nil || r != want {
			t.Fatalf("first: %+v, %v", r, err)
		}
		list, err := c.Upcoming(t.Context(), noon, 10)
		if err != nil || len(list) != 3 || len(opened) != 3 {
			t.Fatalf("%v: %d stored, %d opened", err, len(list), len(opened))
		}
		p := list[0]
		if got := p.StartsAt.Format(time.RFC3339); got != "2026-12-11T14:00:00Z" {
			t.Errorf("19:00 in Almaty is %s", got)
		}
		if a, ok := p.Price("near", "child"); !ok || a != money.Tenge(3000) || p.OrderLimit != 6 || !p.SaleUntil.Equal(p.StartsAt) ||
			p.DoorsAt.Sub(p.StartsAt) != -45*time.Minute || p.EndsAt.Sub(p.StartsAt) != 90*time.Minute {
			t.Errorf("%+v", p)
		}
		if plan, err := c.Plan(t.Context(), p.PlanHash); err != nil || len(plan.Seats()) != 40 || len(plan.Areas()) != 1 {
			t.Errorf("plan: %v", err)
		}

		again := strings.Replace(example(t), "start: 2026-12-13 12:00", "start: 2026-12-13 13:30", 1)
		again = strings.Replace(again, `en: "An Evening of the Dombra"`, `en: "The Dombra"`, 1)
		r, err = c.ImportEvents(t.Context(), []byte(again), opts)
		if err != nil || r.New != 0 || r.Performances != 3 {
			t.Fatalf("again: %+v, %v", r, err)
		}
		moved, err := c.Upcoming(t.Context(), noon, 10)
		if err != nil || len(moved) != 3 || moved[2].ID != list[2].ID || !moved[2].StartsAt.Equal(list[2].StartsAt.Add(90*time.Minute)) {
			t.Errorf("a keyed performance that moves: %v %+v", err, moved[2])
		}
		if e, err := c.EventBySlug(t.Context(), "dombyra-keshi"); err != nil || e.Title.EN != "The Dombra" {
			t.Errorf("%v %+v", err, e)
		}
		if w, err := c.Wall(t.Context(), catalog.Filter{Search: "коркем домбыра"}); err != nil || len(w.Cards) != 1 {
			t.Errorf("the import is not searchable: %v %v", err, w)
		}
	})
}

// Every case changes the example in one place; the error must name the line and the reason.
func TestImportNamesLineAndReason(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := catalog.New(d, clock.NewFake(noon))
	for _, x := range []struct{ name, old, now, line, reason string }{
		{"unknown key", "    genre: concert", "    genr: concert", "    genr: concert", `unknown key "genr"`},
		{"missing language", `, en: "Korkem Philharmonic"}`, "}", "kk: \"«Көркем» филармониясы\"", "lacks the language en"},
		{"unknown category", "categories: [far]", "categories: [farr]", "categories: [farr]", `no category "farr"`},
		{"unknown zone", "      far: {adult", "      fare: {adult", "      fare: {adult", `unknown zone "fare"`},
		{"unknown type", "{adult: 1500}", "{adlt: 1500}", "{adlt: 1500}", `unknown ticket type "adlt"`},
		{"zone without price", "      standing: {adult: 1500}\n", "", "- {id: standing", `the zone "standing" has no price`},
		{"date that cannot be read", "start: 2026-12-12 19:00", "start: 12.12.2026", "start: 12.12.2026", "cannot be read as a date"},
		{"day that does not exist", "start: 2026-12-12 19:00", "start: 2026-02-30 19:00", "start: 2026-02-30", "cannot be read as a date"},
		{"hour that the clocks left out", "start: 2026-12-12 19:00", "start: 2004-03-28 02:30", "start: 2004-03-28", "does not exist on the clocks"},
		{"price not whole", "standing: {adult: 1500}", "standing: {adult: 1500.50}", "{adult: 1500.50}", "is not a whole number"},
		{"negative price", "standing: {adult: 1500}", "standing: {adult: -1}", "{adult: -1}", "is not between 0"},
		{"duplicate slug", "venues:\n", "  - slug: korkem\n    name: {kk: a, ru: b, en: c}\nvenues:\n", "  - slug: korkem\n    name: {kk: a", "stands twice"},
		{"zone names unknown", "    lon: 76.9575", "    lon: 76.9575\n    zone: Asia/Alma", "    zone: Asia/Alma", "is no time zone"},
		{"unknown genre", "genre: concert", "genre: konzert", "genre: konzert", "is none of theatre"},
		{"unknown age mark", "age: 6+", "age: 7+", "age: 7+", "is none of 0+"},
		{"unknown organiser", "    organiser: korkem", "    organiser: nobody", "    organiser: nobody", `unknown organiser "nobody"`},
		{"unknown hall", "    hall: korkem/chamber", "    hall: korkem/big", "    hall: korkem/big", `unknown hall "korkem/big"`},
		{"unknown city", "city: almaty", "city: almatty", "city: almatty", "is not known"},
		{"unknown plan", "plan: chamber-hall.json", "plan: nothing.json", "plan: nothing.json", "there is no plan"},
		{"plan outside the folder", "plan: chamber-hall.json", "plan: ../import.md", "plan: ../import.md", "there is no plan"},
		{"plan that is none", "plan: chamber-hall.json", "plan: events.yaml", "plan: events.yaml", "is bad"},
		{"same start twice", "start: 2026-12-12 19:00", "start: 2026-12-11 19:00", "", "starts twice"},
		{"sale ends before it begins", "from: 2026-11-01 10:00", "from: 2027-11-01 10:00", "start: 2026-12-11", "would end before it begins"},
		{"slug with capitals", "slug: dombyra-keshi", "slug: Dombyra", "slug: Dombyra", "must be lower-case"},
		{"colour without quotes", `color: "#30a060"`, `color: green`, "color: green", "is not a colour"},
		{"not a list", "categories: [far]", "categories: far", "categories: far", "here must stand a list"},
		{"not a mapping", "{adult: 1500}", "1500", "standing: 1500", "here must stand keys"},
		{"alias", "minutes: 90", "minutes: &m 90", "minutes: &m 90", "anchors, aliases"},
		{"broken YAML", "prices:", "prices", "", ""},
		{"duplicate key", "    minutes: 90", "    minutes: 90\n    minutes: 91", "    minutes: 91", "already defined"},
		{"control character", "Korkem Chamber Hall", `Korkem\x07`, `Korkem\x07`, "control character"},
		{"too long", "An Evening of the Dombra", strings.Repeat("a", 201), "aaaa", "is too long"},
		{"no language for nobody", "language: kk", "language: de", "language: de", "is none of kk"},
	} {
		t.Run(x.name, func(t *testing.T) {
			bad := strings.Replace(example(t), x.old, x.now, 1)
			if bad == example(t) {
				t.Fatal("the case changes nothing")
			}
			_, err := c.ImportEvents(t.Context(), []byte(bad), beside())
			var list *catalog.ImportError
			if !errors.As(err, &list) || !errors.Is(err, catalog.ErrBadEvents) || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("got %v", err)
			}
			want := lineOf(bad, x.line)
			if !slices.ContainsFunc(list.Problems, func(p catalog.Problem) bool {
				return strings.Contains(p.Reason, x.reason) && (x.line == "" || p.Line == want)
			}) {
				t.Errorf("line %d is not named with the reason %q:\n%s", want, x.reason, list)
			}
			isEmpty(t, d)
		})
	}
}

func lineOf(file, s string) int {
	before, _, _ := strings.Cut(file, s)
	return 1 + strings.Count(before, "\n") + strings.Count(s[:len(s)-len(strings.TrimLeft(s, "\n"))], "\n")
}

func isEmpty(t *testing.T, d *db.DB) {
	t.Helper()
	for _, table := range []string{"catalog_organiser", "catalog_venue", "catalog_hall", "catalog_event", "catalog_performance", "catalog_plan"} {
		var n int
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s holds %d rows of a bad file (%v)", table, n, err)
		}
	}
}

func TestImportTellsEverythingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := catalog.New(d, clock.NewFake(noon))
		bad := strings.NewReplacer("genre: concert", "genre: konzert", "age: 6+", "age: 5+", "{adult: 1500}", "{adult: x}").Replace(example(t))
		_, err := c.ImportEvents(t.Context(), []byte(bad), beside())
		var list *catalog.ImportError
		if !errors.As(err, &list) || len(list.Problems) != 3 {
			t.Fatalf("got %v", err)
		}
		isEmpty(t, d)

		bad = strings.NewReplacer("start: 2026-12-12 19:00", "start: tomorrow", "categories: [far]", "categories: [farr]").Replace(example(t))
		if _, err = c.ImportEvents(t.Context(), []byte(bad), beside()); !errors.As(err, &list) || len(list.Problems) != 2 {
			t.Fatalf("what the database is asked for: %v", err)
		}
		isEmpty(t, d)
	})
}

func TestImportKeepsNothingWhenTheHookFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := catalog.New(d, clock.NewFake(noon))
		opts, broken := beside(), errors.New("no stock")
		opts.OnPerformance = func(context.Context, *db.DB, catalog.Performance, *catalog.Plan) error { return broken }
		if _, err := c.ImportEvents(t.Context(), []byte(example(t)), opts); !errors.Is(err, broken) {
			t.Fatalf("got %v", err)
		}
		isEmpty(t, d)
	})
}

func TestImportTakesJSONAndHashes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := catalog.New(d, clock.NewFake(noon))
		plan, err := os.ReadFile(examples + "/chamber-hall.json")
		if err != nil {
			t.Fatal(err)
		}
		hash, err := c.ImportPlan(t.Context(), plan)
		if err != nil || len(hash) != 64 {
			t.Fatalf("ImportPlan: %q %v", hash, err)
		}
		three := `{"kk":"а","ru":"б","en":"c"}`
		file := `{"organisers":[{"slug":"o","name":` + three + `}],
			"venues":[{"slug":"v","name":` + three + `,"address":` + three + `,"city":{"code":"ridder","name":` + three + `},"halls":[{"slug":"h","name":` + three + `}]}],
			"events":[{"slug":"e","organiser":"o","title":` + three + `,"text":` + three + `,"genre":"club","age":"18+","minutes":60,
			"zones":[{"id":"z","name":` + three + `,"categories":["near","far"]}],"types":[{"id":"t","name":` + three + `}],"prices":{"z":{"t":100}},
			"performances":[{"start":"2026-12-11T19:00","hall":"v/h","plan":"` + hash + `","sale":{"until":"2026-12-11 18:00"}}]}]}`
		if r, err := c.ImportEvents(t.Context(), []byte(file), catalog.ImportOptions{}); err != nil || r.New != 1 {
			t.Fatalf("%+v %v", r, err)
		}
		other := strings.Replace(file, `"plan":"`+hash+`",`, "", 1)
		_, err = c.ImportEvents(t.Context(), []byte(other), catalog.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), "neither the performance nor its hall names a plan") {
			t.Errorf("no plan: %v", err)
		}
		one, err := c.Upcoming(t.Context(), noon, 10)
		if err != nil || len(one) != 1 || cmp.Diff(one[0].PlanHash, hash) != "" {
			t.Errorf("%v %+v", err, one)
		}
	})
}

func TestImportOfHostileFilesEnds(t *testing.T) {
	c := catalog.New(dbtest.Open(t, db.SQLite), clock.NewFake(noon))
	for name, file := range map[string]string{
		"empty":           "",
		"a word":          "hello",
		"brackets":        strings.Repeat("[", 1<<20),
		"braces":          strings.Repeat("{a: ", 1<<20),
		"dashes":          strings.Repeat("- ", 1<<20),
		"tight dashes":    strings.Repeat("-\t", 1<<20),
		"question marks":  strings.Repeat("? ", 1<<20),
		"colons":          strings.Repeat("a: ", 1<<19),
		"indentation":     staircase(1000),
		"not UTF-8":       "events:\n  - slug: \xff\xfe",
		"null bytes":      strings.Repeat("\x00", 1000),
		"two documents":   "a: 1\n---\nb: 2",
		"anchors":         strings.Repeat("&a ", 1<<18),
		"tags":            strings.Repeat("!!a ", 1<<18),
		"bomb":            "a: &a [x,x]\nb: &b [*a,*a]\nevents: *b",
		"many problems":   "events:\n" + strings.Repeat("  - x\n", 4000),
		"too many events": "events:\n" + strings.Repeat("  - x\n", 5001),
		"list for events": "events: {a: 1}",
	} {
		start := time.Now()
		_, err := c.ImportEvents(t.Context(), []byte(file), catalog.ImportOptions{})
		if !errors.Is(err, catalog.ErrBadEvents) {
			t.Errorf("%s: got %v", name, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	if _, err := c.ImportEvents(t.Context(), make([]byte, catalog.MaxEventsBytes+1), catalog.ImportOptions{}); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("too large: %v", err)
	}
}

func staircase(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func FuzzImportEvents(f *testing.F) {
	f.Add([]byte(example(f)))
	f.Add([]byte("organisers: [{slug: a}]\nevents:\n  - {slug: b, prices: {a: {b: 1}}}"))
	f.Add([]byte(`{"venues":[{"halls":[{}],"city":{"code":1}}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		err := catalog.CheckEvents(file)
		var list *catalog.ImportError
		if err != nil && (!errors.As(err, &list) || len(list.Problems) == 0 || list.Problems[0].Line < 1) {
			t.Fatalf("an error without a line: %v", err)
		}
	})
}

func TestImportDrawsPicturesAnew(t *testing.T) {
	c := catalog.New(dbtest.Open(t, db.SQLite), clock.NewFake(noon))
	store, err := files.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // nothing was promised to be written after
	var drawing bytes.Buffer
	if err := png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 1200, 1600))); err != nil {
		t.Fatal(err)
	}
	named := strings.Replace(example(t), "    minutes: 90", "    minutes: 90\n    picture: poster.png", 1)
	opts := catalog.ImportOptions{Plans: os.DirFS(examples), Pictures: store}
	for name, beside := range map[string]fstest.MapFS{"no file": {}, "no picture": {"poster.png": {Data: []byte("<svg onload=alert(1)>")}}} {
		opts.Beside = beside
		var list *catalog.ImportError
		if _, err := c.ImportEvents(t.Context(), []byte(named), opts); !errors.As(err, &list) || list.Problems[0].Line != lineOf(named, "    picture") {
			t.Errorf("%s: %v", name, err)
		}
	}
	opts.Beside = fstest.MapFS{"poster.png": {Data: drawing.Bytes()}}
	if _, err := c.ImportEvents(t.Context(), []byte(named), opts); err != nil {
		t.Fatal(err)
	}
	e, err := c.EventBySlug(t.Context(), "dombyra-keshi")
	if err != nil {
		t.Fatal(err)
	}
	f, err := store.Get(t.Context(), e.Picture)
	if err != nil {
		t.Fatalf("%s: %v", e.Picture, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	if got, kind, err := image.DecodeConfig(f); err != nil || kind != "jpeg" || got.Width != 600 || got.Height != 800 {
		t.Errorf("%s %+v %v", kind, got, err)
	}
}
