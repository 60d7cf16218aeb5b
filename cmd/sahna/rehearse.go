package main

import (
	"encoding/json"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/rehearsal"
)

type rehearseCommand struct {
	Performance string        `required:"" help:"Id of a performance of the configured office; or demo-stadium, demo-club, demo-theatre, demo-museum, for which none need be configured."`
	Buyers      int           `help:"Simulated buyers at once." default:"200"`
	Duration    time.Duration `help:"At most so long; a sold out house ends it before." default:"30s"`
	DB          string        `help:"Where to rehearse: sqlite, or postgres://… (a schema is made there and dropped). By default the configured office's engine."`
	Addr        string        `help:"Where the scratch office serves." default:"127.0.0.1:0"`
	Capacity    int           `help:"Give the largest standing area of the copy so many places."`
	OnlyHold    bool          `help:"Only keep places, never order: how fast holds go."`
	Profiles    string        `help:"Write profiles of the run (processor, allocations, waiting) into this folder." type:"path" aliases:"profile"`
	BesideSales bool          `help:"Rehearse even on the PostgreSQL that the configured office sells from."`
	JSON        bool          `help:"Print the report as JSON."`
	Tell        bool          `hidden:"" help:"Print a line of JSON every second before the report."`
}

// Run rehearses and prints the report; it fails when something was oversold or does not add up.
func (c rehearseCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	o := app.RehearseOptions{
		Performance: c.Performance, Buyers: c.Buyers, Duration: c.Duration, Database: c.DB, Listen: c.Addr, Capacity: c.Capacity, OnlyHold: c.OnlyHold,
		BesideSales: c.BesideSales,
		Profiles:    c.Profiles,
	}
	out := json.NewEncoder(r.out)
	if c.Tell {
		o.Progress = func(p rehearsal.Progress) { out.Encode(p) } //nolint:errcheck // whoever listens has left
	}
	report, err := app.Rehearse(r.ctx, cfg, o)
	if err != nil {
		return err
	}
	if c.JSON {
		err = out.Encode(report)
	} else {
		err = app.PrintRehearsal(r.out, report)
	}
	if err == nil && !report.Well() {
		return app.ErrFindings
	}
	return err
}
