package internal_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/map.md has a line for every package; a name in backquotes there is a path, or the last part of one.
func TestTheMapKnowsEveryPackage(t *testing.T) {
	b, err := os.ReadFile("../docs/map.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z0-9/]+)`").FindAllStringSubmatch(string(b), -1) {
		known[m[1]] = true
	}
	packages := 0
	err = filepath.WalkDir(".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() || p == "." {
			return err
		}
		if files, _ := filepath.Glob(filepath.Join(p, "*.go")); len(files) == 0 {
			return nil
		}
		packages++
		p = filepath.ToSlash(p)
		short := strings.TrimPrefix(p, "platform/")
		if !known["internal/"+p] && !known[short] && !known[path.Base(p)] {
			t.Errorf("docs/map.md says nothing of internal/%s", p)
		}
		return nil
	})
	if err != nil || packages < 20 {
		t.Fatalf("%d packages walked: %v", packages, err)
	}
}
