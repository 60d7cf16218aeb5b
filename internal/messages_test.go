package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// pluralWords are the keys of a message with forms; everything else is a message of its own.
var pluralWords = []string{"zero", "one", "two", "few", "many", "other"}

var languages = []string{"kk", "ru", "en"}

func TestEveryMessageExistsInThreeLanguages(t *testing.T) {
	for dir, sets := range messageSets(t) {
		for _, l := range languages {
			for id := range sets["kk"] {
				if strings.TrimSpace(sets[l][id]) == "" {
					t.Errorf("%s/%s.toml lacks %q", dir, l, id)
				}
			}
			for id := range sets[l] {
				if _, ok := sets["kk"][id]; !ok {
					t.Errorf("%s/kk.toml lacks %q, which %s has", dir, id, l)
				}
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

func TestMessagesNameTheSamePlaceholders(t *testing.T) {
	for dir, sets := range messageSets(t) {
		for id, kk := range sets["kk"] {
			want := placeholders(kk)
			for _, l := range languages[1:] {
				if got := placeholders(sets[l][id]); !slices.Equal(got, want) {
					t.Errorf("%s/%s.toml %q names %v, kk names %v", dir, l, id, got, want)
				}
			}
		}
	}
}

func placeholders(s string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}

func TestEveryMessageIsUsedAndEveryUsedOneExists(t *testing.T) {
	ids := map[string]string{}
	for dir, sets := range messageSets(t) {
		for id := range sets["kk"] {
			if other, twice := ids[id]; twice {
				t.Errorf("message %q stands in %s and %s", id, dir, other)
			}
			ids[id] = dir
		}
	}
	rooms := map[string]bool{}
	for id := range ids {
		room, _, _ := strings.Cut(id, ".")
		rooms[room] = true
	}
	used := usedIDs(t)
	for id, dir := range ids {
		if _, ok := used[id]; !ok {
			t.Errorf("%s: message %q is used nowhere", dir, id)
		}
	}
	for id, where := range used {
		room, _, _ := strings.Cut(id, ".")
		if _, ok := ids[id]; !ok && rooms[room] && translated.MatchString(where.call) {
			t.Errorf("%s uses message %q, which does not exist", where.path, id)
		}
	}
}

// A literal that looks like an id counts as used; only one in a call that translates must exist.
var translated = regexp.MustCompile(`^(T|New)$`)

type use struct{ path, call string }

func usedIDs(t *testing.T) map[string]use {
	t.Helper()
	out := map[string]use{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || (ext != ".go" && ext != ".templ" && ext != ".ts") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range idLiteral.FindAllSubmatch(comment.ReplaceAll(body, nil), -1) {
			id := string(m[2])
			if was, ok := out[id]; !ok || !translated.MatchString(was.call) {
				out[id] = use{path, string(m[1])}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var comment = regexp.MustCompile(`(?m)^\s*//.*$`)

// idLiteral finds "room.message" and the name of the call whose first or second argument it is.
var idLiteral = regexp.MustCompile(`(?:\b(\w+)\((?:fault\.\w+, )?)?["'` + "`" + `]([a-z0-9]+(?:\.[a-z0-9_+]+)+)["'` + "`" + `]`)

// messageSets reads every messages folder: folder → language → id → text (all plural forms).
func messageSets(t *testing.T) map[string]map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) != "messages" || filepath.Ext(path) != ".toml" {
			return err
		}
		dir, lang := filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), ".toml")
		if out[dir] == nil {
			out[dir] = map[string]map[string]string{}
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var tree map[string]any
		if err := toml.Unmarshal(body, &tree); err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		out[dir][lang] = map[string]string{}
		flatten(out[dir][lang], "", tree)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no messages found")
	}
	return out
}

func flatten(out map[string]string, prefix string, tree map[string]any) {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			if slices.Contains(pluralWords, k) {
				out[prefix] += v + "\n"
			} else {
				out[strings.TrimPrefix(prefix+"."+k, ".")] = v
			}
		case map[string]any:
			flatten(out, strings.TrimPrefix(prefix+"."+k, "."), v)
		}
	}
}
