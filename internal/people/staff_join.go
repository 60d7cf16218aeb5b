package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// ErrJoinOver is an invitation that was used, is over or never was.
var ErrJoinOver = fault.New(fault.Gone, "people.join_over")

// joinLives is how long an invitation waits.
const joinLives = 72 * time.Hour

// Employee is a staff account as the administrator sees it. Who it is stands in the vault under PersonID.
type Employee struct {
	AccountID  string
	PersonID   string
	Roles      []Role
	MadeAt     time.Time
	SignedInAt time.Time
	LeftAt     time.Time // zero while they work here
	Joined     bool      // password and second factor are set
	Passkeys   int
	Recovery   int // codes left
}

// joinLetter is the job that mails an invitation; its token is made here and stands nowhere else.
type joinLetter struct {
	JoinID string `json:"join_id"`
}

// Kind names the handler.
func (joinLetter) Kind() string { return "people_join_letter" }

// AddEmployee makes a staff account without password and mails its owner an invitation to set one, with a second factor. Roles that
// need a second person wait for one. Their contract, not a consent, is the ground.
func (p *People) AddEmployee(ctx context.Context, actor string, c Contacts, roles []Role, l i18n.Lang) (account string, waits []Role, err error) {
	defer fault.Wrap(&err, "add an employee")
	c, wrong := c.validate(false)
	if len(roles) == 0 {
		wrong = append(wrong, ErrRoleUnknown.On("roles"))
	}
	if err := wrong.OrNil(); err != nil {
		return "", nil, err
	}
	key, err := newTOTP(p.SiteName)
	if err != nil {
		return "", nil, err
	}
	person, err := p.vault.NewPerson(ctx)
	if err != nil {
		return "", nil, err
	}
	now := p.clock.Now()
	a := newStaffAccount(person, l, now)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if err := p.mustHave(ctx, tx, actor, RoleAdmin); err != nil {
			return err
		}
		if err := p.keepStaff(ctx, tx, a, c, key, nil); err != nil {
			return err
		}
		if waits, err = p.changeRoles(ctx, tx, actor, a.id, roles); err != nil {
			return err
		}
		return p.invite(ctx, tx, a, l)
	})
	return a.id, waits, err
}

func newStaffAccount(person string, l i18n.Lang, now time.Time) account {
	return account{id: db.NewID(), person: person, lang: l, staff: true, createdAt: now, confirmedAt: now}
}

func newTOTP(issuer string) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: "staff", SecretSize: 20})
	if err != nil {
		return "", err
	}
	return key.Secret(), nil
}

// InviteAgain lets an employee set password and second factor anew: the device was lost, or the letter. What let them in until now
// ends at once.
func (p *People) InviteAgain(ctx context.Context, actor, account string) (err error) {
	defer fault.Wrap(&err, "invite %s again", account)
	key, err := newTOTP(p.SiteName)
	if err != nil {
		return err
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		a, err := p.employee(ctx, tx, account)
		if err != nil {
			return err
		}
		if err := p.mustHave(ctx, tx, actor, RoleAdmin); err != nil {
			return err
		}
		if err := p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: a.person, Values: map[vault.Field]string{vault.TOTPSecret: key}, Actor: "system", Reason: "staff_invited",
		}); err != nil {
			return err
		}
		if err := forgetWays(ctx, tx, a.id); err != nil {
			return err
		}
		if err := deleteSessions(ctx, tx, a.id, ""); err != nil {
			return err
		}
		return p.invite(ctx, tx, a, a.lang)
	})
}

func (p *People) invite(ctx context.Context, tx *db.DB, a account, l i18n.Lang) error {
	id := db.NewID()
	if err := insertJoin(ctx, tx, id, a.id, l, p.clock.Now().Add(joinLives)); err != nil {
		return err
	}
	return p.jobs.Enqueue(ctx, tx, joinLetter{JoinID: id})
}

// sendJoin mails an invitation. A second run makes another token, so the letter that arrives last is the one that works.
func (p *People) sendJoin(ctx context.Context, j joinLetter) (err error) {
	defer fault.Wrap(&err, "mail invitation %s", j.JoinID)
	token, to, l := newToken(), "", i18n.KK
	var pass outgoing.Pass
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		to = ""
		inv, err := findJoin(ctx, tx, j.JoinID)
		if errors.Is(err, db.ErrNoRow) || err == nil && (!inv.usedAt.IsZero() || p.clock.Now().After(inv.expiresAt)) {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := findAccountByID(ctx, tx, inv.account)
		if err != nil {
			return err
		}
		if err := setJoinToken(ctx, tx, j.JoinID, tokenHash(token)); err != nil {
			return err
		}
		o := vault.Opening{Person: a.person, Purpose: vault.PurposeStaff, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "staff_invited"}
		got, err := p.Contacts(ctx, tx, o)
		if err != nil {
			return err
		}
		to, l = got.Email, inv.lang
		pass, err = p.Leaves(ctx, tx, mailGateway, o)
		return err
	})
	if err != nil || to == "" {
		return err
	}
	return p.mail.Send(ctx, pass, p.joinLetter(l, to, token))
}

