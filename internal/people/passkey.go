package people

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// What can be wrong with a passkey.
var (
	ErrPasskey       = fault.New(fault.Invalid, "people.passkey_wrong")    // does not fit: another site's, another person's, not verified
	ErrPasskeyOver   = fault.New(fault.Invalid, "people.passkey_over")     // the question was answered before, or too late
	ErrPasskeyCopied = fault.New(fault.Invalid, "people.passkey_copied")   // its counter ran backwards
	ErrPasskeyMost   = fault.New(fault.Conflict, "people.passkey_most")    // arg "most"
	ErrPasskeyKind   = fault.New(fault.Invalid, "people.passkey_kind")     // nobody said what it is kept in
	ErrPasskeysOff   = fault.New(fault.Unavailable, "people.passkeys_off") // the site has no name that a passkey could be bound to
	ErrNoPasskey     = fault.New(fault.NotFound, "people.passkey_not_found")
)

const (
	mostPasskeys  = 10
	ceremonyLives = 5 * time.Minute
)

// PasskeyKind is what a passkey is kept in.
type PasskeyKind string

// PasskeyKinds are the words to choose from.
var PasskeyKinds = []PasskeyKind{"computer", "phone", "key", "manager", "other"}

// Passkey is one way in of an account: the public half of a key that lies in somebody's device.
type Passkey struct {
	ID       string // base64url
	Kind     PasskeyKind
	MadeAt   time.Time
	UsedAt   time.Time // zero while never
	CopiedAt time.Time // a copy of it showed itself; zero otherwise
	Synced   bool      // the device's maker keeps a copy for the owner's other devices
}

// HasPasskeys tells whether passkeys can be had: where the site has a name. An address in numbers cannot be one's.
func (p *People) HasPasskeys() bool {
	_, err := p.relyingParty()
	return err == nil
}

// relyingParty is this site as authenticators know it: its public address, and nothing beside it.
func (p *People) relyingParty() (*webauthn.WebAuthn, error) {
	u, err := url.Parse(p.BaseURL)
	if err != nil || u.Hostname() == "" {
		return nil, ErrPasskeysOff
	}
	yes := true
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: p.SiteName, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &yes, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, ErrPasskeysOff
	}
	return w, nil
}

// keyOwner is an account as the library asks for it. What authenticators are told is no name: the site's, and the account's tail.
type keyOwner struct {
	id, label string
	keys      []webauthn.Credential
}

func (k keyOwner) WebAuthnID() []byte                         { return []byte(k.id) }
func (k keyOwner) WebAuthnName() string                       { return k.label }
func (k keyOwner) WebAuthnDisplayName() string                { return k.label }
func (k keyOwner) WebAuthnCredentials() []webauthn.Credential { return k.keys }

func (p *People) keyOwner(ctx context.Context, d *db.DB, account string) (keyOwner, error) {
	rows, err := listPasskeys(ctx, d, account)
	k := keyOwner{id: account, label: p.SiteName + " " + account[max(0, len(account)-6):]}
	for _, r := range rows {
		k.keys = append(k.keys, r.credential)
	}
	return k, err
}

// ceremony is a question that was put to an authenticator.
type ceremony struct {
	kind             string // "add", "use", "enter"
	account, session string
	data             webauthn.SessionData
	expiresAt        time.Time
}

// NewPasskey begins adding a passkey to the account and returns the question for the browser, JSON. An employee's second factor must
// be fresh.
func (p *People) NewPasskey(ctx context.Context, s Session) (question []byte, err error) {
	defer fault.Wrap(&err, "new passkey of %s", s.AccountID)
	w, err := p.mayAddPasskey(s)
	if err != nil {
		return nil, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		owner, err := p.keyOwner(ctx, tx, s.AccountID)
		if err != nil {
			return err
		}
		if len(owner.keys) >= mostPasskeys {
			return ErrPasskeyMost.With("most", mostPasskeys)
		}
		creation, data, err := w.BeginRegistration(owner, webauthn.WithExclusions(webauthn.Credentials(owner.keys).CredentialDescriptors()))
		if err != nil {
			return err
		}
		question, err = p.putQuestion(ctx, tx, ceremony{kind: "add", account: s.AccountID, session: s.ID, data: *data}, creation.Response)
		return err
	})
	return question, err
}

func (p *People) mayAddPasskey(s Session) (*webauthn.WebAuthn, error) {
	if s.Staff() && !s.Fresh(p.clock.Now()) {
		return nil, ErrStepUp
	}
	return p.relyingParty()
}

