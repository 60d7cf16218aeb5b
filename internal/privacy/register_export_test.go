package privacy

import (
	"testing"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// ForgeRegister puts a changed version in force as an older release would have left it.
func ForgeRegister(t testing.TB, d *db.DB, c clock.Clock, change func(*Processing)) {
	t.Helper()
	p := Over(d, c, Operator{})
	err := d.Transact(t.Context(), func(tx *db.DB) error {
		last, err := lastRegister(t.Context(), tx)
		if err != nil {
			return err
		}
		r := last.Processing
		change(&r)
		_, err = p.insertRegister(t.Context(), tx, r, "staff:one", "staff:two")
		return err
	})
	if err != nil {
		t.Fatalf("forge a version: %v", err)
	}
}

// SizeOf is sizeOf.
var SizeOf = sizeOf

// SmallNight makes nights look at two persons together.
func (p *Privacy) SmallNight() { p.night.page = 2 }

// SmallPreview makes whoever asks wait for the count of so many persons, no more.
func (p *Privacy) SmallPreview(most int64) { p.night.preview, p.night.today = most, most }

// SetPage makes a search look at few persons at once.
func (n *Incidents) SetPage(most int) { n.page = most }

// Program is the register as the program itself needs it.
func Program() Processing { return program() }
