package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/packet"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Disclosures is where staff take and answer the requests of state bodies.
type Disclosures struct {
	p      *Privacy
	people *people.People
	bundle *i18n.Bundle
}

// NewDisclosures makes the desk; call it after SetVault.
func NewDisclosures(p *Privacy, pe *people.People, b *i18n.Bundle) *Disclosures {
	return &Disclosures{p, pe, b}
}

// NewDisclosure is a request as a clerk enters it.
type NewDisclosure struct {
	Ground     string // code
	Body       string
	TheirNo    string
	TheirDate  string
	WantedOn   string
	Official   string // who signed it
	Contact    string // how to reach them
	Text       string // what is asked and why
	ReceivedAt time.Time
	Actor      string
}

// asker is who signed the request, as it lies sealed.
type asker struct {
	Official string `json:"official"`
	Contact  string `json:"contact"`
}

func plainWords(s string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
}

func between(s string, least, most int) bool {
	n := len([]rune(s))
	return n >= least && n <= most && len(s) <= 4096
}

func (n *NewDisclosure) check(now time.Time) error {
	for _, s := range []*string{&n.Body, &n.TheirNo, &n.Official, &n.Contact, &n.Text} {
		*s = plainWords(*s)
	}
	var wrong fault.Fields
	want := func(ok bool, e *fault.Error, field string) {
		if !ok {
			wrong = append(wrong, e.On(field))
		}
	}
	want(between(n.Body, 3, 200), ErrDisclosureBody, "body")
	want(between(n.TheirNo, 1, 60), ErrDisclosureNo, "their_no")
	want(between(n.Official, 3, 200), ErrDisclosureAsker, "official")
	want(between(n.Contact, 3, 200), ErrDisclosureContact, "contact")
	want(between(n.Text, shortestText, longestText), ErrDisclosureText, "text")
	today := calendar.DayOf(now, zone)
	their, err := calendar.ParseDay(n.TheirDate)
	want(err == nil && their <= today, ErrDisclosureDay, "their_date")
	if n.WantedOn != "" {
		_, err := calendar.ParseDay(n.WantedOn)
		want(err == nil && n.WantedOn >= n.TheirDate, ErrDisclosureDay, "wanted_on")
	}
	if n.ReceivedAt.IsZero() {
		n.ReceivedAt = now
	}
	want(!n.ReceivedAt.After(now), ErrDisclosureDay, "received")
	return wrong.OrNil()
}

// Enter takes a request; its clocks run from receipt.
func (x *Disclosures) Enter(ctx context.Context, n NewDisclosure) (d Disclosure, err error) {
	defer fault.Wrap(&err, "enter a disclosure")
	if err := n.check(x.p.clock.Now()); err != nil {
		return d, err
	}
	day := calendar.DayOf(n.ReceivedAt, zone)
	grounds, err := x.p.DisclosureGrounds(ctx, day)
	if err != nil {
		return d, err
	}
	i := slices.IndexFunc(grounds, func(g DisclosureGround) bool { return g.Code == n.Ground })
	if i < 0 {
		return d, fault.Fields{ErrDisclosureGround.On("ground")}
	}
	caseID, err := x.people.NewPerson(ctx)
	if err != nil {
		return d, err
	}
	who, err := json.Marshal(asker{n.Official, n.Contact})
	if err != nil {
		return d, err
	}
	err = x.p.db.Transact(ctx, func(tx *db.DB) error {
		d = Disclosure{
			ID: db.NewID(), Ground: grounds[i], Body: n.Body, TheirNo: n.TheirNo, TheirDate: calendar.Day(n.TheirDate), WantedOn: calendar.Day(n.WantedOn),
			State: DisclosureReceived, Revision: db.NewID(), ReceivedAt: n.ReceivedAt, EnteredBy: n.Actor, caseID: caseID,
		}
		if d.Number, err = nextDisclosure(ctx, tx, n.ReceivedAt.In(zone).Year()); err != nil {
			return err
		}
		if d.Timers, err = x.timers(ctx, tx, d); err != nil {
			return err
		}
		d.Due = d.Timers[0].Due
		if err := insertDisclosure(ctx, tx, d); err != nil {
			return err
		}
		if err := insertDisclosureTimers(ctx, tx, d.ID, d.Timers); err != nil {
			return err
		}
		if err := insertDisclosureAct(ctx, tx, d.ID, "entered", n.Actor, x.p.clock.Now()); err != nil {
			return err
		}
		return x.p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: caseID, Actor: n.Actor, Reason: "disclosure_entry",
			Values: map[vault.Field]string{vault.RequestText: n.Text, vault.RequestContacts: string(who)},
		})
	})
	return d, err
}

