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
	rows := 0
	file := regexp.MustCompile("`([a-z]+/[a-z_/]+(?:\\.go|\\.txt)?)`")
	for _, line := range strings.Split(string(b), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| clause") {
			continue
		}
		rows++
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
}
