package privacy

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Why a record stays.
const (
	GroundProof      = "proof_of_consent" // 94-V, article 25(2)(5)
	GroundTax        = "tax_records"
	GroundBlocked    = "blocked" // 94-V, article 1(3): blocking stops destruction too
	GroundHold       = "legal_hold"
	GroundStaff      = "staff_account"   // an employee's, until the employment ends
	GroundObligation = "obligation"      // contacts that a withheld record needs (94-V, article 8(2))
	GroundAnswer     = "proof_of_answer" // that a request was answered, and in time (94-V, article 25(2)(6))
	GroundAnswerDue  = "answer_due"      // a request that is still to be answered
)

// Years for which what is restricted stays; law.md's floors.
const (
	proofYears = 3
	taxYears   = 5
)

// againAfter is when an erasure that is partly withheld is tried again, unless a room names an earlier day.
const againAfter = 24 * time.Hour

// erasureRun is one go at an erasure. The zero run has nothing to end.
type erasureRun struct {
	erasure  string
	no       int64
	partly   bool
	outcomes []Outcome
}

// runErasure does the rows of an erasure and condemns its key, in one transaction. Keys are destroyed after it (endRuns).
func (p *Privacy) runErasure(ctx context.Context, id string, o EraseOrder) (r erasureRun, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		r = erasureRun{erasure: id}
		var ran bool
		r.no, ran, r.partly, err = takeErasure(ctx, tx, id)
		if errors.Is(err, db.ErrNoRow) { // another process was faster
			r = erasureRun{}
			return nil
		}
		if err != nil || ran { // a crash came between the rows and the keys
			return err
		}
		if r.outcomes, err = p.settle(ctx, tx, o, false); err != nil {
			return err
		}
		r.no++
		r.partly = anyWithheld(r.outcomes)
		due := p.clock.Now()
		if r.partly {
			due = p.again(r.outcomes)
		}
		if r.partly && r.no > 1 && !moved(r.outcomes) { // nothing new to tell
			return postponeErasure(ctx, tx, id, due)
		}
		if err := insertOutcomes(ctx, tx, id, r.no, r.outcomes); err != nil {
			return err
		}
		return setRan(ctx, tx, id, r.no, r.partly, due)
	})
	return r, err
}