func (p *People) joinLetter(l i18n.Lang, to, token string) mail.Letter {
	t := p.bundle.Printer(l)
	subject := t.T("people.staff_letter.subject", "site", p.SiteName)
	link := p.BaseURL + "/" + string(l) + "/office/join/" + token
	text := strings.Join([]string{
		t.T("people.letter.hello"), t.T("people.staff_letter.why", "site", p.SiteName), link,
		t.T("people.staff_letter.lives", "hours", int(joinLives/time.Hour)), "— " + p.SiteName,
	}, "\n\n") + "\n"
	return mail.Letter{To: to, Subject: subject, Text: text}
}

// Joining shows an invited employee the secret for their authenticator; ErrJoinOver when the invitation does not stand.
func (p *People) Joining(ctx context.Context, token string) (totpSecret string, err error) {
	defer fault.Wrap(&err, "open an invitation")
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		_, a, err := p.joining(ctx, tx, token)
		if err != nil {
			return err
		}
		totpSecret, err = p.totpOf(ctx, tx, a.person, "staff_join")
		return err
	})
	return totpSecret, err
}

func (p *People) joining(ctx context.Context, tx *db.DB, token string) (join, account, error) {
	if len(token) < 20 || len(token) > 100 {
		return join{}, account{}, ErrJoinOver
	}
	inv, err := findJoinByToken(ctx, tx, tokenHash(token))
	if errors.Is(err, db.ErrNoRow) || err == nil && (!inv.usedAt.IsZero() || p.clock.Now().After(inv.expiresAt)) {
		return join{}, account{}, ErrJoinOver
	}
	if err != nil {
		return join{}, account{}, err
	}
	a, err := p.employee(ctx, tx, inv.account)
	if err != nil {
		return join{}, account{}, ErrJoinOver
	}
	return inv, a, nil
}

func (p *People) totpOf(ctx context.Context, tx *db.DB, person, reason string) (string, error) {
	got, err := p.vault.Open(ctx, tx, vault.Opening{
		Person: person, Purpose: vault.PurposeIdentification, Fields: []vault.Field{vault.TOTPSecret}, Actor: "system", Reason: reason,
	})
	if err != nil {
		return "", err
	}
	return got[vault.TOTPSecret].Reveal(), nil
}

// Join takes the invited employee's password and the first digits of their authenticator, and returns their recovery codes: the
// only time that these are seen.
func (p *People) Join(ctx context.Context, token, password, digits string) (recovery []string, err error) {
	defer fault.Wrap(&err, "join")
	if err := checkPassword(password, ""); err != nil {
		return nil, err.On("password")
	}
	hash, err := hashSecret(ctx, password)
	if err != nil {
		return nil, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		inv, a, err := p.joining(ctx, tx, token)
		if err != nil {
			return err
		}
		limit := "join " + a.id
		if err := p.wrong.check(limit); err != nil {
			return err
		}
		secret, err := p.totpOf(ctx, tx, a.person, "staff_join")
		if err != nil {
			return err
		}
		step, ok := totpStep(vault.NewSecret(secret), plainDigits(digits), p.clock.Now().Unix()/totpPeriod)
		if !ok {
			p.wrong.count(limit)
			return ErrFactor2Wrong.On("code")
		}
		if fresh, err := useStep(ctx, tx, a.id, step); err != nil || !fresh {
			return orElse(err, ErrFactor2Wrong.On("code"))
		}
		if ok, err := useJoin(ctx, tx, inv.id, p.clock.Now()); err != nil || !ok {
			return orElse(err, ErrJoinOver)
		}
		if err := setPassword(ctx, tx, a.id, hash); err != nil {
			return err
		}
		recovery, err = p.newRecovery(ctx, tx, a.id)
		return err
	})
	return recovery, err
}

// Employees lists who works here and who did, without names.
func (p *People) Employees(ctx context.Context) (out []Employee, err error) {
	defer fault.Wrap(&err, "list employees")
	if out, err = listEmployees(ctx, p.db); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Roles, err = selectRoles(ctx, p.db, out[i].AccountID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Employee returns one of Employees.
func (p *People) Employee(ctx context.Context, account string) (Employee, error) {
	all, err := p.Employees(ctx)
	for _, e := range all {
		if e.AccountID == account {
			return e, nil
		}
	}
	return Employee{}, orElse(err, ErrNoEmployee)
}

// Employed tells whether a person is an employee.
func (p *People) Employed(ctx context.Context, person string) (bool, error) {
	return IsStaff(ctx, p.db, person)
}

// IsStaff tells whether a person is an employee, for the gate of the purpose that staff records have.
func IsStaff(ctx context.Context, tx *db.DB, person string) (bool, error) {
	a, err := accountOfPerson(ctx, tx, person)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	return a.staff, err
}
