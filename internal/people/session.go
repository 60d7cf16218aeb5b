package people

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// ErrNoSession is a token that opens nothing: never given, signed out, or over.
var ErrNoSession = fault.New(fault.Unauthenticated, "people.no_session")

// ErrNoDevice is a browser that is not signed in to the account.
var ErrNoDevice = fault.New(fault.NotFound, "people.no_device")

const (
	sessionIdle    = 30 * 24 * time.Hour  // a visitor's browser stays signed in while it comes back
	sessionLongest = 180 * 24 * time.Hour // and never longer than this
	staffSession   = 12 * time.Hour       // one working day, whatever happens
	seenEvery      = 10 * time.Minute     // how often a visit is noted
)

// Session is a signed-in browser.
type Session struct {
	ID        string
	AccountID string
	PersonID  string
	Roles     []Role    // staff roles, empty for visitors
	Factor2   bool      // the second factor was given in this session
	Factor2At time.Time // and when last
	Lang      i18n.Lang
	StartedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// Staff tells whether the session is of an employee.
func (s Session) Staff() bool { return len(s.Roles) > 0 }

// SessionByToken returns the session of a cookie's token; fault.Unauthenticated when there is none.
func (p *People) SessionByToken(ctx context.Context, token string) (s Session, err error) {
	if len(token) < 20 || len(token) > 100 {
		return Session{}, ErrNoSession
	}
	now := p.clock.Now()
	s, staff, err := findSession(ctx, p.db, tokenHash(token), now)
	if errors.Is(err, db.ErrNoRow) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, err
	}
	if staff {
		if s.Roles, err = selectRoles(ctx, p.db, s.AccountID); err != nil {
			return Session{}, err
		}
	}
	if now.Sub(s.SeenAt) >= seenEvery {
		s.SeenAt = now
		if !staff {
			s.ExpiresAt = minTime(now.Add(sessionIdle), s.StartedAt.Add(sessionLongest))
		}
		err = touchSession(ctx, p.db, tokenHash(token), s)
	}
	return s, err
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// startSession signs a browser in, in the caller's transaction. The account's row is touched first: sign-ins of one account
// wait for each other, since each writes the list of devices.
func (p *People) startSession(ctx context.Context, tx *db.DB, a account, b Browser, w way) (token string, s Session, err error) {
	if !a.leftAt.IsZero() {
		return "", Session{}, ErrSignIn
	}
	if err := clearFailures(ctx, tx, a.id); err != nil {
		return "", Session{}, err
	}
	now := p.clock.Now()
	s = Session{ID: db.NewID(), AccountID: a.id, PersonID: a.person, Lang: a.lang, StartedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionIdle)}
	if a.staff {
		s.ExpiresAt = now.Add(staffSession)
		if s.Roles, err = selectRoles(ctx, tx, a.id); err != nil {
			return "", Session{}, err
		}
	}
	token = newToken()
	if err := insertSession(ctx, tx, tokenHash(token), s); err != nil {
		return "", Session{}, err
	}
	return token, s, p.noteSignIn(ctx, tx, a, s, b, w)
}

// SignOut ends a session.
func (p *People) SignOut(ctx context.Context, s Session) error { return p.SignOutDevice(ctx, s, s.ID) }

// SignOutDevice ends another session of the same account; ErrNoDevice when it is not the account's own.
func (p *People) SignOutDevice(ctx context.Context, s Session, sessionID string) (err error) {
	defer fault.Wrap(&err, "sign out a device of %s", s.AccountID)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := lockAccount(ctx, tx, s.AccountID); err != nil {
			return err
		}
		found, err := deleteSession(ctx, tx, s.AccountID, sessionID)
		if err != nil {
			return err
		}
		if !found && sessionID != s.ID {
			return ErrNoDevice
		}
		return p.forgetDevices(ctx, tx, s)
	})
}

// SignOutEverywhere ends every session of the account, this one too.
func (p *People) SignOutEverywhere(ctx context.Context, s Session) (err error) {
	defer fault.Wrap(&err, "sign out every device of %s", s.AccountID)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := lockAccount(ctx, tx, s.AccountID); err != nil {
			return err
		}
		if err := deleteSessions(ctx, tx, s.AccountID, ""); err != nil {
			return err
		}
		return p.forgetDevices(ctx, tx, s)
	})
}

func (p *People) endOthers(ctx context.Context, tx *db.DB, s Session) error {
	if err := lockAccount(ctx, tx, s.AccountID); err != nil {
		return err
	}
	if err := deleteSessions(ctx, tx, s.AccountID, s.ID); err != nil {
		return err
	}
	return p.forgetDevices(ctx, tx, s)
}
