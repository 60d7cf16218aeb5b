package main

import "github.com/sahna/sahna/internal/app"

type drawCommand struct {
	Verify drawVerifyCommand `cmd:"" help:"Recompute a published draw from its file alone."`
}

type drawVerifyCommand struct {
	File string `arg:"" type:"existingfile" help:"What a waiting room publishes as draw.json."`
}

// Run prints what is wrong with the draw; it fails when there is anything.
func (c drawVerifyCommand) Run(r run) error { return app.VerifyDraw(c.File, r.out) }
