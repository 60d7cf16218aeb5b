package app

import (
	"context"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/api"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/account"
	"github.com/sahna/sahna/internal/web/door"
	"github.com/sahna/sahna/internal/web/office"
	"github.com/sahna/sahna/internal/web/site"
	"github.com/sahna/sahna/internal/web/site/checkout"
	"github.com/sahna/sahna/internal/web/site/outbox"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/site/performance"
	"github.com/sahna/sahna/internal/web/site/waiting"
	"github.com/sahna/sahna/internal/web/ui"
)

// Handler is everything that the world may reach.
func (a *App) Handler() http.Handler { return a.handler }

func (a *App) mount() (http.Handler, error) {
	mux := http.NewServeMux()
	a.mux = mux
	u := &ui.UI{Bundle: a.bundle, Clock: a.clock, Log: a.log, Operator: a.operator(), BaseURL: a.cfg.BaseURL, Demo: a.opts.Demo}
	u.News, u.KeepFor = a.news, ui.KeepPages
	u.Watch = func(route string, status int, took time.Duration, remote string) {
		a.Pulse.Observe(route, status, took, people.ShortIP(remote))
	}
	u.Mount(mux)
	(&site.Site{UI: u, Catalog: a.Catalog, Office: a.Office, Privacy: a.Privacy, Files: a.files}).Mount(mux)
	(&performance.Door{UI: u, Catalog: a.Catalog, Office: a.Office, Rooms: a.Waiting, Closing: a.closing}).Mount(mux)
	(&waiting.Door{UI: u, Catalog: a.Catalog, Rooms: a.Waiting}).Mount(mux)
	(&checkout.Door{UI: u, Catalog: a.Catalog, Office: a.Office, Privacy: a.Privacy, Printer: a.tickets, Documents: a.Documents}).Mount(mux)
	(&pages.Pages{UI: u, Privacy: a.Privacy, Desk: a.Desk, Enquiries: a.Enquiries, Objected: a.Office.Objected}).Mount(mux)
	own := &account.Account{UI: u, People: a.People, Privacy: a.Privacy, Office: a.Office, Catalog: a.Catalog, MyData: a.MyData, Desk: a.Desk, Documents: a.Documents}
	own.Mount(mux)
	(&door.Door{UI: u, Catalog: a.Catalog, Admission: a.Admission, Clock: a.clock}).Mount(mux)
	(&office.Office{UI: u, Waiting: a.Waiting, Rehearsals: a.rehearsals, DB: a.DB, Clock: a.clock, Catalog: a.Catalog, BoxOffice: a.Office, Admission: a.Admission, People: a.People, Privacy: a.Privacy, Desk: a.Desk, Documents: a.Documents, Incidents: a.Incidents, Enquiries: a.Enquiries, Pulse: a.Pulse, Disclosures: a.Disclosures, Traps: a.Traps}).Mount(mux)
	if a.opts.Outbox != nil {
		(&outbox.Outbox{UI: u, Box: a.opts.Outbox}).Mount(mux)
	}
	if a.bank != nil {
		a.bank.Mount(mux)
	}
	machines, err := a.api()
	if err != nil {
		return nil, err
	}
	machines.Mount(mux)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /.well-known/security.txt", a.securityTxt)
	trusted, err := parseProxies(a.cfg.TrustedProxies)
	if err != nil {
		return nil, err
	}
	crowd := &crowd{most: int64(a.cfg.AtOnce), ui: u, bundle: a.bundle}
	return trusted.visitors(u.Serve(mux, crowd.wrap, u.Languages, u.Sessions(a.People), own.Gate, u.SameOrigin)), nil
}

// news are the new versions of the texts that a page tells of.
func (a *App) news(ctx context.Context, person string) ([]privacy.Publication, error) {
	if person == "" {
		return a.Privacy.News(ctx)
	}
	return a.Privacy.Unseen(ctx, person)
}

func (a *App) api() (*api.API, error) {
	key, err := loadKey(a.cfg.Keys, "api.key")
	if err != nil {
		return nil, err
	}
	return api.New(api.Deps{
		DB: a.DB, Clock: a.clock, Log: a.log, Bundle: a.bundle, Catalog: a.Catalog, Office: a.Office, Privacy: a.Privacy,
		Admission: a.Admission, Printer: a.tickets, Jobs: a.Queue, Waiting: a.Waiting,
	}, api.Config{BaseURL: a.cfg.BaseURL, Key: key})
}

// healthz answers while the process lives.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") }

// readyz answers when database and key store do and, if they could not write the last time, can again.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	for _, d := range []struct {
		name string
		*db.DB
	}{{"database", a.DB}, {"key store", a.Keys}} {
		if err := d.Check(ctx); err != nil {
			a.log.Error("not ready", "what", d.name, "cause", err)
			w.Header().Set("Retry-After", "1")
			plain(w, http.StatusServiceUnavailable, d.name+" "+db.Why(err))
			return
		}
	}
	plain(w, http.StatusOK, "ready")
}

// securityTxt says where to report a weakness (RFC 9116). Its expiry moves along, since the profile is read at every start.
func (a *App) securityTxt(w http.ResponseWriter, _ *http.Request) {
	expires := a.clock.Now().AddDate(0, 6, 0).Truncate(24 * time.Hour)
	plain(w, http.StatusOK, "Contact: mailto:"+a.cfg.Operator.Officer+"\nExpires: "+expires.Format(time.RFC3339)+
		"\nPreferred-Languages: kk, ru, en\nCanonical: "+a.cfg.BaseURL+"/.well-known/security.txt")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n")) //nolint:errcheck // the client is gone then
}
