// Package vaulttest gives other rooms' tests a vault with an open gate.
//
// It owns nothing. It promises a working vault with a key store of its own,
// gone when the test ends. Nothing outside tests imports it.
package vaulttest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/vault"
)

// OpenGate allows every purpose and registers every field.
type OpenGate struct{}

// May implements vault.Gate.
func (OpenGate) May(context.Context, *db.DB, vault.Opening) error { return nil }

// Registered implements vault.Gate.
func (OpenGate) Registered(vault.Field) bool { return true }

// Root is the root key of vaults in tests.
func Root() []byte { return bytes.Repeat([]byte{7}, 32) }

// Clock stands still at a Monday noon in Almaty.
func Clock() *clock.Fake { return clock.NewFake(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)) }

// New makes a vault over a migrated database, with an open gate and a key store of the same engine.
func New(t testing.TB, d *db.DB) *vault.Vault {
	t.Helper()
	return With(t, d, Clock(), vault.Config{})
}

// With makes a vault with a clock and settings; what cfg leaves out is as in New.
func With(t testing.TB, d *db.DB, c clock.Clock, cfg vault.Config) *vault.Vault {
	t.Helper()
	if cfg.Keys == nil {
		cfg.Keys = dbtest.Empty(t, d.Engine())
	}
	if cfg.Root == nil {
		cfg.Root = Root()
	}
	if cfg.Gate == nil {
		cfg.Gate = OpenGate{}
	}
	v, err := vault.New(t.Context(), d, c, cfg)
	if err != nil {
		t.Fatalf("make a vault: %v", err)
	}
	return v
}
