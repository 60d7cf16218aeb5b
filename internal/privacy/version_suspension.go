package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// What can be wrong with a suspension.
var (
	ErrNoClause        = fault.New(fault.Invalid, "privacy.draft.no_such_clause")
	ErrReasonNeeded    = fault.New(fault.Invalid, "privacy.draft.suspension_reason")
	ErrSuspensionTerm  = fault.New(fault.Invalid, "privacy.draft.suspension_term")
	ErrSuspensionMoved = fault.New(fault.Conflict, "privacy.draft.suspension_moved")
)

// Suspension takes a clause out of force for a time, with a reason; the rest of the version holds (policy 7.3). The version and its
// hash stay as they are.
type Suspension struct {
	ID         string
	VersionID  string
	Clause     string
	Reason     i18n.Text // Kazakh and Russian compulsory
	From       time.Time // not before the second person agrees
	Until      time.Time // zero: until it is lifted
	AskedBy    string
	AskedAt    time.Time
	ApprovedBy string // "" while it waits for the second person
	ApprovedAt time.Time
	EndedBy    string
	EndedAt    time.Time
}

// Waits tells whether the second person has not agreed yet.
func (s Suspension) Waits() bool { return s.ApprovedBy == "" && s.EndedAt.IsZero() }

// Holds tells whether the clause is out of force at a moment.
func (s Suspension) Holds(now time.Time) bool {
	return s.ApprovedBy != "" && s.EndedAt.IsZero() && !now.Before(s.From) && (s.Until.IsZero() || now.Before(s.Until))
}

// Suspend asks that a clause of a version be taken out of force; it holds when a second person approves it.
func (p *Privacy) Suspend(ctx context.Context, s Suspension) (_ Suspension, err error) {
	defer fault.Wrap(&err, "suspend a clause of %s", s.VersionID)
	v, err := p.Version(ctx, s.VersionID)
	if err != nil {
		return s, err
	}
	now := p.clock.Now()
	s.Reason = oneLine(s.Reason)
	var wrong fault.Fields
	if s.Clause == "" || !slices.Contains(numbersOf(v.Documents[i18n.KK]), s.Clause) {
		wrong = append(wrong, ErrNoClause.On("clause"))
	}
	if s.Reason.KK == "" {
		wrong = append(wrong, ErrReasonNeeded.On("reason.kk"))
	}
	if s.Reason.RU == "" {
		wrong = append(wrong, ErrReasonNeeded.On("reason.ru"))
	}
	if s.From.IsZero() {
		s.From = now
	}
	if s.From.Before(now) {
		wrong = append(wrong, ErrPast.On("from"))
	}
	if !s.Until.IsZero() && !s.Until.After(s.From) {
		wrong = append(wrong, ErrSuspensionTerm.On("until"))
	}
	if err := wrong.OrNil(); err != nil {
		return s, err
	}
	s.ID, s.AskedAt, s.ApprovedBy, s.EndedBy = db.NewID(), now, "", ""
	return s, p.db.Transact(ctx, func(tx *db.DB) error { return insertSuspension(ctx, tx, s) })
}

// ApproveSuspension puts a suspension in force, by somebody who has not asked for it. It never starts in the past.
func (p *Privacy) ApproveSuspension(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "approve suspension %s", id)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		asked, err := suspensionAskedBy(ctx, tx, id)
		if err != nil {
			return err
		}
		if asked == actor {
			return ErrSecondPerson
		}
		n, err := tx.Exec(ctx, `UPDATE privacy_suspension SET approved_by = $1, approved_at = $2,
			from_at = CASE WHEN from_at < $2 THEN $2 ELSE from_at END WHERE id = $3 AND approved_by = '' AND ended_at = 0`,
			actor, clock.Micros(p.clock.Now()), id)
		if err == nil && n == 0 {
			return ErrSuspensionMoved
		}
		return err
	})
}

// LiftSuspension ends a suspension, or refuses one that waits. The published text holds again, so one person is enough.
func (p *Privacy) LiftSuspension(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "lift suspension %s", id)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		n, err := tx.Exec(ctx, `UPDATE privacy_suspension SET ended_by = $1, ended_at = $2 WHERE id = $3 AND ended_at = 0`,
			actor, clock.Micros(p.clock.Now()), id)
		if err == nil && n == 0 {
			return ErrSuspensionMoved
		}
		return err
	})
}

// Suspensions lists the suspensions of a document's versions, newest first.
func (p *Privacy) Suspensions(ctx context.Context, k Kind) (_ []Suspension, err error) {
	defer fault.Wrap(&err, "suspensions of %s", k)
	return listSuspensions(ctx, p.db, k)
}

// Suspended tells which clauses of a version are out of force now. A suspension goes on in later versions that have the clause word
// for word.
func (p *Privacy) Suspended(ctx context.Context, v Version) (out map[string]Suspension, err error) {
	defer fault.Wrap(&err, "suspended clauses of %s", v.ID)
	all, err := listSuspensions(ctx, p.db, v.Kind)
	if err != nil {
		return nil, err
	}
	out = map[string]Suspension{}
	for _, s := range all {
		if !s.Holds(p.clock.Now()) {
			continue
		}
		of, err := p.version(ctx, p.db, s.VersionID)
		if err != nil {
			return nil, err
		}
		if of.ID == v.ID || of.Number < v.Number && sameClause(of, v, s.Clause) {
			out[s.Clause] = s
		}
	}
	return out, nil
}

func sameClause(a, b Version, number string) bool {
	for _, l := range []i18n.Lang{i18n.KK, i18n.RU} {
		x, y := clauseOf(a.Documents[l], number), clauseOf(b.Documents[l], number)
		if x == "" || x != y {
			return false
		}
	}
	return true
}

func clauseOf(d Document, number string) string {
	for _, c := range d.Clauses {
		if c.Number == number {
			return c.Text
		}
	}
	return ""
}