// timers are the operator's own term and the day that the letter names; the earliest first.
func (x *Disclosures) timers(ctx context.Context, tx *db.DB, d Disclosure) ([]Timer, error) {
	cal, rules, err := x.p.law(ctx, tx)
	if err != nil {
		return nil, err
	}
	out, err := timersOf(cal, rules, []string{"disclosure"}, d.ReceivedAt)
	if err != nil || d.WantedOn == "" {
		return out, err
	}
	last, err := time.ParseInLocation(time.DateOnly, string(d.WantedOn), zone)
	if err != nil {
		return nil, err
	}
	end := last.AddDate(0, 0, 1).UTC()
	out = append(out, Timer{Clock: "disclosure_named", Source: d.TheirNo, Strict: end, Due: end})
	slices.SortStableFunc(out, func(a, b Timer) int { return a.Due.Compare(b.Due) })
	return out, nil
}

// List lists what is open by its clock; a state lists that.
func (x *Disclosures) List(ctx context.Context, state DisclosureState) (_ []Disclosure, err error) {
	defer fault.Wrap(&err, "list disclosures")
	return listDisclosures(ctx, x.p.db, state, 200)
}

// One finds a disclosure with everything that belongs to it.
func (x *Disclosures) One(ctx context.Context, number string) (d Disclosure, err error) {
	defer fault.Wrap(&err, "disclosure %s", number)
	return x.read(ctx, x.p.db, number)
}

func (x *Disclosures) read(ctx context.Context, tx *db.DB, number string) (d Disclosure, err error) {
	if d, err = findDisclosure(ctx, tx, number); errors.Is(err, db.ErrNoRow) {
		return d, ErrDisclosureUnknown
	} else if err != nil {
		return d, err
	}
	if d.Timers, err = readDisclosureTimers(ctx, tx, d.ID); err != nil {
		return d, err
	}
	if d.Persons, err = readDisclosed(ctx, tx, d.ID); err != nil {
		return d, err
	}
	if d.Acts, err = readDisclosureActs(ctx, tx, d.ID); err != nil {
		return d, err
	}
	p, _, err := findPackage(ctx, tx, d.ID)
	if err == nil {
		d.Package = &p
	} else if !errors.Is(err, db.ErrNoRow) {
		return d, err
	}
	f, _, err := findDisclosureFile(ctx, tx, d.ID)
	if err == nil {
		d.File = &f
	} else if !errors.Is(err, db.ErrNoRow) {
		return d, err
	}
	return d, nil
}

// DisclosureWords are who signed the request, what it says, and the reasons of a refusal.
type DisclosureWords struct{ Official, Contact, Asked, Answered string }