// endRuns destroys the keys that runs condemned and draws the line under them.
func (p *Privacy) endRuns(ctx context.Context, runs []erasureRun) error {
	if _, err := p.vault.FinishDestructions(ctx); err != nil {
		return err
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		for _, r := range runs {
			if r.erasure == "" {
				continue
			}
			mine, err := closeRun(ctx, tx, r)
			if err != nil {
				return err
			}
			if !mine {
				continue
			}
			if err := insertEnd(ctx, tx, r, clock.Micros(p.clock.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle asks every room, and then decides on what the vault holds: contacts stay while any room withholds a record.
func (p *Privacy) settle(ctx context.Context, tx *db.DB, o EraseOrder, dry bool) ([]Outcome, error) {
	stay, err := p.staysWhole(ctx, tx, o.Person)
	if err != nil {
		return nil, err
	}
	dry = dry || stay != ""
	out, err := p.askHolders(ctx, tx, o.Person, dry)
	if err != nil {
		return nil, err
	}
	own, err := p.ownOutcomes(ctx, tx, o.Person)
	if err != nil {
		return nil, err
	}
	asked, err := p.settleRequests(ctx, tx, o, dry)
	if err != nil {
		return nil, err
	}
	own = append(own, asked...)
	incidents, err := cornerRecords(ctx, tx, o.Person)
	if err != nil {
		return nil, err
	}
	obliged := stay != "" || anyWithheld(out) || anyWithheld(asked)
	held, err := p.settleVault(ctx, tx, o, obliged, dry)
	if err != nil {
		return nil, err
	}
	for _, r := range incidents {
		if !obliged {
			own = append(own, Outcome{Record: r, Fate: FateAnonymised})
		}
	}
	out = slices.Concat(out, own, held)
	if stay == "" {
		return out, nil
	}
	for i := range out {
		out[i].Fate, out[i].Ground, out[i].Until = FateWithheld, stay, ""
	}
	if len(out) == 0 {
		out = []Outcome{{Record: Record{Room: "vault", Kind: "person"}, Fate: FateWithheld, Ground: stay}}
	}
	return out, nil
}

// staysWhole tells why nothing of a person may be destroyed now; "" when it may.
func (p *Privacy) staysWhole(ctx context.Context, tx *db.DB, person string) (ground string, err error) {
	blocked, err := p.vault.Blocked(ctx, tx, person)
	if err != nil || blocked {
		return GroundBlocked, err
	}
	hs, err := openHolds(ctx, tx, p.clock.Now())
	if err != nil || hs.cover(person) {
		return GroundHold, err
	}
	return "", nil
}

func (p *Privacy) askHolders(ctx context.Context, tx *db.DB, person string, dry bool) (out []Outcome, err error) {
	for _, h := range p.holders {
		os, err := h.Erase(ctx, tx, person, dry)
		if err != nil {
			return nil, err
		}
		out = append(out, os...)
	}
	return out, nil
}

// ownOutcomes: evidence of consent names nobody, and must be there when the operator is asked for it.
func (p *Privacy) ownOutcomes(ctx context.Context, d *db.DB, person string) (out []Outcome, err error) {
	records, err := p.ownRecords(ctx, d, person)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	register, err := p.register(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		out = append(out, Outcome{Record: r, Fate: FateRestricted, Ground: GroundProof, Until: register.lastOfProof(p.clock.Now())})
	}
	return out, nil
}

func (p *Privacy) ownRecords(ctx context.Context, d *db.DB, person string) (out []Record, err error) {
	cs, err := listConsents(ctx, d, person)
	for _, c := range cs {
		data := map[string]string{"scope": c.Scope, "version": c.VersionID, "channel": c.Channel, "lang": string(c.Lang)}
		if !c.Stands() {
			data["withdrawn"] = c.WithdrawnAt.UTC().Format(time.RFC3339)
		}
		out = append(out, Record{Room: "privacy", Kind: "consent", ID: c.ID, Purpose: vault.PurposeRights, At: c.GivenAt, Data: data})
	}
	return out, err
}

// leftBehind are fields that no obligation needs.
var leftBehind = []vault.Field{vault.BirthDate, vault.IP, vault.UserAgent}

// settleVault decides on the sealed fields, one outcome for each class of key and fate.
func (p *Privacy) settleVault(ctx context.Context, tx *db.DB, o EraseOrder, obliged, dry bool) (out []Outcome, err error) {
	held, err := p.vault.Inventory(ctx, tx, o.Person)
	if err != nil {
		return nil, err
	}
	var gone, stay []vault.Field
	for _, r := range vaultRecords(held) {
		switch vault.Class(r.ID) {
		case vault.ClassInvoice:
			out = append(out, Outcome{Record: r, Fate: FateRestricted, Ground: GroundTax, Until: p.yearsOn(taxYears)})
		case vault.ClassEvidence:
			out = append(out, Outcome{Record: r, Fate: FateRestricted, Ground: GroundProof, Until: p.yearsOn(proofYears)})
		default:
			for _, f := range r.Fields {
				if obliged && !slices.Contains(leftBehind, f) {
					stay = append(stay, f)
				} else {
					gone = append(gone, f)
				}
			}
			if len(gone) > 0 {
				out = append(out, Outcome{Record: withFields(r, gone), Fate: FateErased})
			}
			if !obliged { // the journal's pseudonym can be made with the key alone
				out = append(out, Outcome{Record: Record{Room: "vault", Kind: "journal", Purpose: vault.PurposeRights}, Fate: FateAnonymised})
			}
			if len(stay) > 0 {
				out = append(out, Outcome{Record: withFields(r, stay), Fate: FateWithheld, Ground: GroundObligation})
			}
		}
	}
	switch {
	case dry:
		return out, nil
	case obliged:
		return out, p.removeFields(ctx, tx, o, gone)
	}
	if err := forgetNotices(ctx, tx, o.Person); err != nil {
		return nil, err
	}
	err = p.vault.Condemn(ctx, tx, vault.Act{Person: o.Person, Actor: o.Actor, Reason: o.Reason})
	if errors.Is(err, vault.ErrNoPerson) { // never had a field, so has nothing to destroy
		err = nil
	}
	return out, err
}

func (p *Privacy) removeFields(ctx context.Context, tx *db.DB, o EraseOrder, fields []vault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	empty := map[vault.Field]string{}
	for _, f := range fields {
		empty[f] = ""
	}
	return p.vault.SealAs(ctx, tx, vault.Sealing{Person: o.Person, Values: empty, Actor: o.Actor, Reason: o.Reason})
}

// vaultRecords makes a record of each class of key.
func vaultRecords(held []vault.Held) (out []Record) {
	for _, h := range held { // sorted by class
		if len(out) == 0 || out[len(out)-1].ID != string(h.Class) {
			purpose := vault.PurposeService
			if h.Class == vault.ClassInvoice {
				purpose = vault.PurposeAccounting
			}
			out = append(out, Record{Room: "vault", Kind: "fields", ID: string(h.Class), Purpose: purpose, At: h.SealedAt})
		}
		last := &out[len(out)-1]
		last.Fields = append(last.Fields, h.Field)
		if h.SealedAt.After(last.At) {
			last.At = h.SealedAt
		}
	}
	return out
}

func withFields(r Record, fields []vault.Field) Record {
	r.Fields = slices.Clone(fields)
	return r
}

func anyWithheld(outs []Outcome) bool {
	return slices.ContainsFunc(outs, func(o Outcome) bool { return o.Fate == FateWithheld })
}

// moved tells whether a run changed anything.
func moved(outs []Outcome) bool {
	return slices.ContainsFunc(outs, func(o Outcome) bool { return o.Fate == FateErased || o.Fate == FateAnonymised })
}

// again is when an erasure that is partly withheld is tried again: the first day on which a room has nothing to withhold, but
// at longest a day from now, since an obligation may end early.
func (p *Privacy) again(outs []Outcome) time.Time {
	now := p.clock.Now()
	due := now.Add(againAfter)
	for _, o := range outs {
		if o.Fate != FateWithheld || o.Until == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, string(o.Until), zone)
		if err == nil && day.After(now) && day.Before(due) {
			due = day
		}
	}
	return due
}

func (p *Privacy) yearsOn(n int) calendar.Day {
	return calendar.DayOf(p.clock.Now().In(zone).AddDate(n, 0, 0), zone)
}

// HolderOfPeople answers for accounts: people stands below privacy and cannot name it.
func HolderOfPeople(p *people.People) Holder { return accounts{p} }

type accounts struct{ people *people.People }

// Room implements Holder.
func (accounts) Room() string { return "people" }

// Export implements Holder.
func (a accounts) Export(ctx context.Context, person string) (out []Record, err error) {
	held, err := a.people.AccountHeld(ctx, person)
	for _, h := range held {
		out = append(out, accountRecord(h))
	}
	return out, err
}

// Erase implements Holder. A staff account is the employer's: it ends with the employment, not with a request.
func (a accounts) Erase(ctx context.Context, tx *db.DB, person string, dry bool) (out []Outcome, err error) {
	held, err := a.people.AccountHeldIn(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	staff := false
	for _, h := range held {
		o := Outcome{Record: accountRecord(h), Fate: FateErased}
		if h.Staff {
			staff, o.Fate, o.Ground = true, FateWithheld, GroundStaff
		}
		out = append(out, o)
	}
	if dry || staff || len(held) == 0 {
		return out, nil
	}
	return out, a.people.EraseAccount(ctx, tx, person)
}

func accountRecord(h people.AccountPart) Record {
	return Record{Room: "people", Kind: h.Kind, ID: h.ID, Purpose: vault.PurposeIdentification, At: h.At, Fields: h.Fields, Data: h.Data}
}
