// Package uitest makes a UI for the tests of doors.
//
// It owns an invented operator and a fake clock; it promises that the log is kept
// for the test to read. It is no part of the program.
package uitest

import (
	"bytes"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// Log keeps what was logged.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write keeps a line.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns everything that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Operator is the operator of tests.
func Operator() privacy.Operator {
	return privacy.Operator{
		Name:      i18n.Text{KK: "«Сахна» ЖШС", RU: "ТОО «Сахна»", EN: "Sahna LLP"},
		ShortName: "Sahna", BIN: "000000000000",
		Address: i18n.Text{KK: "Алматы қ., Абай даңғылы, 1", RU: "г. Алматы, пр. Абая, 1", EN: "1 Abay Avenue, Almaty"},
		Phones:  []string{"+7 700 000 00 00"}, Email: "hello@sahna.example", Officer: "privacy@sahna.example", Accent: "#0f9aa8",
	}
}

// New makes a UI with the messages of ui, of the platform and of the sets given.
func New(t testing.TB, sets ...fs.FS) (*ui.UI, *Log) {
	t.Helper()
	return NewAt(t, clock.NewFake(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)), sets...)
}

// NewAt is New with a clock of the caller's.
func NewAt(t testing.TB, c clock.Clock, sets ...fs.FS) (*ui.UI, *Log) {
	t.Helper()
	b, err := i18n.New(append([]fs.FS{i18n.Messages, ui.Messages}, sets...)...)
	if err != nil {
		t.Fatal(err)
	}
	log := &Log{}
	return &ui.UI{
		Bundle: b, Clock: c, Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Operator: Operator(), BaseURL: "http://127.0.0.1:8080", Demo: true,
	}, log
}
