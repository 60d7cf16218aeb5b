// Package privacy keeps what people are owed.
//
// It owns the policy and the offer with their versions, consents, and the
// register of processing that the vault obeys. It promises that a version, once
// published, never changes and is named by its hash, and that a consent tells
// exactly which text was shown, in which language and where. It does not hold
// personal values: those are the vault's.
package privacy

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// Operator is the legal entity that runs the site, as the configuration tells.
type Operator struct {
	Name      i18n.Text `toml:"name"`
	ShortName string    `toml:"short_name"` // as on the poster wall and tickets
	BIN       string    `toml:"bin"`
	Address   i18n.Text `toml:"address"`
	Phones    []string  `toml:"phones"`
	Email     string    `toml:"email"`
	Hours     i18n.Text `toml:"hours"`         // when somebody answers the phone; may be empty
	Officer   string    `toml:"officer_email"` // the person responsible for personal data (94-V 25(2)(10)); the e-mail address when empty
	Bank      i18n.Text `toml:"bank"`
	Accent    string    `toml:"accent"` // "#rrggbb"
	Site      string    `toml:"-"`      // base address, filled in by app
	Carriers  []Carrier `toml:"-"`      // services outside, likewise
}

// ErrOperator is a profile that lacks what every policy must say; its field names the key.
var ErrOperator = fault.New(fault.Invalid, "privacy.operator_incomplete")

var twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)

// Check names what the profile lacks: a policy without the operator's name, BIN, address and contacts is none.
func (o Operator) Check() error {
	var wrong fault.Fields
	need := func(ok bool, key string) {
		if !ok {
			wrong = append(wrong, ErrOperator.On(key).With("key", key))
		}
	}
	need(o.Name.KK != "" && o.Name.RU != "", "name")
	need(twelveDigits.MatchString(o.BIN), "bin")
	need(o.Address.KK != "" && o.Address.RU != "", "address")
	need(len(o.Phones) > 0, "phones")
	need(strings.Contains(o.Email, "@"), "email")
	return wrong.OrNil()
}

// Privacy keeps versions and consents, and is the vault's gate.
type Privacy struct {
	db        *db.DB
	clock     clock.Clock
	operator  Operator
	known     sync.Map // version id → Version; a version never changes
	registers sync.Map // register version id → RegisterVersion; likewise
	news      newsCache
	holders   []Holder
	vault     *vault.Vault
	traps     *Traps
	anchors   []Anchor
	obeyed    atomic.Pointer[held] // the register's version in force
	night     nightSizes
	otherwise atomic.Pointer[string] // see Otherwise
}

// Over makes the room and publishes nothing: for commands that look after the data without being the site.
func Over(d *db.DB, c clock.Clock, op Operator) *Privacy {
	return &Privacy{db: d, clock: c, operator: op, night: usualNight}
}

// New makes the room. Until people publish a document by hand, it publishes what the operator's profile and the built-in text give
// when that differs from the latest version; from then on it only proposes a draft.
func New(ctx context.Context, d *db.DB, c clock.Clock, op Operator) (_ *Privacy, err error) {
	defer fault.Wrap(&err, "open privacy")
	if op.Officer == "" {
		op.Officer = op.Email
	}
	if err := op.Check(); err != nil {
		return nil, err
	}
	p := Over(d, c, op)
	if err := p.seedLaw(ctx); err != nil {
		return nil, err
	}
	if err := p.seedGrounds(ctx); err != nil {
		return nil, err
	}
	if err := p.openRegister(ctx); err != nil {
		return nil, err
	}
	return p, p.startTexts(ctx)
}

// startTexts writes policy and offer of the operator's profile, and publishes or proposes what is new.
func (p *Privacy) startTexts(ctx context.Context) error {
	otherwise := ""
	for _, k := range []Kind{Policy, Offer} {
		text, err := write(k, p.operator)
		if err != nil {
			return err
		}
		site, err := p.start(ctx, k, text)
		if err != nil {
			return err
		}
		if site != "" {
			otherwise = site
		}
	}
	p.otherwise.Store(&otherwise)
	return nil
}
