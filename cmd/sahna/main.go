// Command sahna is a ticket office: it serves, imports, verifies and shows itself.
//
// It owns flags and nothing else; every command is a call into internal/app.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/sahna/sahna/internal/app"
)

type commands struct {
	Config string `help:"Configuration file (TOML); the environment (SAHNA_…) overrides it." type:"path" env:"SAHNA_CONFIG"`

	Serve      serveCommand      `cmd:"" help:"Serve the site, the office, the door and the API."`
	Demo       demoCommand       `cmd:"" help:"Make a data folder with four venues and serve it, with a test bank and an outbox."`
	Import     importCommand     `cmd:"" help:"Import seating plans and events."`
	Draw       drawCommand       `cmd:"" help:"Look after the draws of waiting rooms."`
	Verify     verifyCommand     `cmd:"" help:"Check ledger, stock, tickets and journal, and name what does not add up."`
	Journal    journalCommand    `cmd:"" help:"The journal of every opening of personal data."`
	Disclosure disclosureCommand `cmd:"" help:"Sealed packets of disclosures to state bodies."`
	Receipt    receiptCommand    `cmd:"" help:"Receipts of consent."`
	Staff      staffCommand      `cmd:"" help:"Staff accounts."`
	Backup     backupCommand     `cmd:"" help:"Copy database and files into a new folder while the office serves; keys are not in it."`
	BackupKeys backupKeysCommand `cmd:"" help:"Copy the keys into a folder of their own; old copies there are deleted."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup into an empty data folder and replay every erasure made since."`
	Replay     replayCommand     `cmd:"" help:"Finish a restore: replay the erasures that the database does not know of."`
	Rehearse   rehearseCommand   `cmd:"" help:"Copy a performance into a scratch office, let simulated buyers in, and report what they got."`
	Export     exportCommand     `cmd:"" help:"Export in bulk."`
	Erase      eraseCommand      `cmd:"" help:"Erase in bulk."`
	Deadline   deadlineCommand   `cmd:"" help:"Print the day on which a term of law ends."`
	Show       configCommand     `cmd:"" name:"config" help:"Print the configuration in force, secrets hidden."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// run is what every command gets.
type run struct {
	ctx    context.Context
	config string
	out    io.Writer
}

func (r run) load() (app.Config, error) { return app.LoadConfig(r.config, os.Environ()) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	if len(os.Args) > 1 && os.Args[1] == "help" { // what people type first
		os.Args = append(append(os.Args[:1:1], os.Args[2:]...), "--help")
	}
	k := kong.Parse(&c, kong.Name("sahna"), kong.Description("A ticket office for Kazakhstan."), kong.UsageOnError())
	err := k.Run(run{ctx: ctx, config: c.Config, out: os.Stdout})
	if errors.Is(err, app.ErrFindings) {
		os.Exit(1) // what was found has been printed
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "sahna: interrupted")
		os.Exit(130) // as the shell says it of Ctrl-C
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sahna: "+app.Explain(err))
		os.Exit(2)
	}
}
