package people

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// SameName tells whether two names are of one human: surname and name, whatever their letters' case, ё, spaces and hyphens. The
// patronymic may be missing from one of them.
func (c Contacts) SameName(o Contacts) bool {
	return foldName(c.Surname) == foldName(o.Surname) && foldName(c.Name) == foldName(o.Name) &&
		(c.Patronymic == "" || o.Patronymic == "" || foldName(c.Patronymic) == foldName(o.Patronymic))
}

func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ё':
			return 'е'
		case !unicode.IsLetter(r):
			return -1
		}
		return r
	}, s)
}

var nameFields = []vault.Field{vault.Surname, vault.Name, vault.Patronymic}

// nameOf opens a name so that one human's records are told from another's who shares the address. It is part of the person's own
// right, which a block does not shut.
func (p *People) nameOf(ctx context.Context, tx *db.DB, person string) (Contacts, error) {
	c, err := p.Contacts(ctx, tx, vault.Opening{Person: person, Purpose: vault.PurposeRights, Fields: nameFields, Actor: "person", Reason: "whose_purchase"})
	if err != nil && (fault.KindOf(err) == fault.Gone || fault.KindOf(err) == fault.NotFound) { // erased: nobody's name
		return Contacts{}, nil
	}
	return c, err
}

// Whose parts those who share an address: same bear the name of main, main first; others are other humans. A purchase is somebody
// else's until its name says otherwise, since a family may share a mailbox.
func (p *People) Whose(ctx context.Context, tx *db.DB, main string, all []string) (same, others []string, err error) {
	same = []string{main}
	all = slices.DeleteFunc(slices.Clone(all), func(id string) bool { return id == main })
	if len(all) == 0 {
		return same, nil, nil
	}
	name, err := p.nameOf(ctx, tx, main)
	if err != nil {
		return nil, nil, err
	}
	more, others, err := p.Named(ctx, tx, name, all)
	return append(same, more...), others, err
}

// Bearing returns the first of some persons who bears a name, "" when nobody does.
func (p *People) Bearing(ctx context.Context, persons []string, name Contacts) (person string, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		same, _, err := p.Named(ctx, tx, name, persons)
		person = first(same)
		return err
	})
	return person, err
}

// PersonsByContact finds persons by an e-mail address or a phone, whichever it is.
func (p *People) PersonsByContact(ctx context.Context, s string) ([]string, error) {
	if phone, err := checkPhone(s); err == nil {
		return p.vault.Find(ctx, p.db, vault.Phone, phone)
	}
	return p.PersonsByEmail(ctx, s)
}

// Named parts persons by whether they bear a name; who has none is in neither part.
func (p *People) Named(ctx context.Context, tx *db.DB, name Contacts, all []string) (same, others []string, err error) {
	defer fault.Wrap(&err, "tell apart who shares an address")
	for _, id := range all {
		c, err := p.nameOf(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case c.Surname == "" && c.Name == "": // an address that waits to be confirmed, or what retention has emptied
		case name.SameName(c):
			same = append(same, id)
		default:
			others = append(others, id)
		}
	}
	return same, others, nil
}

// Human is a name with its address, folded: what one human types each time. It tells people who share a mailbox apart.
func (c Contacts) Human() string {
	return foldName(c.Surname) + "\n" + foldName(c.Name) + "\n" + c.FoldedEmail()
}

// FoldedEmail is the mailbox that an address leads to: letters' case, what stands after a plus, and the dots that Google does not
// read make no other one.
func (c Contacts) FoldedEmail() string {
	local, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(c.Email)), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}
