package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Record is one thing that a room holds on a person, for the person's page, export and letters.
type Record struct {
	Room, Kind, ID string            // "boxoffice", "order", the row's id; together they name the record
	Purpose        vault.Purpose     // what it is kept for
	At             time.Time         // when it came about; zero when it has no moment
	Until          calendar.Day      // when it will be destroyed; "" while nothing has started its term
	Fields         []vault.Field     // the sealed fields that belong to it; their values stay in the vault
	Data           map[string]string // plain facts without personal values: an order's code, an event
}

// Fate is what becomes of a record when its person is erased (Digital Code, article 41).
type Fate string

// The four answers; a letter about an erasure lists each record under one of them.
const (
	FateErased     Fate = "erased"     // the row is gone, or its key is destroyed
	FateAnonymised Fate = "anonymised" // the figures stay, nobody can tell whose they are
	FateRestricted Fate = "restricted" // kept for a law alone (Ground), until a day (Until)
	FateWithheld   Fate = "withheld"   // kept for an open obligation (Ground; 94-V, article 8(2)); erased after it
)

// Outcome is the fate of one record.
type Outcome struct {
	Record
	Fate   Fate
	Ground string       // a machine-readable reason: "tax_records", "order_open", "performance_coming", "refund_due", "blocked"
	Until  calendar.Day // of Restricted and Withheld, where the day is known
}

// Holder is a room that keeps something under a person's id.
type Holder interface {
	// Room is the prefix of the room's tables.
	Room() string
	// Export lists what the room holds on a person.
	Export(ctx context.Context, person string) ([]Record, error)
	// Erase erases what may be erased, in the caller's transaction, and tells every record's fate. dry only tells. It finds
	// nothing more to do when it is run again. Keys are not its business: privacy destroys them when no room withholds.
	Erase(ctx context.Context, tx *db.DB, person string, dry bool) ([]Outcome, error)
}

// SetHolders tells which rooms hold something on persons; app calls it once, when all rooms are made.
func (p *Privacy) SetHolders(hs ...Holder) { p.holders = hs }

// HolderRooms lists the rooms that answer for what they hold.
func (p *Privacy) HolderRooms() (out []string) {
	for _, h := range p.holders {
		out = append(out, h.Room())
	}
	return out
}

// SetVault tells whose keys an erasure destroys. The vault is made after its gate, so app hands it in.
func (p *Privacy) SetVault(v *vault.Vault) { p.vault = v }

// Export lists everything that is held on a person, room by room; consents and sealed fields too.
func (p *Privacy) Export(ctx context.Context, person string) (out []Record, err error) {
	defer fault.Wrap(&err, "export of %s", person)
	if out, err = p.ownRecords(ctx, p.db, person); err != nil {
		return nil, err
	}
	incidents, err := cornerRecords(ctx, p.db, person)
	if err != nil {
		return nil, err
	}
	held, err := p.vault.Inventory(ctx, p.db, person)
	if err != nil {
		return nil, err
	}
	out = append(append(out, incidents...), vaultRecords(held)...)
	for _, h := range p.holders {
		rs, err := h.Export(ctx, person)
		if err != nil {
			return nil, err
		}
		out = append(out, rs...)
	}
	return out, nil
}

// Preflight tells what Erase would do to each record, and does nothing.
func (p *Privacy) Preflight(ctx context.Context, person string) (out []Outcome, err error) {
	defer fault.Wrap(&err, "preflight of the erasure of %s", person)
	return p.settle(ctx, p.db, EraseOrder{Person: person}, true)
}
