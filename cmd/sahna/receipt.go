package main

import "github.com/sahna/sahna/internal/app"

type receiptCommand struct {
	Verify receiptVerifyCommand `cmd:"" help:"Check a receipt, offline: signature, proof, text."`
}

type receiptVerifyCommand struct {
	File string `arg:"" type:"existingfile"`
	Key  string `help:"The public key that the operator publishes; by default the one in the file."`
}

// Run prints findings; it fails when there are any.
func (c receiptVerifyCommand) Run(r run) error { return app.VerifyReceipt(c.File, c.Key, r.out) }