// putQuestion keeps a question without its challenge, and words it for the browser.
func (p *People) putQuestion(ctx context.Context, tx *db.DB, c ceremony, question any) ([]byte, error) {
	challenge := c.data.Challenge
	c.data.Challenge = ""
	c.expiresAt = p.clock.Now().Add(ceremonyLives)
	if err := insertCeremony(ctx, tx, tokenHash(challenge), c); err != nil {
		return nil, err
	}
	return json.Marshal(question)
}

// spend finds the question that an answer is to, and uses it up whatever the answer is worth: one that does not fit must not be tried
// again. ErrPasskeyOver when it was answered before, or is too old.
func (p *People) spend(ctx context.Context, challenge string, kinds ...string) (c ceremony, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		c, err = takeCeremony(ctx, tx, tokenHash(challenge))
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return ceremony{}, ErrPasskeyOver.On("passkey")
	case err != nil:
		return ceremony{}, err
	case !p.clock.Now().Before(c.expiresAt):
		return ceremony{}, ErrPasskeyOver.On("passkey")
	case !slices.Contains(kinds, c.kind):
		return ceremony{}, ErrPasskey.On("passkey")
	}
	c.data.Challenge = challenge
	return c, nil
}

// AddPasskey takes the browser's answer to NewPasskey.
func (p *People) AddPasskey(ctx context.Context, s Session, kind PasskeyKind, answer string) (err error) {
	defer fault.Wrap(&err, "add a passkey to %s", s.AccountID)
	w, err := p.mayAddPasskey(s)
	if err != nil {
		return err
	}
	if !slices.Contains(PasskeyKinds, kind) {
		return ErrPasskeyKind.On("kind")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return ErrPasskey.On("passkey")
	}
	c, err := p.spend(ctx, parsed.Response.CollectedClientData.Challenge, "add")
	if err != nil {
		return err
	}
	if c.account != s.AccountID || c.session != s.ID {
		return ErrPasskey.On("passkey")
	}
	made, err := w.CreateCredential(keyOwner{id: s.AccountID}, c.data, parsed)
	if err != nil {
		return ErrPasskey.On("passkey")
	}
	made.Attestation = webauthn.CredentialAttestation{} // who made the device is nobody's business here
	made.Authenticator.AAGUID = nil
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := lockAccount(ctx, tx, s.AccountID); err != nil {
			return err
		}
		rows, err := listPasskeys(ctx, tx, s.AccountID)
		if err != nil {
			return err
		}
		if len(rows) >= mostPasskeys {
			return ErrPasskeyMost.With("most", mostPasskeys)
		}
		if taken, err := passkeyKnown(ctx, tx, keyID(made.ID)); err != nil || taken {
			return orElse(err, ErrPasskey.On("passkey"))
		}
		if err := insertPasskey(ctx, tx, s.AccountID, keyID(made.ID), kind, *made, p.clock.Now()); err != nil {
			return err
		}
		return p.jobs.Enqueue(ctx, tx, safetyLetter{AccountID: s.AccountID, What: "passkey"})
	})
}

// AskPasskey begins a sign-in or a step up by passkey and returns the question for the browser, JSON. Without a session any passkey of
// this site may answer.
func (p *People) AskPasskey(ctx context.Context, s *Session, b Browser) (question []byte, err error) {
	defer fault.Wrap(&err, "ask for a passkey")
	w, err := p.relyingParty()
	if err != nil {
		return nil, err
	}
	network := "passkey " + ShortIP(b.IP)
	if err := p.questions.check(network); err != nil {
		return nil, err
	}
	p.questions.count(network)
	verified := webauthn.WithUserVerification(protocol.VerificationRequired)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		c := ceremony{kind: "enter"}
		var assertion *protocol.CredentialAssertion
		var data *webauthn.SessionData
		if s == nil {
			assertion, data, err = w.BeginDiscoverableLogin(verified)
		} else {
			var owner keyOwner
			if owner, err = p.keyOwner(ctx, tx, s.AccountID); err != nil {
				return err
			}
			if len(owner.keys) == 0 {
				return ErrNoPasskey
			}
			c.kind, c.account, c.session = "use", s.AccountID, s.ID
			assertion, data, err = w.BeginLogin(owner, verified)
		}
		if err != nil {
			return err
		}
		c.data = *data
		question, err = p.putQuestion(ctx, tx, c, assertion.Response)
		return err
	})
	return question, err
}

