package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sahna/sahna/internal/"

// may is the table of docs/map.md: which rooms a room may enter besides itself and platform.
var may = map[string][]string{
	"catalog":    {},
	"vault":      {},
	"people":     {"vault"},
	"privacy":    {"people", "vault"},
	"boxoffice":  {"catalog", "people", "privacy"},
	"admission":  {"boxoffice", "catalog"},
	"membership": {"boxoffice", "catalog", "people", "privacy"},
	"marketing":  {"catalog", "boxoffice", "privacy", "people"},
	"analytics":  {"catalog", "boxoffice", "marketing"},
	"waitroom":   {"catalog"},
	"platform":   {},
	// The demo's content fills the catalogue; it is no room of the trade.
	"demo": {"catalog"},
	// A rehearsal's buyers come in by HTTP and know no room.
	"rehearsal": {},
}

// doors serve people and machines: they may enter every room, but not one another (web/ui is what they share).
var doors = []string{"web", "api"}

// vaultMayBeEnteredBy says who opens personal data. The type vault.Opening travels further: a door says who looks and why.
var vaultMayBeEnteredBy = []string{"vault", "people", "privacy", "app"}

// openings are the files outside those rooms that may name vault's types, to say for which purpose contacts are wanted.
var openings = regexp.MustCompile(`^(boxoffice|web|api)/`)

// vaultTypes are what openings may use of the vault: the words, never the Vault itself.
var vaultTypes = regexp.MustCompile(`^(Opening|Purpose\w*|Field|Surname|Name|Patronymic|Phone|Email|BirthDate|IP|UserAgent|RequestText|AnswerText|RequestContacts|Document|LookFilter|Verb\w*|Secret|NewSecret|Entry|EntryPage|JournalEntry|Proof)$`)

func TestRoomsEnterOnlyWhereTheyMay(t *testing.T) {
	for _, f := range sources(t) {
		room := roomOf(f.path)
		for _, imp := range f.imports {
			to, ok := strings.CutPrefix(imp, module)
			if !ok || strings.HasSuffix(f.path, "_test.go") {
				continue
			}
			if reason := forbidden(f, room, roomOf(to+"/x"), to); reason != "" {
				t.Errorf("%s imports %s: %s", f.path, to, reason)
			}
		}
	}
}

func forbidden(f source, room, target, to string) string {
	switch {
	case room == "app", target == "platform", room == target && room != "web", isTestPackage(f.path):
		return ""
	case room == "platform":
		return "platform knows no trade"
	case target == "vault" && !slices.Contains(vaultMayBeEnteredBy, room):
		if openings.MatchString(f.path) && f.usesOnly("vault", vaultTypes) {
			return ""
		}
		return "only people and privacy open the vault; others ask people, and may name an Opening"
	case slices.Contains(doors, room):
		return betweenDoors(f.path, to)
	case target == "app", slices.Contains(doors, target):
		return "rooms do not know their doors"
	case !slices.Contains(may[room], target):
		return fmt.Sprintf("%s may enter %v only (docs/map.md)", room, may[room])
	}
	return ""
}

// betweenDoors keeps site, account, office and door apart: what two of them need belongs to web/ui or to a room.
func betweenDoors(path, to string) string {
	from, target := doorOf(path), doorOf(to+"/x")
	if target == "" || from == target || target == "web/ui" || strings.HasPrefix(to, "web/site/basketcookie") {
		return ""
	}
	return from + " and " + target + " are different doors: what both need belongs to web/ui or to a room"
}

func doorOf(path string) string {
	parts := strings.Split(path, "/")
	if parts[0] == "api" {
		return "api"
	}
	if parts[0] == "web" && len(parts) > 2 {
		return "web/" + parts[1]
	}
	return ""
}

func isTestPackage(path string) bool {
	return strings.HasSuffix(filepath.Base(filepath.Dir(path)), "test")
}

func roomOf(path string) string {
	room, _, _ := strings.Cut(path, "/")
	return room
}

var tableName = regexp.MustCompile(`(?i)\b(?:from|join|into|update|table(?: if not exists)?)\s+([a-z]+)_[a-z_]+`)

// TestSQLNamesOwnTables: a room's statements name its own tables (the prefix is the room) and those of rooms it may enter.
func TestSQLNamesOwnTables(t *testing.T) {
	for _, f := range sources(t) {
		room := roomOf(f.path)
		if room == "platform" || room == "app" || strings.HasSuffix(f.path, "_test.go") || isTestPackage(f.path) {
			continue
		}
		for _, s := range f.strings {
			for _, m := range tableName.FindAllStringSubmatch(s, -1) {
				owner := m[1]
				if _, isRoom := may[owner]; !isRoom || owner == room || slices.Contains(may[room], owner) {
					continue
				}
				t.Errorf("%s names a table of %s: %s", f.path, owner, m[0])
			}
		}
	}
}

