package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sahna/sahna/internal/privacy"
)

// replayMark is a file in the data folder that stands from the first byte of a restore until its erasures are replayed.
const replayMark = "replay-needed"

// ErrReplayNeeded is a data folder that was restored and does not know yet whom to erase again. Nothing serves it, and no option
// says otherwise: without the mark's file the erasure ledger itself tells.
var ErrReplayNeeded = errors.New("this data was restored from a backup, and erasures made since then are not replayed: run sahna restore again with the same backup, or sahna restore --replay")

func (a *App) markPath() string { return filepath.Join(a.cfg.Data, replayMark) }

func (a *App) checkMark(context.Context) error {
	if a.opts.replaying {
		return nil
	}
	_, err := os.Stat(a.markPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return ErrReplayNeeded
}

// checkLedger refuses a database that does not know of every erasure, however it came there.
func (a *App) checkLedger(ctx context.Context) error {
	if a.opts.replaying {
		return nil
	}
	err := a.Privacy.CheckLedger(ctx)
	if errors.Is(err, privacy.ErrBehind) {
		return fmt.Errorf("%w: %w", ErrReplayNeeded, err)
	}
	return err
}
