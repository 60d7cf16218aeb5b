package boxoffice_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// BenchmarkOrderAmongSold is BenchmarkOrder with 32 buyers in an empty database and in one that has sold a million tickets: the
// second must not cost more than 1.2 times the first.
func BenchmarkOrderAmongSold(b *testing.B) {
	for _, e := range engines {
		for _, sold := range []int{0, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", e, sold), func(b *testing.B) {
				d := dbtest.Open(b, e)
				loadSold(b, d, sold)
				s := newStadiumOver(b, d, b.N)
				request := s.Request(b)
				together(b, 32, "orders", func(i int) error {
					h, err := s.Office.Hold(context.Background(), s.pair(i))
					if err != nil {
						return err
					}
					r := request
					r.Holds = []boxoffice.HoldKey{boxofficetest.Key(h)}
					_, p, err := s.Office.Checkout(context.Background(), r)
					if err != nil {
						return err
					}
					return s.Office.Settle(context.Background(), boxofficetest.BankCode, s.Bank.Pay(b, p.ID))
				})
			})
		}
	}
}

// loadSold fills the tables of orders, money, tickets and sealed fields with what n sold tickets of forty performances leave in
// them; the database makes the rows by itself.
func loadSold(b *testing.B, d *db.DB, n int) {
	b.Helper()
	if n == 0 {
		return
	}
	const count = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < CAST($1 AS INTEGER)) `
	for into, row := range map[string]string{
		`boxoffice_order_code (code, order_id)`:                             `'OLD' || CAST(n AS TEXT), 'o' || CAST(n AS TEXT)`,
		`boxoffice_hold_order (hold_id, order_id, secret_hash)`:             `'h' || CAST(n AS TEXT), 'o' || CAST(n AS TEXT), CAST('0123456789012345' AS BYTEA)`,
		`boxoffice_order_hold (order_id, performance_id, hold_id)`:          `'o' || CAST(n AS TEXT), 'p' || CAST(n % 40 AS TEXT), 'h' || CAST(n AS TEXT)`,
		`boxoffice_payment_order (payment_id, order_id)`:                    `'y' || CAST(n AS TEXT), 'o' || CAST(n AS TEXT)`,
		`boxoffice_ticket_code (code, performance_id, ticket_id)`:           `'OLD' || CAST(n AS TEXT), 'p' || CAST(n % 40 AS TEXT), 't' || CAST(n AS TEXT)`,
		`vault_person (person_id, revision, blocked, made_at)`:              `'x' || CAST(n AS TEXT), 1, FALSE, 1`,
		`vault_index (slot, field, digest, person_id, class)`:               `'s', 'email', CAST('digest' || CAST(n AS TEXT) AS BYTEA), 'x' || CAST(n AS TEXT), 'person'`,
		`vault_field (person_id, class, field, version, sealed, sealed_at)`: `'x' || CAST(n AS TEXT), 'person', 'email', 1, CAST('0123456789012345678901234567890123456789' AS BYTEA), 1`,
		`boxoffice_ledger (order_id, id, entry_id, what, account, currency, amount, ref, at)`: `'o' || CAST(n AS TEXT), 'l', 'e' || CAST(n AS TEXT), 'paid', 'sales',
			'KZT', 0, '', 1`,
		`boxoffice_order (id, code, secret_hash, status, person_id, lang, channel, currency, total, created_at, pay_until)`: `'o' || CAST(n AS TEXT),
			'OLD' || CAST(n AS TEXT), CAST('0123456789012345' AS BYTEA), 'paid', 'x' || CAST(n AS TEXT), 'kk', 'site', 'KZT', 900000, 1, 1`,
		`boxoffice_hold (performance_id, id, secret_hash, state, order_id, currency, total_minor, created_at, expires_at)`: `'p' || CAST(n % 40 AS TEXT),
			'h' || CAST(n AS TEXT), CAST('0123456789012345' AS BYTEA), 'sold', 'o' || CAST(n AS TEXT), 'KZT', 900000, 1, 1`,
		`boxoffice_hold_item (performance_id, hold_id, item_no, seat_no, seat_id, area_no, zone_id, type_id, price_minor, released_at)`: `'p' || CAST(n % 40 AS TEXT),
			'h' || CAST(n AS TEXT), 0, n, 's', -1, 'all', 'adult', 900000, 0`,
		`boxoffice_settlement (provider, transaction_id, order_id, payment_id, state, currency, amount, outcome, at)`: `'test', 'm' || CAST(n AS TEXT),
			'o' || CAST(n AS TEXT), 'y' || CAST(n AS TEXT), 'paid', 'KZT', 900000, 'sold', 1`,
		`boxoffice_ticket (performance_id, id, order_id, order_code, line_no, code, seat_no, area_no, zone_id, type_id, currency, price, issued_at)`: `'p' || CAST(n % 40 AS TEXT),
			't' || CAST(n AS TEXT), 'o' || CAST(n AS TEXT), 'OLD', 0, 'OLD' || CAST(n AS TEXT), n, -1, 'all', 'adult', 'KZT', 900000, 1`,
	} {
		if _, err := d.Exec(b.Context(), `INSERT INTO `+into+` `+count+`SELECT `+row+` FROM c`, n); err != nil {
			b.Fatalf("%s: %v", into, err)
		}
	}
}
