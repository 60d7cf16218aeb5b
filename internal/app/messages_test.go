package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/privacy"
)

func TestEverySetOfMessagesIsLoaded(t *testing.T) {
	var dirs []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "messages" {
			dirs = append(dirs, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) != len(Messages()) {
		t.Errorf("%d folders of messages, %d sets loaded: %v", len(dirs), len(Messages()), dirs)
	}
}

// Who types a command reads words, and what the log would have said.
func TestErrorsOfCommandsAreExplained(t *testing.T) {
	got := Explain(fmt.Errorf("w@example.kz: %w", privacy.ErrApprover))
	if !strings.Contains(got, "another approves") || !strings.Contains(got, "w@example.kz") {
		t.Errorf("explained as %q", got)
	}
	if plain := errors.New("no such folder"); Explain(plain) != "no such folder" {
		t.Errorf("explained as %q", Explain(plain))
	}
}