// VerifyPasskey takes a passkey of the session's own account as its second factor; from now it is fresh.
func (p *People) VerifyPasskey(ctx context.Context, s Session, answer string) (err error) {
	defer fault.Wrap(&err, "passkey of %s", s.AccountID)
	limit := "factor2 " + s.AccountID
	if err := p.wrong.check(limit); err != nil {
		return err
	}
	account, key, err := p.checkPasskey(ctx, &s, answer)
	if err == nil && account != s.AccountID {
		err = ErrPasskey.On("passkey")
	}
	if err == nil {
		err = p.db.Transact(ctx, func(tx *db.DB) error {
			if err := p.usePasskey(ctx, tx, account, key); err != nil {
				return err
			}
			if found, err := setFactor2(ctx, tx, s, p.clock.Now()); err != nil || !found {
				return orElse(err, ErrNoSession)
			}
			return noteFactor(ctx, tx, s.ID, "passkey")
		})
	}
	if err == nil {
		p.wrong.reset(limit)
	} else if fault.KindOf(err) == fault.Invalid {
		p.wrong.count(limit)
	}
	return err
}

// EnterByPasskey opens a session for the owner of a passkey, without a password: the device has verified who holds it.
func (p *People) EnterByPasskey(ctx context.Context, answer string, b Browser) (token string, s Session, err error) {
	defer fault.Wrap(&err, "enter by passkey")
	id, key, err := p.checkPasskey(ctx, nil, answer)
	if err != nil {
		return "", Session{}, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		a, err := findAccountByID(ctx, tx, id)
		if errors.Is(err, db.ErrNoRow) || err == nil && a.confirmedAt.IsZero() {
			return ErrPasskey.On("passkey")
		}
		if err != nil {
			return err
		}
		if err := p.usePasskey(ctx, tx, id, key); err != nil {
			return err
		}
		token, s, err = p.startSession(ctx, tx, a, b, wayPasskey)
		return err
	})
	return token, s, err
}

// checkPasskey holds an answer against its question, and returns whose passkey it is. One whose counter ran backwards is remembered as
// copied and lets nobody in.
func (p *People) checkPasskey(ctx context.Context, s *Session, answer string) (account string, key webauthn.Credential, err error) {
	w, err := p.relyingParty()
	if err != nil {
		return "", key, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return "", key, ErrPasskey.On("passkey")
	}
	c, err := p.spend(ctx, parsed.Response.CollectedClientData.Challenge, "use", "enter")
	if err != nil {
		return "", key, err
	}
	if c.kind == "use" && (s == nil || c.session != s.ID || c.account != s.AccountID) {
		return "", key, ErrPasskey.On("passkey")
	}
	var owner keyOwner
	var got *webauthn.Credential
	if c.kind == "use" {
		if owner, err = p.keyOwner(ctx, p.db, c.account); err != nil {
			return "", key, err
		}
		got, err = w.ValidateLogin(owner, c.data, parsed)
	} else {
		_, got, err = w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			owner, err = p.keyOwner(ctx, p.db, string(handle))
			return owner, err
		}, c.data, parsed)
	}
	if err != nil {
		return "", key, ErrPasskey.On("passkey")
	}
	if got.Authenticator.CloneWarning {
		if err := setCopied(ctx, p.db, owner.id, keyID(got.ID), p.clock.Now()); err != nil {
			return "", key, err
		}
		return "", key, ErrPasskeyCopied.On("passkey")
	}
	return owner.id, *got, nil
}

// usePasskey notes the use; false steps are refused: a passkey that was removed meanwhile, or marked as copied.
func (p *People) usePasskey(ctx context.Context, tx *db.DB, account string, key webauthn.Credential) error {
	ok, err := touchPasskey(ctx, tx, account, keyID(key.ID), key, p.clock.Now())
	if err == nil && !ok {
		return ErrPasskeyCopied.On("passkey")
	}
	return err
}

// Passkeys lists the account's own.
func (p *People) Passkeys(ctx context.Context, s Session) (out []Passkey, err error) {
	defer fault.Wrap(&err, "passkeys of %s", s.AccountID)
	rows, err := listPasskeys(ctx, p.db, s.AccountID)
	for _, r := range rows {
		out = append(out, r.Passkey)
	}
	return out, err
}

// RemovePasskey takes one of the account's own away; ErrNoPasskey for another's. An employee's second factor must be fresh.
func (p *People) RemovePasskey(ctx context.Context, s Session, id string) (err error) {
	defer fault.Wrap(&err, "remove a passkey of %s", s.AccountID)
	if s.Staff() && !s.Fresh(p.clock.Now()) {
		return ErrStepUp
	}
	ok, err := deletePasskey(ctx, p.db, s.AccountID, id)
	if err == nil && !ok {
		return ErrNoPasskey
	}
	return err
}
