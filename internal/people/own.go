package people

import (
	"context"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// mostGuests bounds how many purchases without sign-in are shown as a person's own.
const mostGuests = 200

// PersonsOf returns the person of a session first, and then the guests who bought with the same e-mail address, newest first:
// the address is confirmed, so what was sent to it is theirs.
func (p *People) PersonsOf(ctx context.Context, s Session) (out []string, err error) {
	defer fault.Wrap(&err, "persons of %s", s.AccountID)
	out = []string{s.PersonID}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		got, err := p.Contacts(ctx, tx, vault.Opening{
			Person: s.PersonID, Purpose: vault.PurposeRights,
			Fields: []vault.Field{vault.Email}, Actor: "person", Reason: "my_orders",
		})
		if err != nil || got.Email == "" {
			return err
		}
		found, err := p.vault.Find(ctx, tx, vault.Email, got.Email)
		if err != nil {
			return err
		}
		guests, err := withoutAccount(ctx, tx, found)
		slices.SortFunc(guests, func(a, b string) int { return strings.Compare(b, a) }) // ids sort by time of making
		out = append([]string{s.PersonID}, guests[:min(len(guests), mostGuests)]...)
		return err
	})
	return out, err
}

// Own is PersonsOf without other humans: only purchases in the account's own name, whose data the person may block, copy or erase.
// others tells how many purchases of the address are in another name.
func (p *People) Own(ctx context.Context, s Session) (own []string, others int, err error) {
	all, err := p.PersonsOf(ctx, s)
	if err != nil {
		return nil, 0, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		var rest []string
		own, rest, err = p.Whose(ctx, tx, s.PersonID, all)
		others = len(rest)
		return err
	})
	return own, others, err
}

// withoutAccount drops the persons who have an account: a waiting one of a stranger's making is not the owner's.
func withoutAccount(ctx context.Context, tx *db.DB, persons []string) ([]string, error) {
	has, err := personsWithAccount(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(persons), func(id string) bool { return has[id] }), nil
}

// Held opens everything the vault holds on a person for the person's own look.
func (p *People) Held(ctx context.Context, person string) (out map[vault.Field]vault.Secret, err error) {
	defer fault.Wrap(&err, "what is held on %s", person)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		out, err = p.vault.Open(ctx, tx, vault.Opening{
			Person: person, Purpose: vault.PurposeRights,
			Fields: HeldFields, Actor: "person", Reason: "my_data",
		})
		return err
	})
	return out, err
}

// HeldFields are the fields that Held opens, in the order in which they are shown.
var HeldFields = append(append([]vault.Field{}, ContactFields...), vault.BirthDate, vault.IP, vault.UserAgent)

// Journal lists what was done to the data of a person (one of PersonsOf), newest first. A single entry is proved when it is asked for (vault.Prove).
func (p *People) Journal(ctx context.Context, person string, limit int) (vault.EntryPage, error) {
	return p.vault.EntriesOf(ctx, person, vault.Page{Limit: limit, Unproved: true})
}

// Correct takes the person's own correction of name and phone, in the caller's transaction; the e-mail address stays, since it is
// confirmed.
func (p *People) Correct(ctx context.Context, tx *db.DB, person string, c Contacts) (err error) {
	defer fault.Wrap(&err, "correct %s", person)
	c.Email = "unchanged@example.kz" // not stored
	c, wrong := c.validate(false)
	if err := wrong.OrNil(); err != nil {
		return err
	}
	return p.vault.SealAs(ctx, tx, vault.Sealing{Person: person, Actor: "person", Reason: "correction", Values: map[vault.Field]string{
		vault.Surname: c.Surname, vault.Name: c.Name, vault.Patronymic: c.Patronymic, vault.Phone: c.Phone,
	}})
}
