package catalog_test

import (
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// The agenda shows every performance once, page by page, forwards and back, cancelled ones too.
func TestAgendaPagesByKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d) // one performance in a week
		var want []string
		for i := range 6 {
			at := boxofficetest.Now.Add(time.Duration(i/2+1) * 24 * time.Hour).Add(time.Duration(i%2) * time.Hour)
			want = append(want, w.Perform(t, at, func(p *catalog.Performance) { p.Cancelled = i == 3 }).ID)
		}
		want = append(want, w.Performance.ID)
		all := func(f catalog.AgendaFilter) (got []string) {
			t.Helper()
			for range 10 {
				a, err := w.Catalog.Agenda(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range a.Performances {
					got = append(got, p.ID)
				}
				if f.After = a.Next; f.After == "" {
					return got
				}
			}
			t.Fatal("the list has no end")
			return nil
		}
		check := func(name string, got, want []string) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%s: %d performances, want %d", name, len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%s: %d is %s, want %s", name, i, got[i], want[i])
				}
			}
		}
		check("forwards", all(catalog.AgendaFilter{Limit: 2}), want)
		back := make([]string, len(want))
		for i, id := range want {
			back[len(want)-1-i] = id
		}
		check("back", all(catalog.AgendaFilter{Limit: 3, Past: true}), back)
		day := boxofficetest.Now.Add(2 * 24 * time.Hour)
		check("a day", all(catalog.AgendaFilter{From: day, Until: day.Add(12 * time.Hour)}), want[2:4])
		check("by words", all(catalog.AgendaFilter{Query: "АБАЙ", City: "almaty", Limit: 100}), want)
		check("elsewhere", all(catalog.AgendaFilter{City: "astana"}), nil)
		check("no such words", all(catalog.AgendaFilter{Query: "100% _"}), nil)
	})
}