var dialectWords = regexp.MustCompile(`\.(ForUpdate|SkipLocked|Engine|Pool)\(\)`)

// maxDialectUses bounds the places that treat the two engines differently: each has to be thought about twice.
const maxDialectUses = 8

func TestFewPlacesTellTheEnginesApart(t *testing.T) {
	var uses []string
	for _, f := range sources(t) {
		if strings.HasPrefix(f.path, "platform/") || strings.HasSuffix(f.path, "_test.go") || isTestPackage(f.path) {
			continue
		}
		for i, line := range strings.Split(f.text, "\n") {
			if dialectWords.MatchString(line) {
				uses = append(uses, fmt.Sprintf("%s:%d %s", f.path, i+1, strings.TrimSpace(line)))
			}
		}
	}
	if len(uses) > maxDialectUses {
		t.Errorf("%d places tell the engines apart, at most %d may:\n%s", len(uses), maxDialectUses, strings.Join(uses, "\n"))
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	docs := map[string]string{}
	for _, f := range sources(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		dir := filepath.Dir(f.path)
		docs[dir] += f.doc
	}
	for dir, doc := range docs {
		if strings.TrimSpace(doc) == "" {
			t.Errorf("internal/%s has no package comment", dir)
		}
	}
}

func TestNoBagPackages(t *testing.T) {
	for _, f := range sources(t) {
		switch filepath.Base(filepath.Dir(f.path)) {
		case "util", "utils", "common", "helpers", "manager", "base", "misc":
			t.Errorf("%s: name the package after what it does", f.path)
		}
	}
}

var generated = regexp.MustCompile(`(_templ|_gen|\.pb|\.sql)\.go$`)

// maxFile is the longest a hand-written file may be: one file, one subject.
const maxFile = 700

func TestFilesHaveOneSubject(t *testing.T) {
	for _, f := range sources(t) {
		if generated.MatchString(f.path) || strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		if n := strings.Count(f.text, "\n"); n > maxFile {
			t.Errorf("%s has %d lines, at most %d", f.path, n, maxFile)
		}
	}
}

// TestRealTime: rooms take the time from clock, so that a test can move it.
func TestRealTime(t *testing.T) {
	for _, f := range sources(t) {
		if strings.HasPrefix(f.path, "platform/") || strings.HasSuffix(f.path, "_test.go") || isTestPackage(f.path) || generated.MatchString(f.path) {
			continue
		}
		if strings.HasPrefix(f.path, "rehearsal/") {
			continue // it measures the machine itself
		}
		if strings.Contains(f.text, "time.Now()") {
			t.Errorf("%s asks the machine for the time: use clock", f.path)
		}
	}
}

// TestPagesKeepToThePolicy: what would break the content security policy, or turn off escaping.
func TestPagesKeepToThePolicy(t *testing.T) {
	inline := regexp.MustCompile(`(?i)(<script>|\son(click|load|change|submit|input)=|\sstyle=|templ\.SafeURL|templ\.SafeCSS)`)
	err := filepath.WalkDir("web", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".templ" {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(body), "\n") {
			if m := inline.FindString(line); m != "" {
				t.Errorf("internal/%s:%d has %q, which the content security policy forbids", path, i+1, strings.TrimSpace(m))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type source struct {
	path    string // below internal/
	text    string
	doc     string
	imports []string
	strings []string
	file    *ast.File
}

func (s source) usesOnly(pkg string, allowed *regexp.Regexp) bool {
	ok := true
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, is := n.(*ast.SelectorExpr)
		if !is {
			return true
		}
		if id, is := sel.X.(*ast.Ident); is && id.Name == pkg && id.Obj == nil && !allowed.MatchString(sel.Sel.Name) {
			ok = false
		}
		return true
	})
	return ok
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || path == "plan_test.go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, describe(filepath.ToSlash(path), string(text), file))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func describe(path, text string, file *ast.File) source {
	s := source{path: path, text: text, file: file}
	if file.Doc != nil {
		s.doc = file.Doc.Text()
	}
	for _, i := range file.Imports {
		s.imports = append(s.imports, strings.Trim(i.Path.Value, `"`))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s.strings = append(s.strings, lit.Value)
		}
		return true
	})
	return s
}
