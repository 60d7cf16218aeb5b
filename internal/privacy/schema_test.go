package privacy_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// columns lists the migrated schema as "table.column"; the queue's and the migrations' own tables hold ids only.
func columns(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	query := `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
	if d.Engine() == db.Postgres {
		query = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	err := d.Each(t.Context(), func(scan func(...any) error) error {
		var table, column string
		err := scan(&table, &column)
		if !strings.HasPrefix(table, "river_") && !strings.HasPrefix(table, "schema_version") && !strings.HasPrefix(table, "sqlite_") {
			out = append(out, table+"."+column)
		}
		return err
	}, query)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// leadsToSomebody are names of columns that hold the id of a person or of an employee's account.
var leadsToSomebody = regexp.MustCompile(`(_by|\.actor|\.approver|\.writer|\.reviewer|\.person_id|\.holder_id|\.case_id|\.account_id)$`)

// notSomebody are the columns that are only called so.
var notSomebody = []string{"privacy_disclosure.sealed_by", "admission_scan.admitted_by"}

// Every column is classified: none and technical hold nothing on a person; person is the random id of a person or an account, or holds
// one; sealed stands under a key that is not beside it; digest cannot be read back; words is what the office or an organiser writes for
// everybody to read, about nobody. A column that nobody classified could hold personal data that no register names.
func TestEveryColumnIsClassified(t *testing.T) {
	raw, err := os.ReadFile("testdata/schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	class := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		name, c, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !slices.Contains([]string{"none", "technical", "person", "sealed", "digest", "words"}, c) {
			t.Fatalf("testdata/schema.txt: %q", line)
		}
		class[name] = c
		if leadsToSomebody.MatchString(name) && c != "person" && !slices.Contains(notSomebody, name) {
			t.Errorf("%s leads to somebody and is called %s", name, c)
		}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all := columns(t, d)
		if len(all) < 200 {
			t.Fatalf("only %d columns found", len(all))
		}
		for _, name := range all {
			if class[name] == "" {
				t.Errorf("%s is not classified: say in testdata/schema.txt what it can hold", name)
			}
		}
		for name := range class {
			if _, found := slices.BinarySearch(all, name); !found {
				t.Errorf("%s is classified and not there", name)
			}
		}
	})
}
