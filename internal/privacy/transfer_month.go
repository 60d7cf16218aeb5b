package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// TransferMonth counts what went to a recipient for a purpose in a month.
type TransferMonth struct {
	Month              time.Time // its first moment in Almaty
	Recipient          string
	Purpose            vault.Purpose
	Transfers, Persons int
}

// transferMonths is how far back the register of transfers is counted.
const transferMonths = 24

// TransferMonths counts the register of transfers, the newest month first; recipient "" is all.
func (p *Privacy) TransferMonths(ctx context.Context, recipient string) (out []TransferMonth, err error) {
	defer fault.Wrap(&err, "count transfers")
	now := p.clock.Now().In(zone)
	for i := range transferMonths {
		from := time.Date(now.Year(), now.Month()-time.Month(i), 1, 0, 0, 0, 0, zone)
		err := p.db.Each(ctx, func(scan func(...any) error) error {
			m := TransferMonth{Month: from}
			err := scan(&m.Recipient, &m.Purpose, &m.Transfers, &m.Persons)
			out = append(out, m)
			return err
		}, `SELECT recipient, purpose, count(*), count(DISTINCT person_id) FROM privacy_transfer
			WHERE at >= $1 AND at < $2 AND ($3 = '' OR recipient = $3) GROUP BY recipient, purpose ORDER BY recipient, purpose`,
			clock.Micros(from), clock.Micros(from.AddDate(0, 1, 0)), recipient)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
