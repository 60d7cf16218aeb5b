package people

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrStepUp asks for the second factor again before something that reaches far.
var ErrStepUp = fault.New(fault.Unauthenticated, "people.step_up")

const (
	// FreshFor is how long a second factor counts as just given.
	FreshFor = 10 * time.Minute
	// looksAFactor is how many persons one giving of the second factor opens; the next is opening in bulk.
	looksAFactor = 10

	recoveryCodes = 10
	recoveryLen   = 16 // base32 letters, 80 bits
)

// Fresh tells whether the second factor was given within the last minutes.
func (s Session) Fresh(now time.Time) bool { return s.Factor2 && now.Sub(s.Factor2At) < FreshFor }

// NoteLook counts a person that an employee opens; ErrStepUp when it has become opening in bulk and the second factor is not fresh
// any more, or was used for as many already.
func (p *People) NoteLook(ctx context.Context, s Session) (err error) {
	defer fault.Wrap(&err, "look of %s", s.AccountID)
	ok, err := countLook(ctx, p.db, s, looksAFactor)
	if err == nil && !ok {
		return ErrStepUp
	}
	return err
}

// newRecovery replaces the recovery codes of an account.
func (p *People) newRecovery(ctx context.Context, tx *db.DB, account string) ([]string, error) {
	out := make([]string, recoveryCodes)
	hashes := make([]string, recoveryCodes)
	for i := range out {
		b := make([]byte, recoveryLen*5/8)
		rand.Read(b) //nolint:errcheck // never fails
		code := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		hashes[i] = tokenHash(account + " " + code)
		out[i] = code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
	}
	return out, setRecovery(ctx, tx, account, hashes)
}

// NewRecovery makes an employee's recovery codes anew; the session's second factor must be fresh.
func (p *People) NewRecovery(ctx context.Context, s Session) (out []string, err error) {
	defer fault.Wrap(&err, "new recovery codes of %s", s.AccountID)
	if !s.Fresh(p.clock.Now()) {
		return nil, ErrStepUp
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		out, err = p.newRecovery(ctx, tx, s.AccountID)
		return err
	})
	return out, err
}

// plainDigits takes the blanks out of what was typed.
func plainDigits(s string) string { return strings.Join(strings.Fields(s), "") }

// recoveryCode is what was typed when it looks like a recovery code, "" for digits.
func recoveryCode(s string) string {
	s = strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(s))
	if len(s) != recoveryLen {
		return ""
	}
	return s
}
