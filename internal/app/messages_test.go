package app

import (
	"io/fs"
	"path/filepath"
	"testing"
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
