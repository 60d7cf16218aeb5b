package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The binary carries what is committed, so that must be what the sources say.
func TestStaticIsCurrent(t *testing.T) {
	want, err := build("..")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadDir("../static")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range have {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("static/%s has no source: run go generate ./internal/web/ui", e.Name())
		}
	}
	for name, b := range want {
		got, err := os.ReadFile(filepath.Join("../static", name))
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("static/%s is stale: run go generate ./internal/web/ui", name)
		}
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	a, err := build("..")
	if err != nil {
		t.Fatal(err)
	}
	b, err := build("..")
	if err != nil {
		t.Fatal(err)
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two builds", name)
		}
	}
}
