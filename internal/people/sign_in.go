package people

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// SignInsFor is how long the history of sign-ins is kept at most; the register of processing may say less (People.TechnicalFor).
const SignInsFor = 90 * 24 * time.Hour

// technicalSince is the moment before which networks and browsers of sign-ins are not kept.
func (p *People) technicalSince(ctx context.Context, d *db.DB) (time.Time, error) {
	kept := SignInsFor
	if p.TechnicalFor != nil {
		registered, err := p.TechnicalFor(ctx, d)
		if err != nil {
			return time.Time{}, err
		}
		kept = min(kept, registered)
	}
	return p.clock.Now().Add(-kept), nil
}

// mostSignIns bounds an account's history, refused attempts among it.
const mostSignIns = 40

// way is how somebody came in, or tried to.
type way string

const (
	wayPassword way = "password"
	wayCode     way = "code"
	wayReset    way = "reset"
	wayPasskey  way = "passkey"
	wayFactor   way = "factor" // the password was right, the second factor was not
)

// SignIn is one line of an account's history as its owner sees it.
type SignIn struct {
	ID      string
	At      time.Time
	Way     string // "password", "code", "reset", "passkey", "factor"
	Factor  string // the second one: "totp", "recovery", "passkey"; "" where none was asked for
	Refused bool
	Browser string // "" when unknown
	Network string // shortened; "" when unknown
}

// SignIns lists who came into the account lately and who tried, newest first; the look is the person's own and is journalled.
func (p *People) SignIns(ctx context.Context, s Session) (out []SignIn, err error) {
	defer fault.Wrap(&err, "sign-ins of %s", s.AccountID)
	since, err := p.technicalSince(ctx, p.db)
	if err != nil {
		return nil, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if out, err = listSignIns(ctx, tx, s.AccountID, since); err != nil {
			return err
		}
		ips, agents, err := p.openDevices(ctx, tx, vault.Opening{Person: s.PersonID, Purpose: vault.PurposeRights, Actor: "person", Reason: "devices"})
		if err != nil {
			return err
		}
		for i, one := range out {
			out[i].Browser, out[i].Network = agents[one.ID], ips[one.ID]
		}
		return nil
	})
	return out, err
}

// noteSignIn writes a line of the history and adds the browser to the person's list. A browser that none of the earlier lines knows is
// told of by a letter, unless the letter with the code was one.
func (p *People) noteSignIn(ctx context.Context, tx *db.DB, a account, s Session, b Browser, w way) error {
	earlier, err := listSignIns(ctx, tx, a.id, s.StartedAt.Add(-SignInsFor))
	if err != nil {
		return err
	}
	if err := insertSignIn(ctx, tx, SignIn{ID: s.ID, At: s.StartedAt, Way: string(w)}, a.id); err != nil {
		return err
	}
	known, came := false, false // whether the browser is, and whether anybody came before
	if err := p.changeDevices(ctx, tx, s, "sign_in", func(ips, agents map[string]string) {
		ip, ua := ShortIP(b.IP), BrowserFamily(b.UserAgent)
		known, came = false, false
		for _, one := range earlier {
			came = came || !one.Refused
			known = known || !one.Refused && ips[one.ID] == ip && agents[one.ID] == ua
		}
		keepDevice(ips, agents, s.ID, b)
	}); err != nil {
		return err
	}
	if !came || known || w == wayCode || w == wayReset {
		return nil
	}
	return p.jobs.Enqueue(ctx, tx, safetyLetter{AccountID: a.id, What: "device", ID: s.ID})
}

func keepDevice(ips, agents map[string]string, id string, b Browser) {
	if ip := ShortIP(b.IP); ip != "" {
		ips[id] = ip
	}
	if ua := BrowserFamily(b.UserAgent); ua != "" {
		agents[id] = ua
	}
}

// notes are refused sign-ins on their way to the history: written after the answer, which must take as long for an address without an
// account.
type notes struct {
	room chan struct{}
	wg   sync.WaitGroup
}

// notesAtOnce bounds them; what comes beyond is a flood, which the guard and the operations page see.
const notesAtOnce = 8