// Words opens what was written.
func (x *Disclosures) Words(ctx context.Context, d Disclosure, actor string) (w DisclosureWords, err error) {
	defer fault.Wrap(&err, "words of disclosure %s", d.Number)
	err = x.p.db.Transact(ctx, func(tx *db.DB) error {
		got, err := x.p.vault.Open(ctx, tx, vault.Opening{
			Person: d.caseID, Purpose: vault.PurposeDisclosure, Fields: caseFields, Actor: actor, Reason: disclosureReason + d.Number,
		})
		if err != nil && fault.KindOf(err) == fault.Gone {
			return nil
		}
		if err != nil {
			return err
		}
		var who asker
		if text := got[vault.RequestContacts].Reveal(); text != "" {
			if err := json.Unmarshal([]byte(text), &who); err != nil {
				return err
			}
		}
		w = DisclosureWords{who.Official, who.Contact, got[vault.RequestText].Reveal(), got[vault.AnswerText].Reveal()}
		return nil
	})
	return w, err
}

// change makes a change to a case that is as it was read, writes who did it, and moves the revision.
func (x *Disclosures) change(ctx context.Context, number, revision, act, actor string, from []DisclosureState, do func(tx *db.DB, d *Disclosure) error) error {
	return x.p.db.Transact(ctx, func(tx *db.DB) error { return x.changeIn(ctx, tx, number, revision, act, actor, from, do) })
}

func (x *Disclosures) changeIn(ctx context.Context, tx *db.DB, number, revision, act, actor string, from []DisclosureState, do func(tx *db.DB, d *Disclosure) error) error {
	d, err := findDisclosure(ctx, tx, number)
	if errors.Is(err, db.ErrNoRow) {
		return ErrDisclosureUnknown
	}
	if err != nil {
		return err
	}
	was, before := d.State, d.Revision
	if !slices.Contains(from, was) {
		return ErrDisclosureOver
	}
	if revision != "" && revision != before {
		return ErrDisclosureMoved
	}
	if err := do(tx, &d); err != nil {
		return err
	}
	d.Revision = db.NewID()
	moved, err := moveDisclosure(ctx, tx, d, before, was)
	if err == nil && !moved {
		err = ErrDisclosureMoved
	}
	if err != nil {
		return err
	}
	return insertDisclosureAct(ctx, tx, d.ID, act, actor, x.p.clock.Now())
}

var stillReceived = []DisclosureState{DisclosureReceived}

// DisclosureFileMost is how large the file of a request may be, in bytes.
const DisclosureFileMost = 10 << 20

// fileKinds are what a request may be kept as.
var fileKinds = []string{"application/pdf", "image/jpeg", "image/png"}

// Attach keeps the request itself, sealed under the case's key.
func (x *Disclosures) Attach(ctx context.Context, number string, body []byte, actor string) (err error) {
	defer fault.Wrap(&err, "attach the request of %s", number)
	f := DisclosureFile{Kind: http.DetectContentType(body), Size: int64(len(body))}
	if len(body) == 0 || len(body) > DisclosureFileMost || !slices.Contains(fileKinds, f.Kind) {
		return fault.Fields{ErrDisclosureFile.On("file")}
	}
	return x.change(ctx, number, "", "filed", actor, stillReceived, func(tx *db.DB, d *Disclosure) error {
		sealed, err := x.p.vault.SealFile(ctx, d.caseID, d.ID, body)
		if err != nil {
			return err
		}
		return putDisclosureFile(ctx, tx, d.ID, f, sealed)
	})
}

// File opens the request itself; that it was read is written down.
func (x *Disclosures) File(ctx context.Context, number, actor string) (f DisclosureFile, body []byte, err error) {
	defer fault.Wrap(&err, "the request of %s", number)
	d, err := x.One(ctx, number)
	if err != nil {
		return f, nil, err
	}
	var sealed []byte
	err = x.p.db.Transact(ctx, func(tx *db.DB) error {
		if f, sealed, err = findDisclosureFile(ctx, tx, d.ID); err != nil {
			return err
		}
		return insertDisclosureAct(ctx, tx, d.ID, "read", actor, x.p.clock.Now())
	})
	if errors.Is(err, db.ErrNoRow) {
		return f, nil, ErrDisclosureUnknown
	}
	if err != nil {
		return f, nil, err
	}
	body, err = x.p.vault.OpenFile(ctx, d.caseID, d.ID, sealed)
	return f, body, err
}

