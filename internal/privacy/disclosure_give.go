package privacy

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/packet"
	"github.com/sahna/sahna/internal/platform/pdf"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// disclosedFile is what the packet says, for machines; the letter beside it says the same for people.
type disclosedFile struct {
	Number   string            `json:"number"`
	Operator string            `json:"operator"`
	BIN      string            `json:"bin"`
	To       string            `json:"to"`
	TheirNo  string            `json:"their_no"`
	Their    calendar.Day      `json:"their_date"`
	Ground   string            `json:"ground"`
	GivenAt  time.Time         `json:"given_at"`
	Persons  []disclosedPerson `json:"persons"`
}

type disclosedPerson struct {
	No        int                    `json:"no"`
	Outcome   string                 `json:"outcome"`
	Fields    map[vault.Field]string `json:"fields,omitempty"`
	Purchases []disclosedRecord      `json:"purchases,omitempty"`
}

type disclosedRecord struct {
	Kind string            `json:"kind"`
	At   time.Time         `json:"at"`
	Data map[string]string `json:"data,omitempty"`
}

// Approve is the second yes, of somebody else. In one transaction the data is opened, each person's transfer and journal entries are
// written, and the packet is sealed: a crash leaves all of it or nothing. It returns the password of a packet without a key, once.
func (x *Disclosures) Approve(ctx context.Context, number, revision, actor string) (password string, err error) {
	defer fault.Wrap(&err, "approve disclosure %s", number)
	d, err := x.One(ctx, number)
	if err != nil {
		return "", err
	}
	bought, err := x.purchases(ctx, d)
	if err != nil {
		return "", err
	}
	seal := func(plain []byte) ([]byte, error) { return packet.Seal(number, d.PublicKey, plain) }
	if d.SealedBy == "password" {
		password = packet.NewPassword()
		locker, err := packet.NewLocker(number, password)
		if err != nil {
			return "", err
		}
		seal = func(plain []byte) ([]byte, error) { return locker.Seal(plain), nil }
	}
	err = x.p.db.Transact(ctx, func(tx *db.DB) error {
		err := x.changeIn(ctx, tx, number, revision, "approved", actor, []DisclosureState{DisclosureProposed}, func(_ *db.DB, d *Disclosure) error {
			if actor == d.ProposedBy {
				return ErrDisclosureTwoEyes
			}
			if err := hasStaffRole(ctx, tx, actor, people.RoleOfficer, people.RoleAdmin); err != nil {
				return err
			}
			x.close(d, DisclosureGiven)
			d.ApprovedBy = actor
			return nil
		})
		if err != nil {
			return err
		}
		return x.give(ctx, tx, number, bought, seal)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// purchases are gathered before the transaction: the rooms are asked, and no sealed field is opened.
func (x *Disclosures) purchases(ctx context.Context, d Disclosure) (map[string][]disclosedRecord, error) {
	out := map[string][]disclosedRecord{}
	for _, of := range d.Persons {
		if !slices.Contains(of.Needs, NeedPurchases) {
			continue
		}
		rs, err := x.p.Export(ctx, of.Person)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if r.Room == "boxoffice" {
				out[of.Person] = append(out[of.Person], disclosedRecord{r.Kind, r.At, r.Data})
			}
		}
	}
	return out, nil
}

func (x *Disclosures) give(ctx context.Context, tx *db.DB, number string, bought map[string][]disclosedRecord, seal func([]byte) ([]byte, error)) error {
	d, err := x.read(ctx, tx, number)
	if err != nil {
		return err
	}
	now := x.p.clock.Now()
	op := x.p.operator
	f := disclosedFile{
		Number: d.Number, Operator: op.Name.In(i18n.RU), BIN: op.BIN, To: d.Body, TheirNo: d.TheirNo, Their: d.TheirDate,
		Ground: d.Ground.Article, GivenAt: now,
	}
	given := 0
	for i, of := range d.Persons {
		one, err := x.giveOne(ctx, tx, d, of, bought[of.Person])
		if err != nil {
			return err
		}
		if one.No = i + 1; one.Outcome == "given" {
			given++
		}
		f.Persons = append(f.Persons, one)
		d.Persons[i].Outcome = one.Outcome
	}
	if given == 0 {
		return ErrDisclosureEmpty
	}
	plain, err := x.pack(d, f)
	if err != nil {
		return err
	}
	sealed, err := seal(plain)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(sealed)
	return insertPackage(ctx, tx, d.ID, DisclosedPacket{MadeAt: now, Size: int64(len(sealed)), Hash: hex.EncodeToString(sum[:])}, sealed)
}

// giveOne opens one person's data, if it is there and not blocked, and writes the transfer, the entries and the outcome.
func (x *Disclosures) giveOne(ctx context.Context, tx *db.DB, d Disclosure, of DisclosedOf, bought []disclosedRecord) (one disclosedPerson, err error) {
	v := x.p.vault
	fields, blocked, err := x.held(ctx, tx, of)
	if err != nil {
		return one, err
	}
	one = disclosedPerson{Outcome: "given", Purchases: bought}
	switch {
	case blocked:
		one = disclosedPerson{Outcome: "blocked"}
	case len(fields) == 0 && len(bought) == 0:
		one.Outcome = "gone"
	}
	if one.Outcome == "given" {
		to := TransferTo{Recipient: StateBody, Person: of.Person, Purpose: vault.PurposeDisclosure, Fields: fields, Disclosure: d.Number}
		if err := x.p.Transfer(ctx, tx, to); err != nil {
			return one, err
		}
		if len(fields) > 0 {
			got, err := v.Open(ctx, tx, vault.Opening{
				Person: of.Person, Purpose: vault.PurposeDisclosure, Fields: fields, Actor: systemActor, Reason: disclosureReason + d.Number,
			})
			if err != nil {
				return one, err
			}
			one.Fields = map[vault.Field]string{}
			for f, s := range got {
				one.Fields[f] = s.Reveal()
			}
		}
		if _, err := v.Note(ctx, tx, vault.Deed{
			Person: of.Person, Verb: vault.VerbDisclose, Purpose: vault.PurposeDisclosure, Actor: systemActor, Reason: disclosureReason + d.Number,
		}); err != nil {
			return one, err
		}
	}
	ended, err := endDisclosed(ctx, tx, d.ID, of.Person, one.Outcome, x.p.clock.Now())
	if err == nil && !ended {
		err = ErrDisclosureMoved
	}
	return one, err
}

// held are the fields of a person that were asked for and are there.
func (x *Disclosures) held(ctx context.Context, tx *db.DB, of DisclosedOf) (fields []vault.Field, blocked bool, err error) {
	if blocked, err = x.p.vault.Blocked(ctx, tx, of.Person); err != nil || blocked {
		return nil, blocked, err
	}
	dead, err := x.p.vault.Destroyed(ctx, tx, of.Person, vault.ClassPerson)
	if err != nil || dead {
		return nil, false, err
	}
	have, err := x.p.vault.Inventory(ctx, tx, of.Person)
	for _, f := range of.Fields {
		if slices.ContainsFunc(have, func(h vault.Held) bool { return h.Class == vault.ClassPerson && h.Field == f }) {
			fields = append(fields, f)
		}
	}
	return fields, false, err
}

func (x *Disclosures) pack(d Disclosure, f disclosedFile) ([]byte, error) {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	letter, err := x.letter(d, f.GivenAt, "")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct {
		name string
		body []byte
	}{{"data.json", data}, {"letter.pdf", letter}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: f.GivenAt})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(part.body); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return out.Bytes(), err
}

// Letter is the answer to the state body as PDF, in Kazakh and in Russian: what is handed over, or why nothing is.
func (x *Disclosures) Letter(ctx context.Context, number, actor string) (_ []byte, err error) {
	defer fault.Wrap(&err, "letter of disclosure %s", number)
	d, err := x.One(ctx, number)
	if err != nil {
		return nil, err
	}
	if d.Open() {
		return nil, ErrDisclosureUnknown
	}
	why := ""
	if d.State == DisclosureRefused {
		w, err := x.Words(ctx, d, actor)
		if err != nil {
			return nil, err
		}
		why = w.Answered
	}
	return x.letter(d, d.ClosedAt, why)
}

func (x *Disclosures) letter(d Disclosure, at time.Time, why string) ([]byte, error) {
	op := x.p.operator
	doc := pdf.New("kk", "№ "+d.Number, at)
	for _, l := range letterLangs {
		p := x.bundle.Printer(l)
		doc.Page()
		doc.Head(p.Text(op.Name), p.T("privacy.letter.bin", "bin", op.BIN), p.Text(op.Address), strings.Join(append(slices.Clone(op.Phones), op.Email), " · "), op.Site)
		doc.Fact(p.T("privacy.letter.number"), d.Number)
		doc.Fact(p.T("privacy.letter.date"), day(p, at))
		doc.Fact(p.T("privacy.letter.to"), d.Body)
		doc.Title(p.T("privacy.disclosure.letter_title", "number", d.TheirNo, "day", string(d.TheirDate)))
		doc.Fact(p.T("privacy.disclosure.letter_ground"), p.Text(d.Ground.Words)+" ("+d.Ground.Article+")")
		if d.Refusal != "" {
			doc.Heading(p.T("privacy.disclosure.letter_refused"))
			doc.Text(RefusalName(p, d.Refusal))
			doc.Text(why)
			continue
		}
		doc.Heading(p.T("privacy.disclosure.letter_given"))
		for i, of := range d.Persons {
			doc.Item(p.T("privacy.disclosure.letter_person", "number", i+1) + ": " + disclosedWords(p, of))
		}
		doc.Text(p.T("privacy.disclosure.letter_use"))
	}
	return doc.Bytes()
}

func disclosedWords(p *i18n.Printer, of DisclosedOf) string {
	switch of.Outcome {
	case "blocked":
		return p.T("privacy.disclosure.outcome_blocked")
	case "gone":
		return p.T("privacy.disclosure.outcome_gone")
	}
	var out []string
	for _, n := range of.Needs {
		out = append(out, NeedName(p, n))
	}
	return strings.Join(out, ", ")
}

// DisclosedToState is what a state body was given of a person, as the person reads it.
type DisclosedToState struct {
	Number  string
	Body    string
	Article string
	Words   i18n.Text
	Fields  []vault.Field
	Needs   []Need
	At      time.Time

	quietUntil calendar.Day
}

// DisclosedTo lists what state bodies were given of a person. What a ground forbids to tell appears on the day after its term.
func (p *Privacy) DisclosedTo(ctx context.Context, person string) (out []DisclosedToState, err error) {
	defer fault.Wrap(&err, "disclosures of %s", person)
	all, err := listDisclosedTo(ctx, p.db, person)
	today := calendar.DayOf(p.clock.Now(), zone)
	for _, d := range all {
		if d.quietUntil == "" || today > d.quietUntil {
			out = append(out, d)
		}
	}
	return out, err
}

// Quiet returns which entries of a person's journal are not shown to them yet: those of disclosures that a ground forbids to tell.
func (p *Privacy) Quiet(ctx context.Context, person string) (hidden func(vault.Entry) bool, err error) {
	defer fault.Wrap(&err, "quiet disclosures of %s", person)
	all, err := listDisclosedTo(ctx, p.db, person)
	today := calendar.DayOf(p.clock.Now(), zone)
	numbers := map[string]bool{}
	for _, d := range all {
		numbers[disclosureReason+d.Number] = d.quietUntil != "" && today <= d.quietUntil
	}
	return func(e vault.Entry) bool { return numbers[e.Reason] }, err
}

// DisclosureYear are a year's figures, for everybody to read.
type DisclosureYear struct {
	Year, Received, Given, Refused, Persons int
}

// DisclosureFigures are the figures of each year since the first disclosure, newest first; the year that runs is one of them.
func (p *Privacy) DisclosureFigures(ctx context.Context) (out []DisclosureYear, err error) {
	defer fault.Wrap(&err, "figures of disclosures")
	first, err := firstDisclosure(ctx, p.db)
	if err != nil {
		return nil, err
	}
	now := p.clock.Now().In(zone).Year()
	from := now
	if !first.IsZero() {
		from = first.In(zone).Year()
	}
	for y := now; y >= from && y > now-20; y-- {
		f, err := disclosureCounts(ctx, p.db, time.Date(y, 1, 1, 0, 0, 0, 0, zone), time.Date(y+1, 1, 1, 0, 0, 0, 0, zone))
		if err != nil {
			return nil, err
		}
		f.Year = y
		out = append(out, f)
	}
	return out, nil
}

// quietEntry tells whether an entry of a person's journal may not be shown to them yet.
func (p *Privacy) quietEntry(ctx context.Context, person, entryID string) (bool, error) {
	hidden, err := p.Quiet(ctx, person)
	if err != nil {
		return false, err
	}
	e, err := p.vault.Prove(ctx, entryID)
	if errors.Is(err, vault.ErrNoEntry) {
		return false, nil
	}
	return hidden(e.Entry), err
}
