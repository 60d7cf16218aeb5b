package boxoffice

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/jobs"
)

func compareClaims(a, b claim) int {
	return cmp.Or(cmp.Compare(a.scopeID, b.scopeID), cmp.Compare(a.key, b.key))
}

// mayClaim looks, before anything is written, whether an order would go beyond a limit: who comes too often costs no write at all.
// It decides nothing: claimMany does.
func (o *Office) mayClaim(ctx context.Context, claims []claim) error {
	if len(claims) == 0 || o.greedy {
		return nil
	}
	used, err := usesOf(ctx, o.db, claims)
	if err != nil {
		return err
	}
	for _, kind := range LimitKinds { // the nearest to the person is told first
		for _, c := range claims {
			if u := used[c.key]; c.kind == kind && u.used+c.n > c.most+u.extra {
				return &limitReached{claim: c, had: u.used, all: claims}
			}
		}
	}
	return nil
}

// claiming is an order with what it counts towards.
type claiming struct {
	order  string
	claims []claim
}

// claimMany counts orders' tickets, in the order in which they came, or refuses the first that would go beyond a limit. The guard
// stands in the SQL, so two processes cannot both let the last ticket pass.
func (o *Office) claimMany(ctx context.Context, tx *db.DB, list []claiming) error {
	type wish struct {
		claim
		item int
	}
	var wishes []wish
	for i, l := range list {
		for _, c := range l.claims {
			wishes = append(wishes, wish{c, i})
		}
	}
	if len(wishes) == 0 {
		return nil
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return compareClaims(a.claim, b.claim) })
	var rows, guards, mine [][]any
	for i, w := range wishes {
		if i == 0 || compareClaims(w.claim, wishes[i-1].claim) != 0 {
			rows = append(rows, []any{w.scopeID, w.key, string(w.kind), 0, w.endsAt})
		}
		most := w.most
		if o.greedy {
			most = MostLimit
		}
		guards = append(guards, []any{w.scopeID, w.key, w.n, most, w.endsAt})
		mine = append(mine, []any{list[w.item].order, w.scopeID, w.key, w.n, w.most, w.endsAt})
	}
	n, err := countUses(ctx, tx, rows, guards)
	if err != nil {
		return err
	}
	for i, w := range wishes {
		if n[i] != 1 {
			used, err := usesOf(ctx, tx, []claim{w.claim})
			if err != nil {
				return err
			}
			return batch.Refuse(w.item, &limitReached{claim: w.claim, had: used[w.key].used, all: list[w.item].claims})
		}
	}
	return insertOrderClaims(ctx, tx, mine)
}

// claimDrafts is claimMany for orders about to be written.
func (o *Office) claimDrafts(ctx context.Context, tx *db.DB, ds []*draft) error {
	var list []claiming
	for _, d := range ds {
		list = append(list, claiming{d.order.ID, d.claims})
	}
	return o.claimMany(ctx, tx, list)
}

// claimCards counts the tickets that cards pay for.
func (o *Office) claimCards(ctx context.Context, tx *db.DB, plain []settling, orders []Order) error {
	var list []claiming
	var at []int
	for i, s := range plain {
		if s.Card == "" {
			continue
		}
		claims, err := o.cardClaims(ctx, tx, s.provider, s.Card, orders[i].Lines)
		if err != nil {
			return err
		}
		if len(claims) > 0 {
			list, at = append(list, claiming{orders[i].ID, claims}), append(at, s.at)
		}
	}
	err := o.claimMany(ctx, tx, list)
	var r *batch.Refused
	if errors.As(err, &r) {
		return batch.Refuse(at[r.Item], errNotPlain) // it is looked at by itself
	}
	return err
}

func (o *Office) cardClaims(ctx context.Context, tx *db.DB, provider, card string, lines []OrderLine) ([]claim, error) {
	if card == "" {
		return nil, nil
	}
	return o.claims(ctx, tx, lines, names{LimitCard: {provider + "\n" + card}})
}

// claimLate counts an order that is paid after all: by its card, and, when it had expired, by what it had given back.
func (o *Office) claimLate(ctx context.Context, tx *db.DB, ord Order, provider, card string, again bool) error {
	cards, err := o.cardClaims(ctx, tx, provider, card, ord.Lines)
	if err != nil {
		return err
	}
	if again {
		back, err := takeReleased(ctx, tx, ord.ID)
		if err != nil {
			return err
		}
		for i := range back {
			back[i].performanceID = ord.Lines[0].PerformanceID
		}
		cards = append(back, cards...)
		slices.SortFunc(cards, compareClaims)
	}
	return batch.Why(o.claimMany(ctx, tx, []claiming{{ord.ID, cards}}))
}

// releaseClaims gives back what orders that ended had used. Their rows must be locked by the caller.
func releaseClaims(ctx context.Context, tx *db.DB, orderIDs []string) error {
	for part := range slices.Chunk(orderIDs, sqlChunk) {
		list, err := usesOfOrders(ctx, tx, part)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		if err := giveUsesBack(ctx, tx, list); err != nil {
			return err
		}
		if err := markReleased(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

// forgetLimitsJob clears away what was counted for performances that are over.
type forgetLimitsJob struct{}

// Kind names the job.
func (forgetLimitsJob) Kind() string { return "boxoffice_forget_limits" }

const (
	keepUses     = 24 * time.Hour           // after the last performance that counts
	keepRefusals = 3 * 365 * 24 * time.Hour // a claim can be made for three years (Civil Code, article 178)
	forgetAtOnce = 1000
)

func (o *Office) registerLimitJobs() {
	jobs.Handle(o.jobs, func(ctx context.Context, _ forgetLimitsJob) error { return o.ForgetLimits(ctx) })
	o.jobs.Every(time.Hour, forgetLimitsJob{})
}

// ForgetLimits deletes what was counted for performances that were over a day ago, and the keys of refusals with it; a periodic job
// calls it.
func (o *Office) ForgetLimits(ctx context.Context) error {
	now := o.clock.Now()
	for {
		var n int64
		err := o.db.Transact(ctx, func(tx *db.DB) (err error) {
			n, err = forgetUses(ctx, tx, now.Add(-keepUses), now.Add(-keepRefusals), forgetAtOnce)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
