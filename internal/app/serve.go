package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
)

// integrateEvery is how often the journal's new entries get their places in the tree and a signed checkpoint.
const integrateEvery = 3 * time.Second

// Run serves on the listener until ctx ends, then lets requests and jobs finish. ready is called once it serves.
func (a *App) Run(ctx context.Context, l net.Listener, ready func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := a.Queue.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("queue: %w", errors.Join(err, l.Close()))
	}
	// Requests under way are let finish when ctx ends, so they do not live by it.
	requests, drop := context.WithCancel(context.WithoutCancel(ctx))
	defer drop()
	server := &http.Server{
		Handler:           a.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	if err := a.Waiting.Sync(ctx); err != nil { // nobody walks past a waiting room because the process has just started
		a.log.Warn("waiting rooms are not read", "cause", err)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	background := make(chan struct{})
	go func() { a.background(ctx); close(background) }()
	waiting := make(chan struct{})
	go func() { a.Waiting.Run(ctx); close(waiting) }()

	err := ready()
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	cancel()
	close(a.closing)
	stop, done := context.WithTimeout(context.Background(), 20*time.Second)
	defer done()
	err = errors.Join(err, server.Shutdown(stop), a.Queue.Stop(stop))
	<-background
	<-waiting
	return err
}

// background keeps the journal's tree up to date and the test bank's callbacks going.
func (a *App) background(ctx context.Context) {
	if a.bank != nil {
		go a.bank.Run(ctx)
	}
	tick, tidy, count, look := time.NewTicker(integrateEvery), time.NewTicker(time.Hour), time.NewTicker(time.Minute), time.NewTicker(time.Second)
	defer tick.Stop()
	defer look.Stop()
	tell := a.tellTrouble()
	defer tidy.Stop()
	defer count.Stop()
	a.tidyKeys(ctx)
	if other := a.Privacy.Otherwise(); other != "" {
		a.log.Warn("other processes call this site otherwise; policy and offer stay theirs", "base_url", a.cfg.BaseURL, "theirs", other)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			tell(ctx)
		case <-count.C:
			if err := a.Pulse.Flush(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("pulse not kept", "cause", err)
			}
			if err := a.Privacy.Here(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("site not noted", "cause", err)
			}
		case <-tidy.C:
			a.tidyKeys(ctx)
		case <-tick.C:
			if _, err := a.Vault.Integrate(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("journal not integrated", "cause", err)
			}
		}
	}
}

// tellTrouble returns a look at the databases that logs when one can no longer write, and when it can again: once each, since in a
// storm every request would say the same.
func (a *App) tellTrouble() func(context.Context) {
	type watched struct {
		*db.DB
		name string
		ill  bool
	}
	list := []*watched{{DB: a.DB, name: "database"}, {DB: a.Keys, name: "key store"}}
	return func(ctx context.Context) {
		for _, d := range list {
			err := d.Trouble()
			if err != nil {
				err = d.Check(ctx) // also without visitors it is noticed when it is over
			}
			switch {
			case err != nil && !d.ill:
				a.log.Error(d.name+" "+db.Why(err), "cause", err)
			case err == nil && d.ill:
				a.log.Warn(d.name + " serves again")
			}
			d.ill = err != nil
		}
	}
}

// unusedKeysLive is how long a key waits for its first field: buyers who went away before paying leave one behind.
const unusedKeysLive = 24 * time.Hour

// tidyKeys finishes erasures and destructions that a crash left open, erases what was withheld and no longer is, and forgets keys
// that nothing was sealed under.
func (a *App) tidyKeys(ctx context.Context) {
	if n, err := a.Privacy.FinishErasures(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("erasure not finished", "cause", err)
	} else if n > 0 {
		a.log.Info("erasures finished", "count", n)
	}
	if _, err := a.Vault.FinishDestructions(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("destruction not finished", "cause", err)
	}
	if err := a.Documents.Finish(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("documents not finished", "cause", err)
	}
	if err := a.Vault.ForgetLog(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("write-ahead log not emptied", "cause", err)
	}
	if _, err := a.Vault.SweepUnused(ctx, a.clock.Now().Add(-unusedKeysLive)); err != nil && ctx.Err() == nil {
		a.log.Error("unused keys not swept", "cause", err)
	}
}

// Serve opens the office as configured and serves it until ctx ends.
func Serve(ctx context.Context, cfg Config) error {
	boundMemory()
	if err := cfg.checkOperator(); err != nil {
		return fmt.Errorf("the operator's profile is not complete:\n%w", err)
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	a, err := Open(ctx, cfg, Options{})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	err = a.Run(ctx, l, func() error {
		a.log.Info("serving", "address", cfg.BaseURL, "version", Version())
		return nil
	})
	return errors.Join(err, a.Close())
}

// Version is the module's version, or the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}
