package main

import (
	"os"

	"github.com/sahna/sahna/internal/app"
)

// twoPeople answer for something in bulk.
type twoPeople struct {
	DecidedBy  string `required:"" help:"E-mail address of the employee who decides. Standard input has their password and second factor, a line each, then the other's."`
	ApprovedBy string `required:"" help:"E-mail address of another, who approves."`
}

func (t twoPeople) two() app.Two { return app.Two{Decides: t.DecidedBy, Approves: t.ApprovedBy} }

type exportCommand struct {
	Persons exportPersonsCommand `cmd:"" help:"Write what is held on persons into a new folder, as JSON lines; two employees answer for it."`
}

type exportPersonsCommand struct {
	place
	twoPeople
	To   string `required:"" type:"path" help:"A new folder."`
	List string `type:"existingfile" help:"Ids of persons, one a line; everybody when it is not given."`
}

// Run exports.
func (c exportPersonsCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.ExportPersons(r.ctx, c.apply(cfg), c.To, c.List, c.two(), os.Stdin, r.out)
}

type eraseCommand struct {
	Persons erasePersonsCommand `cmd:"" help:"Erase the persons of a list by the ledger of erasures; two employees answer for it."`
}

type erasePersonsCommand struct {
	place
	twoPeople
	List string `arg:"" type:"existingfile" help:"Ids of persons, one a line."`
}

// Run erases.
func (c erasePersonsCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.ErasePersons(r.ctx, c.apply(cfg), c.List, c.two(), os.Stdin, r.out)
}
