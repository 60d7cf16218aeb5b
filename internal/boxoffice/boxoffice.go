// Package boxoffice sells: stock, holds, orders, the ledger, payments and tickets.
//
// It owns what is free, held and sold, and every tenge of an order. It promises
// that a seat is sold once, that a hold is all or nothing and ends by itself,
// that ledger lines are never changed, and that a paid order has tickets or its
// money goes back. It does not know who a person is: contacts go through people
// into the vault, and only a person id stays here.
package boxoffice

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/privacy"
)

// Office is the box office.
type Office struct {
	deps
	secrets secrets // derived from the ticket key
	entered func(ctx context.Context, tx *db.DB, performanceID, ticketID string) (bool, error)
	stock   *stock   // hot state: batches and live availability (stock.go)
	rules   rulebook // limits across orders (limit.go)
	greedy  bool     // limits are not kept: tests only, to see that they would notice

	// What arrives together is written together.
	orders *batch.Lanes[*draft, struct{}]   // by performance (order_desk.go)
	paid   *batch.Writer[proof, error]      // payment_desk.go
	starts *batch.Writer[Payment, struct{}] // payments that were begun at their providers
	finds  *batch.Writer[OrderKey, found]   // orders looked for by their buyers: read together (order_find.go)

	refusals *batch.Writer[refusing, string] // machine decisions (refusal.go)
}

type deps struct {
	db        *db.DB
	clock     clock.Clock
	log       *slog.Logger
	catalog   *catalog.Catalog
	people    *people.People
	privacy   *privacy.Privacy
	jobs      *jobs.Queue
	providers map[string]payments.Provider
	cfg       Config
}

// Config is what the operator decides about selling.
type Config struct {
	HoldFor   time.Duration // how long seats wait in a basket; 10 minutes by default
	PayFor    time.Duration // how long an order waits for its money; 10 minutes by default
	BaseURL   string        // https://tickets.example.kz, for return and callback addresses
	TicketKey ed25519.PrivateKey
}

// Deps are the rooms that the box office enters.
type Deps struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Catalog   *catalog.Catalog
	People    *people.People
	Privacy   *privacy.Privacy
	Jobs      *jobs.Queue
	Providers []payments.Provider
}

// New makes the box office and registers its job handlers; call it before jobs start.
func New(d Deps, cfg Config) (*Office, error) {
	if cfg.HoldFor == 0 {
		cfg.HoldFor = 10 * time.Minute
	}
	if cfg.PayFor == 0 {
		cfg.PayFor = 10 * time.Minute
	}
	o := &Office{deps: deps{
		db: d.DB, clock: d.Clock, log: d.Log, catalog: d.Catalog, people: d.People, privacy: d.Privacy,
		jobs: d.Jobs, providers: map[string]payments.Provider{}, cfg: cfg,
	}}
	if len(cfg.TicketKey) != ed25519.PrivateKeySize {
		return nil, errors.New("boxoffice: the ticket key is missing")
	}
	var err error
	if o.secrets, err = newSecrets(cfg.TicketKey.Seed()); err != nil {
		return nil, err
	}
	for _, p := range d.Providers {
		o.providers[p.Code()] = p
	}
	o.stock = newStock(o.deps)
	o.orders = batch.NewLanes(o.placeTogether)
	o.paid = batch.New(o.settleTogether)
	o.starts = batch.New(o.keepStarted)
	o.finds = batch.New(o.findTogether)
	o.refusals = batch.New(o.refuseTogether)
	o.registerJobs()
	o.registerLimitJobs()
	o.registerHoldJobs()
	o.registerPassJobs()
	o.registerRepresentationJobs()
	return o, nil
}
