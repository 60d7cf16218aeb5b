package internal_test

import (
	"os"
	"regexp"
	"testing"
)

var docPath = regexp.MustCompile(`\bdocs/[a-z0-9_/.-]*[a-z0-9_/]`)

// TestDocumentsNamedInTheCodeExist: a comment, a text or a document that sends the reader to docs/… sends them to something that is there.
func TestDocumentsNamedInTheCodeExist(t *testing.T) {
	named := 0
	check := func(file, text string) {
		for _, path := range docPath.FindAllString(text, -1) {
			named++
			if _, err := os.Stat("../" + path); err != nil {
				t.Errorf("%s names %s, which does not exist", file, path)
			}
		}
	}
	for _, f := range sources(t) {
		for _, group := range f.file.Comments {
			check(f.path, group.Text())
		}
	}
	for _, file := range []string{"../README.md", "../docs/map.md", "../docs/operations.md", "../docs/security.md", "../docs/privacy.md", "../CHANGELOG.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check(file, string(text))
	}
	if named < 10 {
		t.Errorf("only %d names of documents seen", named)
	}
}
