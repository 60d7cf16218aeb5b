package internal_test

import (
	"go/ast"
	"os"
	"regexp"
	"strings"
	"testing"
)

// docs/privacy.md promises a rule, the file where it stands and a test for each clause: each file and each test it names is there.
func TestEveryRowOfThePrivacyTableNamesATestAndAFile(t *testing.T) {
	b, err := os.ReadFile("../docs/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, f := range sources(t) {
		for _, decl := range f.file.Decls {
			if fn, is := decl.(*ast.FuncDecl); is && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				tests[fn.Name.Name] = true
			}
		}
	}
	if len(tests) < 100 {
		t.Fatalf("only %d tests found", len(tests))
	}
	rows, clauses := 0, map[string]bool{}
	file := regexp.MustCompile("`([a-z]+/[a-z_/]+(?:\\.go|\\.txt)?)`")
	for _, line := range strings.Split(string(b), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| clause") {
			continue
		}
		rows++
		for clause := range strings.SplitSeq(strings.Split(line, "|")[1], ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(clause), " (")
			clauses[name] = true
		}
		named := regexp.MustCompile(`\bTest[A-Z][A-Za-z0-9]+`).FindAllString(line, -1)
		if len(named) == 0 {
			t.Errorf("a row without a test: %.60s", line)
		}
		for _, name := range named {
			if !tests[name] {
				t.Errorf("there is no %s: %.60s", name, line)
			}
		}
		places := file.FindAllStringSubmatch(line, -1)
		if len(places) == 0 {
			t.Errorf("a row without a place in the code: %.60s", line)
		}
		for _, m := range places {
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("there is no file %s: %.60s", m[1], line)
			}
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows", rows)
	}
	// The policy's clauses, without advertising and research, which the office does not do yet. Ranges stand as the table has them.
	for _, c := range []string{
		"title", "preamble", "1 Administration", "1 User", "1 Registration", "1 Personal data", "1 Processing", "1 Non-personal data", "1 Services", "1 Confidentiality",
		"2.1", "2.2", "2.3", "3.1", "3.2.1–3.2.4", "3.3.1–3.3.4", "3.4", "3.5", "3.6", "4.1", "4.2.1–4.2.3", "4.3", "5.1", "5.2", "5.3.1", "5.3.2", "5.4.1", "5.4.2",
		"6.1", "7.2", "7.3", "7.4", "7.5", "7.6",
	} {
		if !clauses[c] && !clauses[strings.TrimPrefix(c, "1 ")] {
			t.Errorf("clause %s has no row", c)
		}
	}
}
