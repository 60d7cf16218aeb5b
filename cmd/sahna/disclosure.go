package main

import "github.com/sahna/sahna/internal/app"

type disclosureCommand struct {
	Keys disclosureKeysCommand `cmd:"" help:"Make a pair of keys: the public one goes to the operator, the private one stays with you."`
	Open disclosureOpenCommand `cmd:"" help:"Open a sealed packet that the operator handed over."`
}

type disclosureKeysCommand struct {
	File string `arg:"" help:"Where the private key is written; the public one is printed."`
}

// Run needs no configuration: whoever asked for data runs it on their own machine.
func (c disclosureKeysCommand) Run(r run) error { return app.PacketKeys(c.File, r.out) }

type disclosureOpenCommand struct {
	File string `arg:"" type:"existingfile"`
	Key  string `help:"File of the private key; without it the password is asked for on standard input." type:"existingfile"`
	To   string `help:"Where the opened ZIP is written." default:"disclosure.zip"`
}

// Run opens the packet.
func (c disclosureOpenCommand) Run(r run) error { return app.OpenPacket(c.File, c.Key, c.To, r.out) }
