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

// SmallRetentionPage makes nights look at two persons together.
func SmallRetentionPage(t testing.TB) {
	was := retentionPage
	retentionPage = 2
	t.Cleanup(func() { retentionPage = was })
}

// SmallPreview makes whoever asks wait for the count of so many persons, no more.
func SmallPreview(t testing.TB, most int64) {
	page, today := previewMost, todayMost
	previewMost, todayMost = most, most
	t.Cleanup(func() { previewMost, todayMost = page, today })
}

// SetPage makes a search look at few persons at once.
func (n *Incidents) SetPage(most int) { n.page = most }
