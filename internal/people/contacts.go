package people

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// What can be wrong with contacts.
var (
	ErrNameNeeded  = fault.New(fault.Invalid, "people.name_needed")
	ErrNameWrong   = fault.New(fault.Invalid, "people.name_wrong")
	ErrNameLong    = fault.New(fault.Invalid, "people.name_long")
	ErrEmailNeeded = fault.New(fault.Invalid, "people.email_needed")
	ErrEmailWrong  = fault.New(fault.Invalid, "people.email_wrong")
	ErrEmailOther  = fault.New(fault.Invalid, "people.email_other") // not the account's confirmed one
	ErrPhoneNeeded = fault.New(fault.Invalid, "people.phone_needed")
	ErrPhoneWrong  = fault.New(fault.Invalid, "people.phone_wrong")
)

const (
	maxName  = 100 // runes
	maxEmail = 254 // bytes, RFC 5321
	maxPhone = 40
	region   = "KZ" // for numbers typed without +7
)

// Contacts are what a buyer gives: the minimum for a ticket to reach them.
type Contacts struct {
	Surname, Name, Patronymic string
	Email, Phone              string
}

// Validate checks and normalises contacts (phone to E.164, e-mail trimmed); a fault.Fields names every wrong field
// ("surname", "name", "patronymic", "email", "phone") with a message code people.…
func (c Contacts) Validate() (Contacts, error) {
	c, wrong := c.validate(true)
	return c, wrong.OrNil()
}

// ValidateWithoutPhone is Validate for who needs no call: an account, the holder of a ticket.
func (c Contacts) ValidateWithoutPhone() (Contacts, error) {
	c, wrong := c.validate(false)
	return c, wrong.OrNil()
}

// ValidateNames checks and normalises the names alone.
func (c Contacts) ValidateNames() (Contacts, error) {
	c.Email, c.Phone = "nobody@example.com", ""
	c, wrong := c.validate(false)
	c.Email = ""
	return c, wrong.OrNil()
}

// validate lets an account do without a phone: only an order needs one.
func (c Contacts) validate(needPhone bool) (Contacts, fault.Fields) {
	var wrong fault.Fields
	set := func(field string, dst *string, check func(string) (string, *fault.Error)) {
		v, err := check(*dst)
		if err != nil {
			wrong = append(wrong, err.On(field))
			return
		}
		*dst = v
	}
	set("surname", &c.Surname, neededName)
	set("name", &c.Name, neededName)
	set("patronymic", &c.Patronymic, checkName)
	set("email", &c.Email, checkEmail)
	if needPhone || strings.TrimSpace(c.Phone) != "" {
		set("phone", &c.Phone, checkPhone)
	}
	return c, wrong
}

// validEmail is checkEmail for an address that stands alone.
func validEmail(s string) (string, error) {
	s, err := checkEmail(s)
	if err != nil {
		return s, err.On("email")
	}
	return s, nil
}

func neededName(s string) (string, *fault.Error) {
	if strings.TrimSpace(s) == "" {
		return s, ErrNameNeeded
	}
	return checkName(s)
}

// checkName takes names of any script: letters with their marks, and what joins them.
func checkName(s string) (string, *fault.Error) {
	if !utf8.ValidString(s) {
		return s, ErrNameWrong
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\u00a0' }), " ")
	if utf8.RuneCountInString(s) > maxName {
		return s, ErrNameLong.With("max", maxName)
	}
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsMark(r), strings.ContainsRune(" -‐.'’ʼ`·", r):
		default:
			return s, ErrNameWrong
		}
	}
	if s != "" && letters == 0 {
		return s, ErrNameWrong
	}
	return s, nil
}

func checkEmail(s string) (string, *fault.Error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return s, ErrEmailNeeded
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > maxEmail {
		return s, ErrEmailWrong
	}
	local, domain, _ := strings.Cut(s, "@")
	if len(local) > 64 || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, " \"<>,;") ||
		!strings.Contains(strings.Trim(domain, "."), ".") || strings.Contains(domain, "@") {
		return s, ErrEmailWrong
	}
	return s, nil
}

