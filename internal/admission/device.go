package admission

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// The ways in which a device fails to sign in.
var (
	ErrInvite     = fault.New(fault.Invalid, "admission.invite_wrong").On("code") // unknown, used or too old: which one is not told
	ErrDevice     = fault.New(fault.Unauthenticated, "admission.device_unknown")
	ErrDeviceName = fault.New(fault.Invalid, "admission.device_name").On("name")
)

// Device is a scanner that signed in with a code from the office.
type Device struct {
	ID, Name  string
	GateID    string // where it stands; "" any gate
	CreatedAt time.Time
	SeenAt    time.Time
	Revoked   bool
}

const (
	inviteFor   = 15 * time.Minute
	inviteChars = "23456789ABCDEFGHJKMNPQRSTUVWXYZ" // no 0 O, 1 I L
	inviteLen   = 8
	seenEvery   = time.Minute // a busy scanner writes its last sign of life this often, not at every scan
)

// InviteDevice makes a one-time sign-in code that is valid for 15 minutes; staff see it in the office.
func (a *Admission) InviteDevice(ctx context.Context, name, staffAccountID string) (code string, err error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 60 || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", ErrDeviceName
	}
	now := a.clock.Now()
	code = newCode()
	if err := deleteInvites(ctx, a.db, now.Add(-24*time.Hour)); err != nil {
		return "", err
	}
	if err := insertInvite(ctx, a.db, hashOf(code), name, staffAccountID, now.Add(inviteFor)); err != nil {
		return "", err
	}
	return code[:4] + "-" + code[4:], nil
}

// newCode draws evenly: bytes beyond the last whole multiple of the alphabet are thrown away.
func newCode() string {
	var b strings.Builder
	buf := make([]byte, 1)
	for b.Len() < inviteLen {
		_, _ = rand.Read(buf) // never fails, says its documentation
		if n := len(inviteChars); int(buf[0]) < 256/n*n {
			b.WriteByte(inviteChars[int(buf[0])%n])
		}
	}
	return b.String()
}

// EnrolDevice exchanges a sign-in code for a device token.
func (a *Admission) EnrolDevice(ctx context.Context, code string) (token string, d Device, err error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	token = "sahna_device_" + base64.RawURLEncoding.EncodeToString(secret)
	now := a.clock.Now()
	err = a.db.Transact(ctx, func(tx *db.DB) error {
		name, staff, err := useInvite(ctx, tx, hashOf(tidy(code)), now)
		if err != nil {
			return err
		}
		d = Device{ID: db.NewID(), Name: name, CreatedAt: now, SeenAt: now}
		return insertDevice(ctx, tx, d, hashOf(token), staff)
	})
	if err != nil {
		return "", Device{}, err
	}
	return token, d, nil
}

// tidy reads a code as people type it: small letters, spaces, hyphens.
func tidy(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u00a0' || r == '–':
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, strings.TrimSpace(code))
}

// A code or token is random and long, so a plain hash keeps it: nobody can try them all while it is valid.
func hashOf(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// DeviceByToken returns the device; fault.Unauthenticated when unknown or revoked.
func (a *Admission) DeviceByToken(ctx context.Context, token string) (Device, error) {
	if token == "" || len(token) > 200 {
		return Device{}, ErrDevice
	}
	d, err := selectDevice(ctx, a.db, hashOf(token))
	if err != nil {
		return Device{}, err
	}
	if d.Revoked {
		return Device{}, ErrDevice
	}
	if now := a.clock.Now(); now.Sub(d.SeenAt) >= seenEvery {
		d.SeenAt = now
		if err := touchDevice(ctx, a.db, d.ID, clock.Micros(now)); err != nil {
			return Device{}, err
		}
	}
	return d, nil
}

// Devices lists all devices, newest first.
func (a *Admission) Devices(ctx context.Context) ([]Device, error) { return selectDevices(ctx, a.db) }

// PlaceDevice remembers at which gate a device stands, for the office's list.
func (a *Admission) PlaceDevice(ctx context.Context, id, gateID string) error {
	if _, err := a.Gate(ctx, gateID); err != nil {
		return err
	}
	return moveDevice(ctx, a.db, id, gateID)
}

// RevokeDevice ends a device's token at once.
func (a *Admission) RevokeDevice(ctx context.Context, id string) error {
	return revokeDevice(ctx, a.db, id)
}
