package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// What can be wrong with a code.
var (
	ErrCodeWrong = fault.New(fault.Invalid, "people.code_wrong")
	ErrCodeOver  = fault.New(fault.Gone, "people.code_over") // expired, used, or tried too often
	ErrCodeSoon  = fault.New(fault.TooMany, "people.code_soon")
)

type codePurpose string

const (
	codeConfirm codePurpose = "confirm" // a new account's address
	codeSignIn  codePurpose = "sign_in"
	codeKnown   codePurpose = "known"   // somebody registered an address that has an account: it is a sign-in
	codeReset   codePurpose = "reset"   // a forgotten password
	codeRights  codePurpose = "rights"  // what is held about who has no account
	codeEmail   codePurpose = "email"   // an account's new address
	codeProof   codePurpose = "proof"   // that who wrote a claim reads the address that they gave
	codeCounter codePurpose = "counter" // shown by staff instead of mailed
)

const (
	codeLives   = 15 * time.Minute
	codeTries   = 5
	codeSends   = 3
	codeBetween = time.Minute // from one letter to the next
)

// code is a code that was or will be mailed. Its digits are made when the letter is sent and stand nowhere else.
type code struct {
	id        string
	account   string // "" when nobody has the address; of codeRights the person
	person    string // of codeEmail: who holds the new address
	purpose   codePurpose
	lang      i18n.Lang
	byPhone   bool
	hash      string
	sends     int
	askedAt   time.Time
	sentAt    time.Time
	expiresAt time.Time
	usedAt    time.Time
}

// newToken makes 32 random bytes as text: a session's token, an attempt.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// tokenHash is all that the database keeps of a token.
func tokenHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// mayAsk limits the letters that one address can be made to receive.
func (p *People) mayAsk(email string) error {
	if err := p.asked.check(email); err != nil {
		return err
	}
	p.asked.count(email)
	return nil
}

// askCode notes that a code is wanted and enqueues its letter.
func (p *People) askCode(ctx context.Context, tx *db.DB, attempt, accountID string, why codePurpose, l i18n.Lang) error {
	return p.ask(ctx, tx, attempt, code{account: accountID, purpose: why, lang: l})
}

func (p *People) ask(ctx context.Context, tx *db.DB, attempt string, c code) error {
	now := p.clock.Now()
	c.id, c.askedAt, c.expiresAt = db.NewID(), now, now.Add(codeLives)
	if err := insertCode(ctx, tx, tokenHash(attempt), c); err != nil {
		return err
	}
	return p.jobs.Enqueue(ctx, tx, codeLetter{CodeID: c.id}) // also without an account: the same time
}

// RequestCode mails a code to sign in with and returns the attempt; nobody learns whether the address has an account.
func (p *People) RequestCode(ctx context.Context, email string, l i18n.Lang) (attempt string, err error) {
	defer fault.Wrap(&err, "ask for a code")
	return p.request(ctx, email, codeSignIn, l)
}

// RequestReset mails a code to set a new password with and returns the attempt; nobody learns whether the address has an account.
func (p *People) RequestReset(ctx context.Context, email string, l i18n.Lang) (attempt string, err error) {
	defer fault.Wrap(&err, "ask for a new password")
	return p.request(ctx, email, codeReset, l)
}

func (p *People) request(ctx context.Context, email string, why codePurpose, l i18n.Lang) (string, error) {
	email, err := validEmail(email)
	if err != nil {
		return "", err
	}
	if err := p.mayAsk(email); err != nil {
		return "", err
	}
	attempt := newToken()
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		a, err := p.findAccount(ctx, tx, email)
		if err != nil && !errors.Is(err, errNoAccount) {
			return err
		}
		return p.askCode(ctx, tx, attempt, a.id, why, l)
	})
	if err != nil {
		return "", err
	}
	return attempt, nil
}

// Resend mails a fresh code for an attempt: at the earliest after a minute, and at most twice.
func (p *People) Resend(ctx context.Context, attempt string) (err error) {
	defer fault.Wrap(&err, "send a code again")
	return p.db.Transact(ctx, func(tx *db.DB) error {
		c, err := findCode(ctx, tx, tokenHash(attempt))
		if errors.Is(err, db.ErrNoRow) {
			return ErrCodeOver
		}
		if err != nil {
			return err
		}
		now := p.clock.Now()
		ok, err := renewCode(ctx, tx, c.id, now)
		if err != nil {
			return err
		}
		if !ok {
			if c.sends >= codeSends || !c.usedAt.IsZero() {
				return ErrCodeOver
			}
			return ErrCodeSoon
		}
		return p.jobs.Enqueue(ctx, tx, codeLetter{CodeID: c.id})
	})
}