// Find looks a person up by an e-mail address or a telephone number.
func (x *Disclosures) Find(ctx context.Context, contact string) (persons []string, err error) {
	defer fault.Wrap(&err, "find a person")
	for _, f := range []vault.Field{vault.Email, vault.Phone} {
		found, err := x.p.vault.Find(ctx, x.p.db, f, contact)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			if !slices.Contains(persons, id) {
				persons = append(persons, id)
			}
		}
	}
	return persons, nil
}

const personsMost = 1000

// Choose says what is needed of persons; the fields follow. No needs take the persons out.
func (x *Disclosures) Choose(ctx context.Context, number string, persons []string, needs []Need, actor string) (err error) {
	defer fault.Wrap(&err, "choose persons of %s", number)
	for _, n := range needs {
		if !slices.Contains(Needs, n) {
			return fault.Fields{ErrDisclosureNeed.On("need")}
		}
	}
	for _, id := range persons {
		held, err := x.p.vault.Inventory(ctx, x.p.db, id)
		if err != nil {
			return err
		}
		if len(held) == 0 && len(needs) > 0 {
			return fault.Fields{ErrDisclosurePerson.On("who")}
		}
	}
	if len(persons) == 0 {
		return fault.Fields{ErrDisclosurePerson.On("who")}
	}
	return x.change(ctx, number, "", "chosen", actor, stillReceived, func(tx *db.DB, d *Disclosure) error {
		have, err := readDisclosed(ctx, tx, d.ID)
		if err != nil || len(have)+len(persons) > personsMost {
			return errors.Join(err, tooMany(len(have)+len(persons)))
		}
		for i, id := range persons {
			if len(needs) == 0 {
				err = dropDisclosed(ctx, tx, d.ID, id)
			} else {
				err = putDisclosed(ctx, tx, d.ID, len(have)+i, DisclosedOf{Person: id, Needs: needs, Fields: fieldsFor(needs)})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func tooMany(n int) error {
	if n > personsMost {
		return fault.Fields{ErrDisclosurePerson.On("who")}
	}
	return nil
}

// Proposal is the officer's yes: how the packet is sealed, and until when the person is not told.
type Proposal struct {
	Revision   string
	PublicKey  string // "" seals by a password
	QuietUntil string
	Actor      string
}

// Propose is the first yes, the officer's.
func (x *Disclosures) Propose(ctx context.Context, number string, y Proposal) (err error) {
	defer fault.Wrap(&err, "propose disclosure %s", number)
	y.PublicKey = strings.TrimSpace(y.PublicKey)
	if y.PublicKey != "" && packet.CheckKey(y.PublicKey) != nil {
		return fault.Fields{ErrDisclosureKey.On("public_key")}
	}
	return x.change(ctx, number, y.Revision, "proposed", y.Actor, stillReceived, func(tx *db.DB, d *Disclosure) error {
		if err := hasStaffRole(ctx, tx, y.Actor, people.RoleOfficer); err != nil {
			return err
		}
		if err := y.quiet(d.Ground, calendar.DayOf(x.p.clock.Now(), zone)); err != nil {
			return err
		}
		persons, err := readDisclosed(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if len(persons) == 0 {
			return ErrDisclosureEmpty
		}
		if _, _, err := findDisclosureFile(ctx, tx, d.ID); errors.Is(err, db.ErrNoRow) {
			return ErrDisclosureNoFile // a disclosure without the reasoned request itself has no ground
		} else if err != nil {
			return err
		}
		d.State, d.ProposedBy, d.PublicKey, d.SealedBy, d.QuietUntil = DisclosureProposed, y.Actor, y.PublicKey, "key", calendar.Day(y.QuietUntil)
		if y.PublicKey == "" {
			d.SealedBy = "password"
		}
		return nil
	})
}

func (y Proposal) quiet(g DisclosureGround, today calendar.Day) error {
	if y.QuietUntil == "" {
		return nil
	}
	until, err := calendar.ParseDay(y.QuietUntil)
	if err != nil || !g.Quiet || until <= today || until > today.Add(3*366) {
		return fault.Fields{ErrDisclosureQuiet.On("quiet_until")}
	}
	return nil
}

// hasStaffRole refuses who has none of the roles now, whatever a page believed.
func hasStaffRole(ctx context.Context, tx *db.DB, actor string, any ...people.Role) error {
	id, ok := strings.CutPrefix(actor, "staff:")
	if !ok {
		return ErrDisclosureOfficer
	}
	roles, err := people.RolesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(roles, func(r people.Role) bool { return slices.Contains(any, r) }) {
		return ErrDisclosureOfficer
	}
	return nil
}

// Return is the colleague's no: the case goes back to work.
func (x *Disclosures) Return(ctx context.Context, number, actor string) (err error) {
	defer fault.Wrap(&err, "return disclosure %s", number)
	return x.change(ctx, number, "", "returned", actor, []DisclosureState{DisclosureProposed}, func(_ *db.DB, d *Disclosure) error {
		d.State, d.ProposedBy, d.SealedBy, d.PublicKey, d.QuietUntil = DisclosureReceived, "", "", "", ""
		return nil
	})
}

// Refuse ends a case without giving anything; the reason goes into the letter.
func (x *Disclosures) Refuse(ctx context.Context, number, reason, text, actor string) (err error) {
	defer fault.Wrap(&err, "refuse disclosure %s", number)
	text = plainWords(text)
	if !slices.Contains(Refusals, reason) || !between(text, shortestText, longestText) {
		return fault.Fields{ErrDisclosureWhy.On("why")}
	}
	return x.change(ctx, number, "", "refused", actor, []DisclosureState{DisclosureReceived, DisclosureProposed}, func(tx *db.DB, d *Disclosure) error {
		if err := hasStaffRole(ctx, tx, actor, people.RoleOfficer); err != nil {
			return err
		}
		x.close(d, DisclosureRefused)
		d.Refusal = reason
		return x.p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: d.caseID, Values: map[vault.Field]string{vault.AnswerText: text}, Actor: actor, Reason: "disclosure_refusal",
		})
	})
}

func (x *Disclosures) close(d *Disclosure, s DisclosureState) {
	d.State, d.ClosedAt = s, x.p.clock.Now()
	d.InTime = d.ClosedAt.Before(d.Due)
}

// Download hands out the sealed packet; that it was fetched is written down first.
func (x *Disclosures) Download(ctx context.Context, number, actor string) (sealed []byte, err error) {
	defer fault.Wrap(&err, "download the packet of %s", number)
	err = x.p.db.Transact(ctx, func(tx *db.DB) error {
		d, err := findDisclosure(ctx, tx, number)
		if errors.Is(err, db.ErrNoRow) {
			return ErrDisclosureUnknown
		}
		if err != nil {
			return err
		}
		if d.State != DisclosureGiven {
			return ErrDisclosureOver
		}
		p, body, err := findPackage(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != p.Hash {
			return errors.New("the packet is not what was sealed")
		}
		sealed = body
		return insertDisclosureAct(ctx, tx, d.ID, "downloaded", actor, x.p.clock.Now())
	})
	return sealed, err
}

// Hand tells that the recipient has the packet: ours is destroyed.
func (x *Disclosures) Hand(ctx context.Context, number, actor string) (err error) {
	defer fault.Wrap(&err, "hand over disclosure %s", number)
	return x.change(ctx, number, "", "handed", actor, []DisclosureState{DisclosureGiven}, func(tx *db.DB, d *Disclosure) error {
		d.State = DisclosureHanded
		return emptyPackage(ctx, tx, d.ID)
	})
}
