package people

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// rightsLives is how long a browser sees what is held under an address that it proved to read.
const rightsLives = 30 * time.Minute

// Guest is who proved by a code to read an address or a phone: their purchases without an account are theirs.
type Guest struct {
	PersonID  string // one of those who share the address
	ByPhone   bool   // the code went to the phone
	Chosen    bool   // which of the humans who share the address has been said
	ExpiresAt time.Time
}

// ErrWho is a name or an order that none of those who share the address has.
var ErrWho = fault.New(fault.Invalid, "people.who_wrong")

// RequestRights mails a code to an address under which somebody bought without an account, and returns the attempt; nobody learns
// whether there is anything.
func (p *People) RequestRights(ctx context.Context, email string, l i18n.Lang) (attempt string, err error) {
	defer fault.Wrap(&err, "ask for a code to see one's data")
	if email, err = validEmail(email); err != nil {
		return "", err
	}
	return p.requestRights(ctx, vault.Email, email, l)
}

// RequestRightsByPhone is RequestRights with a text message.
func (p *People) RequestRightsByPhone(ctx context.Context, phone string, l i18n.Lang) (attempt string, err error) {
	defer fault.Wrap(&err, "ask for a code to see one's data by phone")
	if !p.Texts() {
		return "", ErrPhoneWrong.On("phone")
	}
	phone, wrong := checkPhone(phone)
	if wrong != nil {
		return "", wrong.On("phone")
	}
	return p.requestRights(ctx, vault.Phone, phone, l)
}

func (p *People) requestRights(ctx context.Context, by vault.Field, value string, l i18n.Lang) (attempt string, err error) {
	if err := p.mayAsk(value); err != nil {
		return "", err
	}
	attempt = newToken()
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		guests, err := p.guestsOf(ctx, tx, by, value)
		if err != nil {
			return err
		}
		return p.ask(ctx, tx, attempt, code{account: first(guests), purpose: codeRights, lang: l, byPhone: by == vault.Phone})
	})
	return attempt, err
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// guestsOf are the persons without an account who share an address or a phone, newest first.
func (p *People) guestsOf(ctx context.Context, tx *db.DB, by vault.Field, value string) ([]string, error) {
	found, err := p.vault.Find(ctx, tx, by, value)
	if err != nil {
		return nil, err
	}
	guests, err := withoutAccount(ctx, tx, found)
	slices.SortFunc(guests, func(a, b string) int { return strings.Compare(b, a) })
	return guests[:min(len(guests), mostGuests)], err
}

// ConfirmRights takes the code of a letter and lets the browser see what is held, for half an hour.
func (p *People) ConfirmRights(ctx context.Context, attempt, digits string) (token string, err error) {
	defer fault.Wrap(&err, "confirm by code who asks for their data")
	c, err := p.tryCode(ctx, attempt, digits, codeRights)
	if err != nil {
		return "", err
	}
	return p.beginRights(ctx, c, Guest{PersonID: c.account, ByPhone: c.byPhone})
}

func (p *People) beginRights(ctx context.Context, c code, g Guest) (token string, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		now := p.clock.Now()
		if ok, err := useCode(ctx, tx, c.id, now); err != nil || !ok {
			return orElse(err, ErrCodeOver.On("code"))
		}
		token, g.ExpiresAt = newToken(), now.Add(rightsLives)
		return insertRightsSession(ctx, tx, tokenHash(token), g, now)
	})
	return token, err
}

// counterLives is how long the code that staff shows at the counter can be typed.
const counterLives = 10 * time.Minute

// GuestAtCounter makes a code that staff shows to a person who stands at the counter and whose identity they checked: typed at the
// page for one's data (EnterAtCounter) it opens what is held about that person alone. The opening is journalled under staff.
func (p *People) GuestAtCounter(ctx context.Context, person, actor string, l i18n.Lang) (shown string, err error) {
	defer fault.Wrap(&err, "open the data of %s at the counter", person)
	shown = newCounterCode()
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if _, err := p.Contacts(ctx, tx, vault.Opening{
			Person: person, Purpose: vault.PurposeRights, Fields: nameFields, Actor: actor, Reason: "counter_my_data",
		}); err != nil {
			return err
		}
		now := p.clock.Now()
		return insertCode(ctx, tx, tokenHash(shown), code{
			id: db.NewID(), account: person, purpose: codeCounter, lang: l, askedAt: now, sentAt: now, expiresAt: now.Add(counterLives),
		})
	})
	return shown, err
}

// EnterAtCounter takes the code that staff shows, and lets the browser see what is held for half an hour.
func (p *People) EnterAtCounter(ctx context.Context, shown string) (token string, err error) {
	defer fault.Wrap(&err, "enter by the counter's code")
	shown = foldCounterCode(shown)
	c, err := findCode(ctx, p.db, tokenHash(shown))
	if errors.Is(err, db.ErrNoRow) || err == nil && c.purpose != codeCounter {
		return "", ErrCodeWrong.On("shown")
	}
	if err != nil {
		return "", err
	}
	return p.beginRights(ctx, c, Guest{PersonID: c.account, Chosen: true})
}

const counterLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32, none that are read as another

// newCounterCode makes ten letters: 50 bits, for ten minutes.
func newCounterCode() string {
	b := make([]byte, 10)
	rand.Read(b) //nolint:errcheck // never fails
	for i := range b {
		b[i] = counterLetters[b[i]%32]
	}
	return string(b)
}

func foldCounterCode(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(counterLetters, unicode.ToUpper(r)) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// GuestByToken returns who a rights cookie is of; fault.Unauthenticated when nobody any more.
func (p *People) GuestByToken(ctx context.Context, token string) (g Guest, err error) {
	if len(token) < 20 || len(token) > 100 {
		return Guest{}, ErrNoSession
	}
	g, err = findRightsSession(ctx, p.db, tokenHash(token), p.clock.Now())
	if errors.Is(err, db.ErrNoRow) {
		err = ErrNoSession
	}
	return g, err
}

// EndGuest ends what ConfirmRights began.
func (p *People) EndGuest(ctx context.Context, token string) error {
	return deleteRightsSession(ctx, p.db, tokenHash(token))
}

// PersonsOfGuest returns the persons without an account who share the guest's address and name, the guest first: one human. others
// tells how many purchases of the address are in another name.
func (p *People) PersonsOfGuest(ctx context.Context, g Guest) (own []string, others int, err error) {
	defer fault.Wrap(&err, "persons of guest %s", g.PersonID)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		all, err := p.sharing(ctx, tx, g)
		if err != nil {
			return err
		}
		var rest []string
		own, rest, err = p.Whose(ctx, tx, g.PersonID, all)
		others = len(rest)
		return err
	})
	return own, others, err
}

// sharing are the persons without an account under the guest's address or phone.
func (p *People) sharing(ctx context.Context, tx *db.DB, g Guest) ([]string, error) {
	by := vault.Email
	if g.ByPhone {
		by = vault.Phone
	}
	got, err := p.vault.Open(ctx, tx, vault.Opening{
		Person: g.PersonID, Purpose: vault.PurposeRights, Fields: []vault.Field{by}, Actor: "person", Reason: "my_data",
	})
	value := got[by]
	if err != nil || value.Empty() {
		return nil, err
	}
	return p.guestsOf(ctx, tx, by, value.Reveal())
}

// ChooseGuest says which of the humans who share an address has the browser: by the name on the order, or by persons of an order
// whose code they know.
func (p *People) ChooseGuest(ctx context.Context, token string, name Contacts, persons []string) (err error) {
	defer fault.Wrap(&err, "choose who shares an address")
	g, err := p.GuestByToken(ctx, token)
	if err != nil {
		return err
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		all, err := p.sharing(ctx, tx, g)
		if err != nil {
			return err
		}
		all = append(all, g.PersonID)
		var chosen string
		if name.Surname+name.Name != "" {
			same, _, err := p.Named(ctx, tx, name, all)
			if err != nil {
				return err
			}
			chosen = first(same)
		}
		for _, id := range persons {
			if slices.Contains(all, id) {
				chosen = id
			}
		}
		if chosen == "" {
			return ErrWho.On("who")
		}
		return chooseRights(ctx, tx, tokenHash(token), chosen)
	})
}

// Block stops every use of the data of persons who are one and the same human, until Unblock; in the caller's transaction. Their
// own rights stay open.
func (p *People) Block(ctx context.Context, tx *db.DB, persons []string) error {
	return p.setBlocked(ctx, tx, persons, true)
}

// Unblock ends Block.
func (p *People) Unblock(ctx context.Context, tx *db.DB, persons []string) error {
	return p.setBlocked(ctx, tx, persons, false)
}

func (p *People) setBlocked(ctx context.Context, tx *db.DB, persons []string, blocked bool) (err error) {
	defer fault.Wrap(&err, "block or unblock by the person's own will")
	set := p.vault.Unblock
	if blocked {
		set = p.vault.Block
	}
	for _, person := range persons {
		is, err := p.vault.Blocked(ctx, tx, person)
		if err != nil {
			return err
		}
		if is == blocked {
			continue
		}
		if err := set(ctx, tx, vault.Act{Person: person, Actor: "person", Reason: "own_will"}); err != nil {
			return err
		}
	}
	return nil
}

// Blocked tells whether a person's data is blocked.
func (p *People) Blocked(ctx context.Context, person string) (bool, error) {
	return p.vault.Blocked(ctx, p.db, person)
}

// CheckPassword tells a person from who merely sits at their browser, before something that cannot be undone. An account that
// has no password gives "".
func (p *People) CheckPassword(ctx context.Context, s Session, password string) (err error) {
	defer fault.Wrap(&err, "check the password of %s", s.AccountID)
	if err := p.wrong.check(s.AccountID); err != nil {
		return err
	}
	a, err := findAccountByID(ctx, p.db, s.AccountID)
	if err != nil || a.passwordHash == "" {
		return err
	}
	ok, err := secretMatches(ctx, password, a.passwordHash)
	if err == nil && !ok {
		p.wrong.count(s.AccountID)
		return ErrPasswordNow.On("password")
	}
	return err
}
