package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/ticketmail"
	"github.com/sahna/sahna/internal/boxoffice/ticketpdf"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/platform/payments/testbank"
	"github.com/sahna/sahna/internal/platform/pulse"
	"github.com/sahna/sahna/internal/platform/sms"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/rehearsal"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/waitroom"
)

// Options are what tests and the demo choose besides the configuration.
type Options struct {
	Clock  clock.Clock  // the machine's when nil
	Log    *slog.Logger // standard error when nil
	Outbox *mail.Outbox // letters go there instead of an SMTP server, and /outbox shows them
	Demo   bool         // a ribbon on every page
	Look   bool         // a command that looks after the data: no policy is published

	replaying bool // the restore itself, which may open what it has not made whole yet
}

// App is the whole office, opened and wired. Close it.
type App struct {
	cfg   Config
	opts  Options
	log   *slog.Logger
	clock clock.Clock

	DB          *db.DB
	Keys        *db.DB
	Vault       *vault.Vault
	Privacy     *privacy.Privacy
	Desk        *privacy.Desk
	Incidents   *privacy.Incidents
	Enquiries   *privacy.Enquiries
	Pulse       *pulse.Pulse
	People      *people.People
	Catalog     *catalog.Catalog
	Office      *boxoffice.Office
	Admission   *admission.Admission
	Documents   *document.Documents
	MyData      *mydata.Maker
	Waiting     *waitroom.Rooms
	Queue       *jobs.Queue
	Disclosures *privacy.Disclosures
	Traps       *privacy.Traps

	bundle  *i18n.Bundle
	files   *files.Dir
	spool   *upload.Spool
	bank    *testbank.Bank
	tickets *ticketpdf.Maker
	handler http.Handler
	mux     *http.ServeMux // what the handler leads to, for the test that walks every address
	payable []payments.Provider

	rehearsals *rehearsal.Runs
	closing    chan struct{} // closed when serving ends, so that live streams end
	closers    []func() error
}

