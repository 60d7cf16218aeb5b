package boxoffice

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// LimitKind says whose tickets are counted together, over all orders.
type LimitKind string

// The kinds of limits.
const (
	LimitPerson  LimitKind = "person"  // one account, and one name with one e-mail address
	LimitContact LimitKind = "contact" // one e-mail address, and one phone, whatever the name
	LimitNetwork LimitKind = "network" // one shortened network address
	LimitCard    LimitKind = "card"    // one payment card, as its bank's token
)

// LimitKinds lists the kinds in the order in which they are shown.
var LimitKinds = []LimitKind{LimitPerson, LimitContact, LimitNetwork, LimitCard}

// Why an order is refused: arguments "limit" (the most), "had" (counted already), "asked" and "refusal" (the decision's code).
var (
	ErrLimitPerson  = fault.New(fault.Conflict, "boxoffice.limit_person")
	ErrLimitContact = fault.New(fault.Conflict, "boxoffice.limit_contact")
	ErrLimitNetwork = fault.New(fault.Conflict, "boxoffice.limit_network")
	ErrLimitCard    = fault.New(fault.Conflict, "boxoffice.limit_card")
	ErrLimitWrong   = fault.New(fault.Invalid, "boxoffice.limit_wrong")
)

func (k LimitKind) fault() *fault.Error {
	switch k {
	case LimitContact:
		return ErrLimitContact
	case LimitNetwork:
		return ErrLimitNetwork
	case LimitCard:
		return ErrLimitCard
	case LimitPerson:
	}
	return ErrLimitPerson
}

// MostLimit is the largest limit that can be set.
const MostLimit = 100_000

// Limits are the most tickets of a performance or an event by kind; a kind that is absent has no limit.
type Limits map[LimitKind]int

// Limits returns the limits of a performance or an event.
func (o *Office) Limits(ctx context.Context, scopeID string) (Limits, error) {
	out := Limits{}
	list, err := limitsIn(ctx, o.db, []string{scopeID})
	for _, l := range list {
		out[l.kind] = l.most
	}
	return out, err
}

// SetLimits sets all limits of a performance or an event; 0 takes a limit away. Orders that stand already are counted only where a
// limit of that kind was there before.
func (o *Office) SetLimits(ctx context.Context, scopeID, actor string, want Limits) (err error) {
	defer fault.Wrap(&err, "set the limits of %s", scopeID)
	var wrong fault.Fields
	for _, k := range LimitKinds {
		if n := want[k]; n < 0 || n > MostLimit {
			wrong = append(wrong, ErrLimitWrong.On(string(k)).With("limit", MostLimit))
		}
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		for _, k := range LimitKinds {
			if err := setLimit(ctx, tx, scopeID, k, want[k], actor, o.clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	o.rules.forget()
	return err
}

// rule is one limit.
type rule struct {
	scopeID string
	kind    LimitKind
	most    int
}

// rulesFor is how long a process trusts what it read of limits: a change made by another shows within a second.
const rulesFor = 400 * time.Millisecond

// rulebook remembers which limits performances have, so that those without any cost an order nothing.
type rulebook struct {
	mu   sync.Mutex
	kept map[string]keptRules // by performance
}

type keptRules struct {
	rules []rule
	until time.Time
}

const rulesKept = 4096

func (b *rulebook) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = nil
}

// rulesOf returns the limits of a performance: its own and its event's.
func (o *Office) rulesOf(ctx context.Context, d *db.DB, performanceID, eventID string) ([]rule, error) {
	now := o.clock.Now()
	o.rules.mu.Lock()
	got, ok := o.rules.kept[performanceID]
	o.rules.mu.Unlock()
	if ok && now.Before(got.until) && !now.Before(got.until.Add(-rulesFor)) {
		return got.rules, nil
	}
	list, err := limitsIn(ctx, d, []string{performanceID, eventID})
	if err != nil {
		return nil, err
	}
	o.rules.mu.Lock()
	defer o.rules.mu.Unlock()
	if o.rules.kept == nil || len(o.rules.kept) >= rulesKept {
		o.rules.kept = map[string]keptRules{}
	}
	o.rules.kept[performanceID] = keptRules{list, now.Add(rulesFor)}
	return list, nil
}

// claim is a number of tickets that one key wants counted.
type claim struct {
	scopeID       string
	performanceID string // one of the scope's, for the refusal
	kind          LimitKind
	key           string
	n, most       int
	endsAt        int64
}

// names are what an order is counted by, kind by kind.
type names map[LimitKind][]string

// namesOf are the names under which a checkout counts.
func namesOf(r CheckoutRequest) names {
	out := names{
		LimitPerson:  {"human\n" + r.Buyer.Human()},
		LimitContact: {"email\n" + r.Buyer.FoldedEmail(), "phone\n" + r.Buyer.Phone},
	}
	if r.PersonID != "" {
		out[LimitPerson] = append(out[LimitPerson], "account\n"+r.PersonID)
	}
	if r.Network != "" {
		out[LimitNetwork] = []string{r.Network}
	}
	return out
}

// claims are what an order's lines count towards, sorted by key: locks are taken in one order.
func (o *Office) claims(ctx context.Context, d *db.DB, lines []OrderLine, who names) ([]claim, error) {
	count := map[string]int{}
	var order []string
	for _, l := range lines {
		if count[l.PerformanceID]++; count[l.PerformanceID] == 1 {
			order = append(order, l.PerformanceID)
		}
	}
	at := map[[2]string]*claim{}
	for _, id := range order {
		p, err := o.catalog.Performance(ctx, id)
		if err != nil {
			return nil, err
		}
		rules, err := o.rulesOf(ctx, d, id, p.EventID)
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			for _, name := range who[r.kind] {
				key := o.secrets.ofLimit(r.scopeID, r.kind, name)
				c := at[[2]string{r.scopeID, key}]
				if c == nil {
					c = &claim{scopeID: r.scopeID, performanceID: id, kind: r.kind, key: key, most: r.most}
					at[[2]string{r.scopeID, key}] = c
				}
				c.n += count[id]
				c.endsAt = max(c.endsAt, p.EndsAt.UnixMicro())
			}
		}
	}
	out := make([]claim, 0, len(at))
	for _, c := range at {
		out = append(out, *c)
	}
	slices.SortFunc(out, compareClaims)
	return out, nil
}

// limitReached is a claim beyond its limit; the doors see the kind's own error.
type limitReached struct {
	claim
	had int
	all []claim // what else the same order counts by
}

// Error implements error.
func (l *limitReached) Error() string { return l.fault().Error() }

// Unwrap makes it a conflict for whoever asks for its kind.
func (l *limitReached) Unwrap() error { return l.fault() }

func (l *limitReached) fault() *fault.Error {
	return l.kind.fault().With("limit", l.most).With("had", l.had).With("asked", l.n)
}
