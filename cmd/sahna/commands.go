package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/sahna/sahna/internal/app"
)

type serveCommand struct{}

// Run serves until a signal.
func (serveCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.Serve(r.ctx, cfg)
}

type demoCommand struct {
	JSON bool   `help:"Print one JSON line when it serves."`
	Data string `help:"Data folder." default:"sahna-demo" type:"path"`
	Addr string `help:"Where to serve." default:"127.0.0.1:8080"`
	DB   string `help:"Database: sqlite:PATH or postgres://…; by default a file in the data folder."`

	Cases bool `help:"Lay a document, a claim, a state body's request and an incident on a new office's desk." default:"true" negatable:""`
}

// Run makes the demo and serves it until a signal.
func (d demoCommand) Run(r run) error {
	opts := app.DemoOptions{Data: d.Data, Listen: d.Addr, Database: d.DB, Cases: d.Cases}
	return app.Demo(r.ctx, opts, func(s app.DemoSummary) error {
		if d.JSON {
			return json.NewEncoder(r.out).Encode(s)
		}
		_, err := fmt.Fprint(r.out, s.String())
		return err
	})
}

type importCommand struct {
	Plan   importPlanCommand   `cmd:"" help:"Import a seating plan: our own format or pretix'."`
	Events importEventsCommand `cmd:"" help:"Import organisers, venues, events and performances (YAML or JSON)."`
}

type importPlanCommand struct {
	place
	File string `arg:"" type:"existingfile"`
}

// Run imports a plan and prints its hash.
func (c importPlanCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.ImportPlan(r.ctx, c.apply(cfg), c.File, r.out)
}

type importEventsCommand struct {
	place
	File string `arg:"" type:"existingfile"`
}

// Run imports events and says what was made.
func (c importEventsCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.ImportEvents(r.ctx, c.apply(cfg), c.File, r.out)
}

// place says where a data folder stands, for commands that look after one without its configuration file.
type place struct {
	Data string `help:"Data folder; instead of the configuration's." type:"path"`
	DB   string `help:"Database; instead of the configuration's."`
}

func (p place) apply(cfg app.Config) app.Config { return cfg.At(p.Data, p.DB) }

type verifyCommand struct{ place }

// Run prints findings; it fails when there are any.
func (c verifyCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.Verify(r.ctx, c.apply(cfg), r.out)
}

type journalCommand struct {
	Verify     journalVerifyCommand     `cmd:"" help:"Check the whole journal, and a checkpoint kept from before."`
	Checkpoint journalCheckpointCommand `cmd:"" help:"Print the newest signed checkpoint: keep it off this machine, and give it to journal verify later."`
}

type journalCheckpointCommand struct{ place }

// Run prints the checkpoint.
func (c journalCheckpointCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.JournalCheckpoint(r.ctx, c.apply(cfg), r.out)
}

type journalVerifyCommand struct {
	place
	Checkpoint string `arg:"" optional:"" type:"existingfile" help:"A signed checkpoint kept from before."`
}

// Run prints findings; it fails when there are any.
func (c journalVerifyCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.VerifyJournal(r.ctx, c.apply(cfg), c.Checkpoint, r.out)
}

type staffCommand struct {
	Add staffAddCommand `cmd:"" help:"Make a staff account; the password is read from standard input."`
}

type staffAddCommand struct {
	place
	Email   string   `required:"" help:"Address to sign in with."`
	Surname string   `required:""`
	Name    string   `required:""`
	Role    []string `required:"" help:"support, finance, manager, door, officer, auditor, administrator" enum:"support,finance,manager,door,officer,auditor,administrator"`
}

// Run makes the account and prints its second factor's secret, once.
func (c staffAddCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	staff := app.NewStaff{Surname: c.Surname, Name: c.Name, Email: c.Email, Roles: c.Role}
	return app.AddStaff(r.ctx, c.apply(cfg), staff, os.Stdin, r.out)
}

type deadlineCommand struct {
	From   string `arg:"" help:"The day of the event: 2026-03-20."`
	Term   string `arg:"" help:"1wd (working days), 10cd (calendar days) or 3y."`
	Strict string `help:"The event's instant (2026-03-20T15:30, Almaty time): print both ends to the minute."`
	Data   string `help:"Data folder whose calendar counts, as the office edited it." type:"path"`
}

// Run prints the day, or both instants.
func (c deadlineCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil && r.config != "" {
		return err
	}
	if err != nil { // nothing is configured: the data folder's calendar when there is one, else the program's
		cfg = app.Defaults().At("data", "")
	}
	if c.Data != "" {
		cfg = cfg.At(c.Data, "")
	}
	return app.Deadline(r.ctx, cfg, c.From, c.Term, c.Strict, r.out)
}

type configCommand struct{}

// Run prints the configuration in force.
func (configCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	out, err := cfg.TOML()
	if err != nil {
		return err
	}
	_, err = r.out.Write(out)
	return err
}

type versionCommand struct{}

// Run prints the version that the build carries.
func (versionCommand) Run(r run) error {
	_, err := fmt.Fprintln(r.out, "sahna "+app.Version())
	return err
}
