package people

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// ErrSignIn is a wrong address or password; it does not say which, nor whether the account is locked.
var ErrSignIn = fault.New(fault.Unauthenticated, "people.sign_in_wrong")

// ErrPasswordNow is a wrong present password when changing it.
var ErrPasswordNow = fault.New(fault.Invalid, "people.password_now_wrong")

const (
	lockAfter = 10 // wrong passwords in a row, over all processes
	lockFor   = 15 * time.Minute
)

// account is a way to sign in.
type account struct {
	id           string
	person       string
	lang         i18n.Lang
	passwordHash string
	staff        bool
	createdAt    time.Time
	confirmedAt  time.Time
	failures     int
	lockedUntil  time.Time
	totpStep     int64
	leftAt       time.Time // of an employee: no sign-in any more
}

// Registration asks for an account. The phone may be missing; without a password sign-in is by e-mailed code.
type Registration struct {
	Contacts Contacts
	Password string
	Lang     i18n.Lang
	// Record writes the person's consents (privacy.Record); it runs before anything personal is stored.
	Record func(ctx context.Context, tx *db.DB, person string) error
}

// Check names every wrong field and returns the contacts in the form in which they are kept.
func (r Registration) Check() (Contacts, error) {
	c, wrong := r.Contacts.validate(false)
	if r.Password != "" {
		if err := checkPassword(r.Password, c.Email); err != nil {
			wrong = append(wrong, err.On("password"))
		}
	}
	return c, wrong.OrNil()
}

// Register makes an account that waits for its e-mail to be confirmed by a code, and returns the attempt: the browser's half of
// the secret. For an address that has an account the answer is the same, and the letter says how to sign in.
func (p *People) Register(ctx context.Context, r Registration) (attempt string, err error) {
	defer fault.Wrap(&err, "register")
	c, err := r.Check()
	if err != nil {
		return "", err
	}
	if err := p.mayAsk(c.Email); err != nil {
		return "", err
	}
	hash, err := hashSecret(ctx, r.Password) // also when there is none, or the address is known: the same time
	if err != nil {
		return "", err
	}
	if r.Password == "" {
		hash = ""
	}
	person, err := p.vault.NewPerson(ctx)
	if err != nil {
		return "", err
	}
	attempt = newToken()
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		known, err := p.findAccount(ctx, tx, c.Email)
		if err == nil {
			return p.askCode(ctx, tx, attempt, known.id, codeKnown, r.Lang)
		}
		if !errors.Is(err, errNoAccount) {
			return err
		}
		if err := r.Record(ctx, tx, person); err != nil {
			return err
		}
		if err := p.Keep(ctx, tx, person, c); err != nil {
			return err
		}
		a := account{id: db.NewID(), person: person, lang: r.Lang, passwordHash: hash, createdAt: p.clock.Now()}
		if err := insertAccount(ctx, tx, a); err != nil {
			return err
		}
		return p.askCode(ctx, tx, attempt, a.id, codeConfirm, r.Lang)
	})
	if err != nil {
		return "", err
	}
	return attempt, nil
}

var errNoAccount = errors.New("no account")

// findAccount returns the confirmed account of an address.
func (p *People) findAccount(ctx context.Context, d *db.DB, email string) (account, error) {
	persons, err := p.vault.Find(ctx, d, vault.Email, email)
	if err != nil {
		return account{}, err
	}
	return firstConfirmed(ctx, d, persons)
}

// SignIn opens a session by password.
func (p *People) SignIn(ctx context.Context, email, password string, b Browser) (token string, s Session, err error) {
	defer fault.Wrap(&err, "sign in")
	if email, err = validEmail(email); err != nil {
		return "", Session{}, err
	}
	if err := p.wrong.check(email); err != nil {
		return "", Session{}, err
	}
	a, err := p.findAccount(ctx, p.db, email)
	if err != nil && !errors.Is(err, errNoAccount) {
		return "", Session{}, err
	}
	ok, err := secretMatches(ctx, password, a.passwordHash)
	if err != nil {
		return "", Session{}, err
	}
	now := p.clock.Now()
	if !ok || a.lockedUntil.After(now) {
		p.wrong.count(email)
		if err := countFailure(ctx, p.db, a.id, now); err != nil {
			return "", Session{}, err
		}
		p.noteRefused(ctx, a.id, a.person, wayPassword, b)
		return "", Session{}, ErrSignIn
	}
	p.wrong.reset(email)
	return p.begin(ctx, a, b)
}

// begin opens a session of an account in a transaction of its own.
func (p *People) begin(ctx context.Context, a account, b Browser) (token string, s Session, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		token, s, err = p.startSession(ctx, tx, a, b, wayPassword)
		return err
	})
	return token, s, err
}

// ChangePassword sets a new password for who knows the present one, and signs out every other browser. An account that has had
// none gives "" for it.
func (p *People) ChangePassword(ctx context.Context, s Session, now, next string) (err error) {
	defer fault.Wrap(&err, "change the password of %s", s.AccountID)
	if err := checkPassword(next, ""); err != nil {
		return err.On("password")
	}
	if err := p.wrong.check(s.AccountID); err != nil {
		return err
	}
	a, err := findAccountByID(ctx, p.db, s.AccountID)
	if err != nil {
		return err
	}
	if a.passwordHash != "" {
		ok, err := secretMatches(ctx, now, a.passwordHash)
		if err != nil {
			return err
		}
		if !ok {
			p.wrong.count(s.AccountID)
			return ErrPasswordNow.On("password_now")
		}
	}
	hash, err := hashSecret(ctx, next)
	if err != nil {
		return err
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := setPassword(ctx, tx, a.id, hash); err != nil {
			return err
		}
		return p.endOthers(ctx, tx, s)
	})
}

// HasPassword tells whether an account can be entered by password.
func (p *People) HasPassword(ctx context.Context, accountID string) (bool, error) {
	a, err := findAccountByID(ctx, p.db, accountID)
	return a.passwordHash != "", err
}