// Confirm takes the code of a letter and opens a session: it confirms a new account, or signs in.
func (p *People) Confirm(ctx context.Context, attempt, digits string, b Browser) (token string, s Session, err error) {
	defer fault.Wrap(&err, "confirm by code")
	c, err := p.tryCode(ctx, attempt, digits, codeConfirm, codeSignIn, codeKnown)
	if err != nil {
		return "", Session{}, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		a, err := p.spendCode(ctx, tx, c)
		if err != nil {
			return err
		}
		token, s, err = p.startSession(ctx, tx, a, b, wayCode)
		return err
	})
	return token, s, err
}

// Reset takes the code of a letter, sets a new password, signs out every browser and opens a session.
func (p *People) Reset(ctx context.Context, attempt, digits, password string, b Browser) (token string, s Session, err error) {
	defer fault.Wrap(&err, "set a new password by code")
	if err := checkPassword(password, ""); err != nil {
		return "", Session{}, err.On("password")
	}
	c, err := p.tryCode(ctx, attempt, digits, codeReset)
	if err != nil {
		return "", Session{}, err
	}
	hash, err := hashSecret(ctx, password)
	if err != nil {
		return "", Session{}, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		a, err := p.spendCode(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := setPassword(ctx, tx, a.id, hash); err != nil {
			return err
		}
		if err := deleteSessions(ctx, tx, a.id, ""); err != nil {
			return err
		}
		token, s, err = p.startSession(ctx, tx, a, b, wayReset)
		return err
	})
	return token, s, err
}

// tryCode counts the try first, so that many at once have no more tries than one after another.
func (p *People) tryCode(ctx context.Context, attempt, digits string, purposes ...codePurpose) (code, error) {
	hash := tokenHash(attempt)
	c, err := findCode(ctx, p.db, hash)
	if errors.Is(err, db.ErrNoRow) || err == nil && !slices.Contains(purposes, c.purpose) {
		return code{}, ErrCodeOver.On("code")
	}
	if err != nil {
		return code{}, err
	}
	ok, err := countTry(ctx, p.db, hash, p.clock.Now())
	if err != nil {
		return code{}, err
	}
	if !ok {
		return code{}, ErrCodeOver.On("code")
	}
	digits = strings.Join(strings.FieldsFunc(digits, func(r rune) bool { return r == ' ' || r == '-' || r == '\u00a0' }), "")
	ok, err = secretMatches(ctx, digits, c.hash)
	if err != nil {
		return code{}, err
	}
	if !ok {
		return code{}, ErrCodeWrong.On("code")
	}
	return c, nil
}

// spendCode uses a code up and returns the account that may be entered. The mailbox is proven: if the address got a confirmed
// account meanwhile, that one is entered and the new one dropped.
func (p *People) spendCode(ctx context.Context, tx *db.DB, c code) (account, error) {
	ok, err := useCode(ctx, tx, c.id, p.clock.Now())
	if err != nil {
		return account{}, err
	}
	if !ok {
		return account{}, ErrCodeOver.On("code")
	}
	a, err := findAccountByID(ctx, tx, c.account)
	if errors.Is(err, db.ErrNoRow) {
		return account{}, ErrCodeOver.On("code")
	}
	if err != nil {
		return account{}, err
	}
	if !a.confirmedAt.IsZero() {
		return a, clearFailures(ctx, tx, a.id)
	}
	got, err := p.Contacts(ctx, tx, vault.Opening{
		Person: a.person, Purpose: vault.PurposeIdentification,
		Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "confirm_email",
	})
	if err != nil {
		return account{}, err
	}
	older, err := p.findAccount(ctx, tx, got.Email)
	if err == nil {
		return older, p.drop(ctx, tx, a)
	}
	if !errors.Is(err, errNoAccount) {
		return account{}, err
	}
	return a, setConfirmed(ctx, tx, a.id, p.clock.Now())
}

// newDigits makes the six digits of a code.
func newDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n.Int64()), nil
}
