package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// What can be wrong with a new address.
var (
	ErrEmailSame  = fault.New(fault.Invalid, "people.email_same")
	ErrEmailTaken = fault.New(fault.Conflict, "people.email_taken") // said only to who reads the mailbox
)

// RequestEmail mails a code to a new address of an account and returns the attempt. The address is the account's only when the code
// comes back; until then it stands under a person of its own, who has neither name nor orders.
func (p *People) RequestEmail(ctx context.Context, s Session, email string, l i18n.Lang) (attempt string, err error) {
	defer fault.Wrap(&err, "ask to change the address of %s", s.AccountID)
	if email, err = validEmail(email); err != nil {
		return "", err
	}
	if same, err := p.hasEmail(ctx, p.db, s.PersonID, email); err != nil || same {
		return "", orElse(err, ErrEmailSame.On("email"))
	}
	if err := p.mayAsk(email); err != nil {
		return "", err
	}
	waiting, err := p.vault.NewPerson(ctx)
	if err != nil {
		return "", err
	}
	attempt = newToken()
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if err := p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: waiting, Values: map[vault.Field]string{vault.Email: email}, Actor: "person", Reason: "email_change",
		}); err != nil {
			return err
		}
		return p.ask(ctx, tx, attempt, code{account: s.AccountID, person: waiting, purpose: codeEmail, lang: l})
	})
	return attempt, err
}

// ConfirmEmail takes the code from the new address: it is the account's from now on, every other browser is signed out, and the old
// address is told. then runs in the same transaction.
func (p *People) ConfirmEmail(ctx context.Context, s Session, attempt, digits string, then func(tx *db.DB) error) (err error) {
	defer fault.Wrap(&err, "change the address of %s", s.AccountID)
	c, err := p.tryCode(ctx, attempt, digits, codeEmail)
	if err != nil {
		return err
	}
	if c.account != s.AccountID {
		return ErrCodeOver.On("code")
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if ok, err := useCode(ctx, tx, c.id, p.clock.Now()); err != nil || !ok {
			return orElse(err, ErrCodeOver.On("code"))
		}
		next, err := p.ownEmail(ctx, tx, c.person)
		if err != nil {
			return err
		}
		if _, err := p.findAccount(ctx, tx, next); !errors.Is(err, errNoAccount) {
			return orElse(err, ErrEmailTaken.On("code"))
		}
		old, err := p.ownEmail(ctx, tx, s.PersonID)
		if err != nil {
			return err
		}
		for person, email := range map[string]string{s.PersonID: next, c.person: old} { // the old one waits for its letter
			if err := p.vault.SealAs(ctx, tx, vault.Sealing{
				Person: person, Values: map[vault.Field]string{vault.Email: email}, Actor: "person", Reason: "email_change",
			}); err != nil {
				return err
			}
		}
		if err := p.endOthers(ctx, tx, s); err != nil {
			return err
		}
		if err := p.jobs.Enqueue(ctx, tx, movedLetter{CodeID: c.id}); err != nil {
			return err
		}
		return then(tx)
	})
}

func (p *People) ownEmail(ctx context.Context, tx *db.DB, person string) (string, error) {
	c, err := p.Contacts(ctx, tx, vault.Opening{
		Person: person, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email}, Actor: "person", Reason: "email_change",
	})
	return c.Email, err
}

// movedLetter is the job that tells an old address that it is no longer the account's.
type movedLetter struct {
	CodeID string `json:"code_id"`
}

// Kind names the handler.
func (movedLetter) Kind() string { return "people_email_moved" }

func (p *People) sendMoved(ctx context.Context, j movedLetter) (err error) {
	defer fault.Wrap(&err, "tell an old address, code %s", j.CodeID)
	c, err := findCodeByID(ctx, p.db, j.CodeID)
	if errors.Is(err, db.ErrNoRow) || err == nil && c.person == "" {
		return nil
	}
	if err != nil {
		return err
	}
	var to string
	var pass outgoing.Pass
	err = p.db.Transact(ctx, func(tx *db.DB) (err error) {
		o := vault.Opening{Person: c.person, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email}, Actor: "person", Reason: "email_change"}
		got, err := p.Contacts(ctx, tx, o)
		if to = got.Email; err != nil || to == "" {
			return err
		}
		pass, err = p.Leaves(ctx, tx, mailGateway, o)
		return err
	})
	if k := fault.KindOf(err); err != nil && (k == fault.Gone || k == fault.NotFound) {
		return nil // told before, and forgotten
	}
	if err != nil {
		return err
	}
	t := p.bundle.Printer(c.lang)
	if to != "" {
		text := strings.Join([]string{t.T("people.letter.hello"), t.T("people.letter.moved", "site", p.SiteName), t.T("people.letter.moved_not_you", "site", p.SiteName), "— " + p.SiteName}, "\n\n") + "\n"
		if err := p.mail.Send(ctx, pass, mail.Letter{To: to, Subject: t.T("people.letter.moved_subject", "site", p.SiteName), Text: text}); err != nil {
			return err
		}
	}
	return p.db.Transact(ctx, func(tx *db.DB) error { return p.forgetWaiting(ctx, tx, c) })
}

// forgetWaiting destroys the person under whom an address waited.
func (p *People) forgetWaiting(ctx context.Context, tx *db.DB, c code) error {
	if err := p.vault.SealAs(ctx, tx, vault.Sealing{
		Person: c.person, Values: map[vault.Field]string{vault.Email: ""}, Actor: "system", Reason: "email_change",
	}); err != nil {
		return err
	}
	if err := p.vault.Condemn(ctx, tx, vault.Act{Person: c.person, Actor: "system", Reason: "email_change"}); err != nil {
		return err
	}
	return forgetCodePerson(ctx, tx, c.id)
}

// sweepWaiting destroys addresses that nobody confirmed.
func (p *People) sweepWaiting(ctx context.Context, now time.Time) error {
	over, err := listWaiting(ctx, p.db, now)
	if err != nil {
		return err
	}
	for _, c := range over {
		if err := p.db.Transact(ctx, func(tx *db.DB) error { return p.forgetWaiting(ctx, tx, c) }); err != nil {
			return err
		}
	}
	return nil
}