// Open opens the databases, brings their tables up to date and wires the rooms. Nothing runs yet: see Run.
func Open(ctx context.Context, cfg Config, opts Options) (_ *App, err error) {
	a := &App{cfg: cfg, opts: opts, log: opts.Log, clock: opts.Clock, closing: make(chan struct{})}
	if a.clock == nil {
		a.clock = clock.System()
	}
	if a.log == nil {
		a.log = newLog(cfg.LogLevel)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	for _, step := range []func(context.Context) error{a.checkMark, a.openFolders, a.openDatabases, a.openVault, a.openRooms} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Close closes what Open opened, in reverse.
func (a *App) Close() error {
	var err error
	for i := len(a.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, a.closers[i]())
	}
	a.closers = nil
	return err
}

func (a *App) onClose(f func() error) { a.closers = append(a.closers, f) }

func (a *App) openFolders(context.Context) error {
	for _, dir := range []string{a.cfg.Data, a.cfg.Keys, filepath.Join(a.cfg.Data, "files")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	return nil
}

func (a *App) openDatabases(ctx context.Context) (err error) {
	if a.DB, err = db.Open(ctx, string(a.cfg.Database)); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	a.onClose(a.DB.Close)
	if err := a.DB.Migrate(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := jobs.Migrate(ctx, a.DB); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	if a.Keys, err = db.Open(ctx, string(a.cfg.KeyStore)); err != nil {
		return fmt.Errorf("key store: %w", err)
	}
	a.onClose(a.Keys.Close)
	a.Queue, err = jobs.Open(a.DB, a.log)
	return err
}

func (a *App) openVault(ctx context.Context) (err error) {
	if err := a.checkRoot(ctx); err != nil {
		return err
	}
	root, err := vault.LoadRoot(filepath.Join(a.cfg.Keys, "root.key"))
	if err != nil {
		return err
	}
	journal, err := vault.LoadJournalKey(filepath.Join(a.cfg.Keys, "journal.key"))
	if err != nil {
		return err
	}
	op := a.operator()
	if a.opts.Look {
		a.Privacy = privacy.Over(a.DB, a.clock, op)
	} else if a.Privacy, err = privacy.New(ctx, a.DB, a.clock, op); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	a.Vault, err = vault.New(ctx, a.DB, a.clock, vault.Config{Keys: a.Keys, Root: root, Gate: a.Privacy, JournalKey: journal})
	if err != nil {
		return err
	}
	a.Privacy.SetVault(a.Vault)
	return a.checkStore(ctx)
}

func (a *App) openRooms(ctx context.Context) (err error) {
	if a.bundle, err = i18n.New(Messages()...); err != nil {
		return err
	}
	sender, err := a.sender()
	if err != nil {
		return err
	}
	if a.People, err = people.New(a.DB, a.clock, a.Vault, a.Queue, sender, a.bundle); err != nil {
		return err
	}
	a.Desk = privacy.NewDesk(a.Privacy, a.People, a.Queue, sender, a.bundle)
	a.Pulse = pulse.New(a.DB, a.clock)
	a.Enquiries = privacy.NewEnquiries(a.Privacy, a.People, a.Queue, sender, a.bundle)
	a.Disclosures = privacy.NewDisclosures(a.Privacy, a.People, a.bundle)
	a.Incidents = privacy.NewIncidents(a.Privacy, a.People, a.Queue, sender, a.bundle)
	if name := a.operator().ShortName; name != "" { // a command on a data folder may have no profile at hand
		a.People.SiteName = name
	}
	a.People.BaseURL = a.cfg.BaseURL
	a.People.SMS = a.texts()
	a.People.Leaves, a.People.TechnicalFor, a.People.Dropped = a.Privacy.Leaves, a.Privacy.TechnicalFor, privacy.ForgetProofs
	a.Catalog = catalog.New(a.DB, a.clock)
	if a.payable, err = a.providers(); err != nil {
		return err
	}
	ticketKey, err := loadKey(a.cfg.Keys, "ticket.key")
	if err != nil {
		return err
	}
	a.Office, err = boxoffice.New(boxoffice.Deps{
		DB: a.DB, Clock: a.clock, Log: a.log, Catalog: a.Catalog, People: a.People, Privacy: a.Privacy, Jobs: a.Queue, Providers: a.payable,
	}, boxoffice.Config{HoldFor: a.cfg.holdFor(), PayFor: a.cfg.payFor(), BaseURL: a.cfg.BaseURL, TicketKey: ed25519.NewKeyFromSeed(ticketKey)})
	if err != nil {
		return err
	}
	a.Queue.Busy = a.Office.Busy
	a.rehearsals = &rehearsal.Runs{DB: a.DB, Clock: a.clock, Log: a.log, Jobs: a.Queue, Play: a.rehearseApart}
	a.rehearsals.Register()
	a.Traps = privacy.NewTraps(a.Privacy, a.People, a.Incidents, a.Queue, sender, a.bundle, a.Office.PlantUnpaid)
	a.tickets = ticketpdf.New(a.Office, a.Catalog, a.operator(), a.bundle, a.clock)
	ticketmail.New(ticketmail.Deps{
		DB: a.DB, Clock: a.clock, Log: a.log, Catalog: a.Catalog, Office: a.Office, People: a.People, Privacy: a.Privacy, Mail: sender,
		Bundle: a.bundle, Operator: a.operator(), BaseURL: a.cfg.BaseURL, Printer: a.tickets,
	}).Register(a.Queue)
	(&privacy.Notices{Privacy: a.Privacy, Vault: a.Vault, Mail: sender, Bundle: a.bundle, BaseURL: a.cfg.BaseURL}).Register(a.Queue)
	a.Privacy.SetAnchors(a.Office)
	a.Privacy.Work(a.Queue)
	waitKey, err := loadKey(a.cfg.Keys, "waitroom.key")
	if err != nil {
		return err
	}
	if a.Waiting, err = waitroom.New(a.DB, a.clock, a.log, a.Catalog, waitroom.Config{Key: waitKey, Above: a.cfg.Selling.WaitAbove}); err != nil {
		return err
	}
	a.Office.SetWaited(func(ctx context.Context, performanceID string) bool {
		p, err := a.Catalog.Performance(ctx, performanceID)
		if err != nil {
			return true
		}
		_, waits := a.Waiting.Guard(p)
		return waits
	})
	a.Waiting.Buyers = a.Office.Buyers
	a.Admission = admission.New(a.DB, a.clock, a.Catalog, a.Office)
	if a.files, err = files.OpenDir(filepath.Join(a.cfg.Data, "files")); err != nil {
		return err
	}
	if err := a.openDocuments(ctx, sender); err != nil {
		return err
	}
	a.Documents.Decided = a.Office.ProofDecided
	a.Privacy.SetHolders(privacy.HolderOfPeople(a.People), privacy.HolderOfDocuments(a.Documents), a.Office)
	if err := a.checkLedger(ctx); err != nil {
		return err
	}
	a.MyData = mydata.New(mydata.Deps{
		DB: a.DB, Clock: a.clock, Log: a.log, Vault: a.Vault, People: a.People, Privacy: a.Privacy,
		Files: a.files, Mail: sender, Bundle: a.bundle, Operator: a.operator(), Documents: a.Documents,
	}, a.Queue)
	a.handler, err = a.mount()
	return err
}

func (a *App) operator() privacy.Operator {
	op := a.cfg.Operator
	op.Site = a.cfg.BaseURL
	op.Carriers = []privacy.Carrier{
		{Recipient: privacy.MailGateway, Name: a.cfg.Mail.Provider, Country: a.cfg.Mail.Country},
		{Recipient: privacy.SMSGateway, Name: a.cfg.SMS.Provider, Country: a.cfg.SMS.Country},
	}
	return op
}

func (a *App) sender() (mail.Sender, error) {
	if a.opts.Outbox != nil {
		return a.opts.Outbox, nil
	}
	if a.opts.Look {
		return mail.NewOutbox(a.clock), nil
	}
	m := a.cfg.Mail
	return mail.NewSMTP(mail.SMTP{Host: m.Host, Port: m.Port, Username: m.User, Password: string(m.Password), From: m.From, TLS: mail.TLS(m.TLS)}, a.clock)
}

// texts is how text messages leave; nil when the operator has no gateway.
func (a *App) texts() sms.Sender {
	switch m := a.cfg.SMS; {
	case a.opts.Outbox != nil:
		return a.opts.Outbox
	case m.URL != "":
		return sms.NewGateway(m.URL, string(m.Token), m.From)
	}
	return nil
}

func (a *App) providers() ([]payments.Provider, error) {
	if !a.cfg.TestBank.Enabled {
		return nil, nil
	}
	key, err := loadKey(a.cfg.Keys, "bank.key")
	if err != nil {
		return nil, err
	}
	a.bank, err = testbank.New(a.DB, a.clock, a.log, a.bundle, testbank.Config{BaseURL: a.cfg.BaseURL, Secret: key})
	return []payments.Provider{a.bank}, err
}

func newLog(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
}