// noteRefused remembers an attempt that was refused.
func (p *People) noteRefused(ctx context.Context, account, person string, w way, b Browser) {
	if account == "" {
		return
	}
	p.note(ctx, func(ctx context.Context, tx *db.DB) error {
		one := SignIn{ID: db.NewID(), At: p.clock.Now(), Way: string(w), Refused: true}
		if err := lockAccount(ctx, tx, account); err != nil {
			return err
		}
		if err := insertSignIn(ctx, tx, one, account); err != nil {
			return err
		}
		s := Session{AccountID: account, PersonID: person}
		return p.changeDevices(ctx, tx, s, "sign_in", func(ips, agents map[string]string) { keepDevice(ips, agents, one.ID, b) })
	})
}

// noteRefusedFactor remembers a wrong second factor. A session that has had its factor is a step up: nobody came in by it.
func (p *People) noteRefusedFactor(ctx context.Context, s Session) {
	p.note(ctx, func(ctx context.Context, tx *db.DB) error { return refuseFactor(ctx, tx, s.ID) })
}

func (p *People) note(ctx context.Context, write func(ctx context.Context, tx *db.DB) error) {
	select {
	case p.notes.room <- struct{}{}:
	default:
		return
	}
	p.notes.wg.Go(func() {
		defer func() { <-p.notes.room }()
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer stop()
		_ = p.db.Transact(ctx, func(tx *db.DB) error { return write(ctx, tx) }) // the attempt is refused with or without its line
	})
}

// Settle waits until refused sign-ins stand in the history.
func (p *People) Settle() { p.notes.wg.Wait() }

// sweepSignIns drops lines that have had their time, with what the vault holds of them.
func (p *People) sweepSignIns(ctx context.Context, before time.Time) error {
	over, err := accountsOfOldSignIns(ctx, p.db, before)
	if err != nil {
		return err
	}
	for _, s := range over {
		if err := p.db.Transact(ctx, func(tx *db.DB) error {
			if err := lockAccount(ctx, tx, s.AccountID); err != nil {
				return err
			}
			if err := deleteSignIns(ctx, tx, s.AccountID, before); err != nil {
				return err
			}
			return p.forgetDevices(ctx, tx, s)
		}); err != nil {
			return err
		}
	}
	return nil
}

// safetyLetter is the job that tells an account's owner of a browser that is new, or of a passkey that was added.
type safetyLetter struct {
	AccountID string `json:"account_id"`
	What      string `json:"what"` // "device", "passkey"
	ID        string `json:"id"`   // of the sign-in
}

// Kind names the handler.
func (safetyLetter) Kind() string { return "people_safety_letter" }

// sendSafety mails what happened and where to look. From where and with what browser stands on the page, not in the letter.
func (p *People) sendSafety(ctx context.Context, j safetyLetter) (err error) {
	defer fault.Wrap(&err, "tell %s of a %s", j.AccountID, j.What)
	var a account
	to := ""
	var pass outgoing.Pass
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		to = ""
		if a, err = findAccountByID(ctx, tx, j.AccountID); errors.Is(err, db.ErrNoRow) {
			return nil
		}
		if err != nil {
			return err
		}
		if j.ID != "" {
			if first, err := setSignInTold(ctx, tx, j.ID, p.clock.Now()); err != nil || !first {
				return err
			}
		}
		o := vault.Opening{Person: a.person, Purpose: vault.PurposeIdentification, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "safety_letter"}
		if a.staff {
			o.Purpose = vault.PurposeStaff
		}
		got, err := p.Contacts(ctx, tx, o)
		if err != nil || got.Email == "" {
			return err
		}
		to = got.Email
		pass, err = p.Leaves(ctx, tx, mailGateway, o)
		return err
	})
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Gone, fault.NotFound: // blocked or erased meanwhile: the page tells it all the same
		if err != nil {
			return nil
		}
	}
	if err != nil || to == "" {
		return err
	}
	return p.mail.Send(ctx, pass, p.safetyLetter(a, to, j.What))
}

func (p *People) safetyLetter(a account, to, what string) mail.Letter {
	t := p.bundle.Printer(a.lang)
	subject, why, page := t.T("people.safety.device_subject", "site", p.SiteName), t.T("people.safety.device", "site", p.SiteName), "/account/devices"
	if what == "passkey" {
		subject, why = t.T("people.safety.passkey_subject", "site", p.SiteName), t.T("people.safety.passkey", "site", p.SiteName)
	}
	if a.staff {
		page = "/office/me"
	}
	text := strings.Join([]string{
		t.T("people.letter.hello"), why, p.BaseURL + "/" + string(a.lang) + page, t.T("people.safety.not_you"), "— " + p.SiteName,
	}, "\n\n") + "\n"
	return mail.Letter{To: to, Subject: subject, Text: text}
}
