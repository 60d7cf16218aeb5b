package app_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/waitroom"
)

// The command that anybody can run on a published draw, as it is shipped: it says yes to the file as published, no to any change.
func TestTheCommandRecomputesAPublishedDraw(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC))
	rooms, err := waitroom.New(dbtest.Open(t, db.SQLite), c, slog.New(slog.DiscardHandler), nil, waitroom.Config{Key: bytes.Repeat([]byte{5}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	room, err := rooms.Set(t.Context(), waitroom.Wish{ID: "show", Kind: waitroom.ForPerformance, Mode: waitroom.On, OpensAt: c.Now().Add(5 * time.Minute), PerMinute: 60})
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		task, err := rooms.Task("show", "")
		if err != nil || task.Bits > 0 {
			t.Fatalf("work for a lonely visitor: %+v, %v", task, err)
		}
		if _, err := rooms.Join(t.Context(), "show", waitroom.Ask{Task: task.Text}); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Second)
	}
	file := filepath.Join(t.TempDir(), "draw.json")
	publish := func(change func(f *waitroom.DrawFile)) {
		t.Helper()
		f, err := rooms.Published("show")
		if err != nil {
			t.Fatal(err)
		}
		change(&f)
		body, err := json.Marshal(f)
		if err == nil {
			err = os.WriteFile(file, body, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	verify := func(ok bool, want string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), apptest.Binary(t), "draw", "verify", file).CombinedOutput()
		if (err == nil) != ok || !strings.Contains(string(out), want) {
			t.Errorf("the command says %q, %v; want %q", out, err, want)
		}
	}
	publish(func(*waitroom.DrawFile) {})
	verify(false, "")
	for c.Now().Before(room.OpensAt) {
		c.Advance(5 * time.Second)
		if err := rooms.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	publish(func(*waitroom.DrawFile) {})
	verify(true, "30 arrivals: the order is the one that seed and arrivals give")
	for want, change := range map[string]func(f *waitroom.DrawFile){
		"order":        func(f *waitroom.DrawFile) { f.Order[0], f.Order[1] = f.Order[1], f.Order[0] },
		"committed to": func(f *waitroom.DrawFile) { f.Commitment = strings.Repeat("0", 64) },
		"digest":       func(f *waitroom.DrawFile) { f.Arrivals = f.Arrivals[1:] },
	} {
		publish(change)
		verify(false, want)
	}
}
