package main

import "github.com/sahna/sahna/internal/app"

type backupCommand struct {
	place
	Dir string `arg:"" type:"path" help:"A new folder."`
}

// Run copies what the office holds, without its keys.
func (c backupCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.Backup(r.ctx, c.apply(cfg), c.Dir, r.out)
}

type backupKeysCommand struct {
	place
	Dir string `arg:"" type:"path" help:"Where copies of the keys are kept, apart from the data's."`
}

// Run copies the keys.
func (c backupKeysCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.BackupKeys(r.ctx, c.apply(cfg), c.Dir, r.out)
}

type restoreCommand struct {
	place
	Dir string `arg:"" type:"existingdir" help:"A folder that sahna backup made."`
}

// Run restores and replays.
func (c restoreCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.Restore(r.ctx, c.apply(cfg), c.Dir, r.out)
}

type replayCommand struct{ place }

// Run replays.
func (c replayCommand) Run(r run) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	return app.Replay(r.ctx, c.apply(cfg), r.out)
}
