package people

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// rightsLives is how long a browser sees what is held under an address that it proved to read.
const rightsLives = 30 * time.Minute

// Guest is who proved by a code to read an address: their purchases without an account are theirs.
type Guest struct {
	PersonID  string // the newest of those who share the address
	ExpiresAt time.Time
}

// RequestRights mails a code to an address under which somebody bought without an account, and returns the attempt; nobody learns
// whether there is anything.
func (p *People) RequestRights(ctx context.Context, email string, l i18n.Lang) (attempt string, err error) {
	defer fault.Wrap(&err, "ask for a code to see one's data")
	if email, err = validEmail(email); err != nil {
		return "", err
	}
	if err := p.mayAsk(email); err != nil {
		return "", err
	}
	attempt = newToken()
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		guests, err := p.guestsOf(ctx, tx, email)
		if err != nil {
			return err
		}
		return p.askCode(ctx, tx, attempt, first(guests), codeRights, l)
	})
	return attempt, err
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// guestsOf are the persons without an account who share an address, newest first.
func (p *People) guestsOf(ctx context.Context, tx *db.DB, email string) ([]string, error) {
	found, err := p.vault.Find(ctx, tx, vault.Email, email)
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
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		now := p.clock.Now()
		if ok, err := useCode(ctx, tx, c.id, now); err != nil || !ok {
			return orElse(err, ErrCodeOver.On("code"))
		}
		token = newToken()
		return insertRightsSession(ctx, tx, tokenHash(token), c.account, now, now.Add(rightsLives))
	})
	return token, err
}

// GuestAtCounter lets a browser see what is held about a person who stands at the counter and was recognised by staff; the
// opening is journalled under the staff account.
func (p *People) GuestAtCounter(ctx context.Context, person, actor string) (token string, err error) {
	defer fault.Wrap(&err, "open the data of %s at the counter", person)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if _, err := p.Contacts(ctx, tx, vault.Opening{
			Person: person, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email},
			Actor: actor, Reason: "counter_my_data",
		}); err != nil {
			return err
		}
		now := p.clock.Now()
		token = newToken()
		return insertRightsSession(ctx, tx, tokenHash(token), person, now, now.Add(rightsLives))
	})
	return token, err
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

// PersonsOfGuest returns all persons without an account who share the guest's address, the guest first.
func (p *People) PersonsOfGuest(ctx context.Context, g Guest) (out []string, err error) {
	defer fault.Wrap(&err, "persons of guest %s", g.PersonID)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		got, err := p.Contacts(ctx, tx, vault.Opening{
			Person: g.PersonID, Purpose: vault.PurposeRights,
			Fields: []vault.Field{vault.Email}, Actor: "person", Reason: "my_data",
		})
		if err != nil {
			return err
		}
		out = []string{g.PersonID}
		if got.Email == "" {
			return nil
		}
		all, err := p.guestsOf(ctx, tx, got.Email)
		for _, id := range all {
			if id != g.PersonID {
				out = append(out, id)
			}
		}
		return err
	})
	return out, err
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
