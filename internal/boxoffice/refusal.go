package boxoffice

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
)

// The ways in which a refusal cannot be handled.
var (
	ErrNoRefusal = fault.New(fault.NotFound, "boxoffice.no_such_refusal")
	ErrLifted    = fault.New(fault.Conflict, "boxoffice.lifted_already")
	ErrLiftWrong = fault.New(fault.Invalid, "boxoffice.lift_wrong") // arg "limit"
	ErrLiftLate  = fault.New(fault.Gone, "boxoffice.lift_late")
)

// Refusal is a decision that the machine made against somebody because of a limit. It names nobody: who was refused has its code.
type Refusal struct {
	ID            string
	Code          string
	PerformanceID string
	ScopeID       string // what the limit is for: the performance or its event
	Kind          LimitKind
	Most          int // the limit then
	Had           int // tickets that counted already
	Asked         int // and those of the refused order
	Times         int // how often the same was refused
	FirstAt       time.Time
	LastAt        time.Time
	OrderID       string // whose money went back; "" when it was refused before anything was paid
	Extra         int    // tickets that staff allowed beyond the limit
	LiftedBy      string
	LiftedAt      time.Time
	Objection     Objection
}

// Objection is how the request stands in which a person asked that a human looks at a refusal.
type Objection struct {
	RequestID string // "" while nobody has objected
	Number    string
	State     privacy.RequestState
	Result    privacy.Result
}

const (
	refusalCodeLen = 10
	mostLift       = 100
)

// refusing is a refusal about to be written.
type refusing struct {
	limitReached
	orderID string
}

// refuse records that an order was refused for a limit, and returns the error that says so with the decision's code. Any other
// error comes back as it is.
func (o *Office) refuse(ctx context.Context, err error) error {
	var l *limitReached
	if !errors.As(err, &l) {
		return err
	}
	code, werr := o.refusals.Do(ctx, refusing{limitReached: *l})
	if werr != nil { // refused all the same: the guard has decided
		o.log.ErrorContext(ctx, "a refusal was not recorded", "scope", l.scopeID, "kind", l.kind, "err", werr)
		return l.fault().With("refusal", "")
	}
	return l.fault().With("refusal", code)
}

// refuseTogether writes refusals that arrive together and returns their codes.
func (o *Office) refuseTogether(ctx context.Context, list []refusing) (codes []string, err error) {
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		codes = make([]string, len(list))
		// In key order, so that two processes lock in one order.
		order := make([]int, len(list))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return compareClaims(list[a].claim, list[b].claim) })
		for _, i := range order {
			if codes[i], err = o.writeRefusal(ctx, tx, list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return codes, err
}

func (o *Office) writeRefusal(ctx context.Context, tx *db.DB, r refusing) (string, error) {
	id, code, err := saveRefusal(ctx, tx, Refusal{
		ID: db.NewID(), Code: newCode(refusalCodeLen), PerformanceID: r.performanceID, ScopeID: r.scopeID, Kind: r.kind, Most: r.most,
		Had: r.had, Asked: r.n, LastAt: o.clock.Now(), OrderID: r.orderID,
	}, r.key, r.endsAt)
	if err != nil {
		return "", err
	}
	return code, saveRefusalKeys(ctx, tx, id, r.sameWho())
}

// sameWho are the claims that lifting the limit must lift: for a person all that they are known by, else the one.
func (l limitReached) sameWho() []claim {
	ofPerson := func(k LimitKind) bool { return k == LimitPerson || k == LimitContact }
	out := []claim{l.claim}
	for _, c := range l.all {
		if c.key != l.key && ofPerson(l.kind) && ofPerson(c.kind) {
			out = append(out, c)
		}
	}
	return out
}

// Refusal finds a refusal by its code.
func (o *Office) Refusal(ctx context.Context, code string) (Refusal, error) {
	code = cleanCode(code)
	if code == "" {
		return Refusal{}, ErrNoRefusal
	}
	list, err := listRefusals(ctx, o.db, `r.code = $1`, code)
	if err == nil && len(list) == 0 {
		err = ErrNoRefusal
	}
	if err != nil {
		return Refusal{}, err
	}
	return list[0], nil
}

// RefusalOfOrder finds the refusal for which an order's money went back; ErrNoRefusal when there is none.
func (o *Office) RefusalOfOrder(ctx context.Context, orderID string) (Refusal, error) {
	list, err := listRefusals(ctx, o.db, `r.order_id = $1 AND r.order_id <> ''`, orderID)
	if err == nil && len(list) == 0 {
		err = ErrNoRefusal
	}
	if err != nil {
		return Refusal{}, err
	}
	return list[0], nil
}

// Refusals lists the newest refusals of a performance.
func (o *Office) Refusals(ctx context.Context, performanceID string) ([]Refusal, error) {
	return listRefusals(ctx, o.db, `r.performance_id = $1`, performanceID)
}

// RefusalOfRequest finds the refusal that a request objects to; ErrNoRefusal when it is about something else.
func (o *Office) RefusalOfRequest(ctx context.Context, requestID string) (Refusal, error) {
	list, err := listRefusals(ctx, o.db, `r.request_id = $1 AND r.request_id <> ''`, requestID)
	if err == nil && len(list) == 0 {
		err = ErrNoRefusal
	}
	if err != nil {
		return Refusal{}, err
	}
	return list[0], nil
}

// Objected notes which request objects to a refusal; the first one stays.
func (o *Office) Objected(ctx context.Context, code, requestID string) error {
	r, err := o.Refusal(ctx, code)
	if err != nil {
		return err
	}
	return o.db.Transact(ctx, func(tx *db.DB) error { return setObjection(ctx, tx, r.ID, requestID) })
}

// Lift allows whoever was refused a number of tickets beyond the limit, and beyond what they were allowed before.
func (o *Office) Lift(ctx context.Context, code, actor string, extra int) (err error) {
	defer fault.Wrap(&err, "lift a limit")
	if extra < 1 || extra > mostLift {
		return ErrLiftWrong.On("extra").With("limit", mostLift)
	}
	r, err := o.Refusal(ctx, code)
	if err != nil {
		return err
	}
	return o.db.Transact(ctx, func(tx *db.DB) error {
		fresh, err := setLifted(ctx, tx, r.ID, actor, extra, o.clock.Now())
		if err != nil {
			return err
		}
		if !fresh {
			return ErrLifted
		}
		n, err := addExtra(ctx, tx, r.ID, extra)
		if err == nil && n == 0 {
			return ErrLiftLate
		}
		return err
	})
}
