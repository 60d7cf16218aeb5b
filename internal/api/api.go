// Package api is the door for machines: integrators, scanners and widgets.
//
// It owns /api/v1: its JSON, its OpenAPI document, its problem documents, the
// idempotency of its POSTs and its rate limit. It promises that a shape once
// published keeps its fields, that bad input gets a problem that says what to
// mend and never a 500, and that no answer repeats what was sent. It has no
// rules of its own: the rooms decide.
package api

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/sahna/sahna/internal/waitroom"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/ticketpdf"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/privacy"
)

// Base is where the API stands.
const Base = "/api/v1"

// Deps are the rooms that the API opens a door to.
type Deps struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Bundle    *i18n.Bundle
	Catalog   *catalog.Catalog
	Office    *boxoffice.Office
	Privacy   *privacy.Privacy
	Waiting   *waitroom.Rooms // nil: nobody has to wait
	Admission *admission.Admission
	Printer   *ticketpdf.Maker
	Jobs      *jobs.Queue // sweeps old answers; nil leaves that to Sweep
}

// Config is what the operator decides about the API.
type Config struct {
	BaseURL string // https://tickets.example.kz, for addresses in answers
	Key     []byte // 32 bytes; seals the answers kept for Idempotency-Key

	// Rate is how many requests a second one network may make over a long time, Burst how many at once; 0 is generous.
	Rate  float64
	Burst int
	// ClientIP tells a request's address behind a trusted proxy; nil takes the connection's own.
	ClientIP func(*http.Request) netip.Addr
}

// The limits that apply when the operator sets none: enough for a box office with many tills behind one address.
const (
	defaultRate  = 300
	defaultBurst = 3000
)

// API answers machines.
type API struct {
	Deps
	cfg     Config
	mux     *http.ServeMux // the operations
	huma    huma.API
	limit   *limiter
	answers *answers
}

// New makes the door and registers its job; call it before jobs start.
func New(d Deps, cfg Config) (*API, error) {
	if len(cfg.Key) != 32 {
		return nil, errors.New("api: the key that seals kept answers must have 32 bytes")
	}
	if cfg.Rate == 0 {
		cfg.Rate, cfg.Burst = defaultRate, defaultBurst
	}
	if cfg.ClientIP == nil {
		cfg.ClientIP = connectionIP
	}
	a := &API{Deps: d, cfg: cfg, mux: http.NewServeMux(), limit: newLimiter(cfg.Rate, cfg.Burst)}
	a.answers = newAnswers(d.DB, d.Clock, cfg.Key)
	a.huma = humago.New(a.mux, a.humaConfig())
	a.huma.UseMiddleware(speak)
	a.operations()
	a.document()
	if d.Jobs != nil {
		jobs.Handle(d.Jobs, a.sweep)
		d.Jobs.Every(time.Hour, sweepJob{})
	}
	return a, nil
}

// Mount hangs the API on the site's mux.
func (a *API) Mount(mux *http.ServeMux) { mux.Handle(Base+"/", a) }

func (a *API) humaConfig() huma.Config {
	c := huma.DefaultConfig("Sahna", "1.0.0")
	c.OpenAPIPath = Base + "/openapi"
	c.DocsPath, c.SchemasPath = "", "" // the documentation page would load a script from elsewhere
	c.CreateHooks = nil                // no $schema in bodies
	c.Transformers = []huma.Transformer{a.explain}
	return c
}

func (a *API) operations() {
	a.policyOperations()
	a.eventOperations()
	a.performanceOperations()
	a.holdOperations()
	a.orderOperations()
	a.scanOperations()
}

func (a *API) url(path string) string { return a.cfg.BaseURL + path }