func checkPhone(s string) (string, *fault.Error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return s, ErrPhoneNeeded
	}
	if len(s) > maxPhone || strings.ContainsFunc(s, unicode.IsLetter) {
		return s, ErrPhoneWrong
	}
	n, err := phonenumbers.Parse(s, region)
	// Possible, not valid: operators open ranges faster than any list of them is renewed.
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return s, ErrPhoneWrong
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// Keep seals a person's contacts in the caller's transaction. Consent must have been recorded before (privacy.Record).
// The confirmed address of an account is never replaced by one that somebody typed (ErrEmailOther): see BuysAs.
func (p *People) Keep(ctx context.Context, tx *db.DB, person string, c Contacts) (err error) {
	defer fault.Wrap(&err, "keep contacts of %s", person)
	return batch.Why(p.KeepMany(ctx, tx, []Keeping{{person, c}}))
}

// KeepNames seals the names of somebody who is reached through another, in the caller's transaction.
func (p *People) KeepNames(ctx context.Context, tx *db.DB, person string, c Contacts) (err error) {
	defer fault.Wrap(&err, "keep names of %s", person)
	return p.vault.Seal(ctx, tx, person, map[vault.Field]string{vault.Surname: c.Surname, vault.Name: c.Name, vault.Patronymic: c.Patronymic})
}

// Keeping is a person's contacts, to be sealed with others'.
type Keeping struct {
	Person   string
	Contacts Contacts
}

// KeepMany is Keep for many in a few statements; of a person who comes twice the later contacts stay. Who is refused comes back as
// a batch.Refused, and then nothing may be committed.
func (p *People) KeepMany(ctx context.Context, tx *db.DB, list []Keeping) error {
	last := make(map[string]int, len(list))
	var persons []string
	for i, k := range list {
		if _, twice := last[k.Person]; !twice {
			persons = append(persons, k.Person)
		}
		last[k.Person] = i
	}
	has, err := personsWithAccount(ctx, tx, persons)
	if err != nil {
		return err
	}
	sealings := make([]vault.Sealing, len(persons))
	for i, person := range persons {
		c := list[last[person]].Contacts
		if has[person] {
			same, err := p.hasEmail(ctx, tx, person, c.Email)
			if err != nil {
				return err
			}
			if !same {
				return batch.Refuse(last[person], ErrEmailOther.On("email"))
			}
		}
		sealings[i] = vault.Sealing{Person: person, Values: map[vault.Field]string{
			vault.Surname: c.Surname, vault.Name: c.Name, vault.Patronymic: c.Patronymic, vault.Email: c.Email, vault.Phone: c.Phone,
		}}
	}
	err = p.vault.SealMany(ctx, tx, sealings)
	var r *batch.Refused
	if errors.As(err, &r) {
		return batch.Refuse(last[persons[r.Item]], r.Err)
	}
	return err
}

// ContactFields are the fields that Contacts holds.
var ContactFields = []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone}

// Contacts opens a person's contacts for a purpose; the journal gets actor and reason. Without fields it asks for all of ContactFields.
func (p *People) Contacts(ctx context.Context, tx *db.DB, o vault.Opening) (c Contacts, err error) {
	defer fault.Wrap(&err, "contacts of %s", o.Person)
	if len(o.Fields) == 0 {
		o.Fields = ContactFields
	}
	v, err := p.vault.Open(ctx, tx, o)
	if err != nil {
		return Contacts{}, err
	}
	return Contacts{
		Surname: v[vault.Surname].Reveal(), Name: v[vault.Name].Reveal(), Patronymic: v[vault.Patronymic].Reveal(),
		Email: v[vault.Email].Reveal(), Phone: v[vault.Phone].Reveal(),
	}, nil
}

// PersonsByEmail returns the persons who share an e-mail address: an account and the guests who bought with it.
func (p *People) PersonsByEmail(ctx context.Context, email string) (_ []string, err error) {
	defer fault.Wrap(&err, "persons by e-mail")
	return p.vault.Find(ctx, p.db, vault.Email, strings.TrimSpace(email))
}

// BuysAs tells under which person a signed-in buyer's order goes: their own when the e-mail address is the confirmed one, else ""
// for a guest, so that typing a stranger's address does not make it one's own.
func (p *People) BuysAs(ctx context.Context, person, email string) (string, error) {
	same, err := p.hasEmail(ctx, p.db, person, email)
	if err != nil || !same {
		return "", err
	}
	return person, nil
}

func (p *People) hasEmail(ctx context.Context, d *db.DB, person, email string) (bool, error) {
	found, err := p.vault.Find(ctx, d, vault.Email, strings.TrimSpace(email))
	return slices.Contains(found, person), err
}
