package vault_test

import (
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

func each(b *testing.B, fn func(b *testing.B, d *db.DB, v *vault.Vault)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			d := dbtest.Open(b, e)
			fn(b, d, vaulttest.New(b, d))
		})
	}
}

// BenchmarkNewPerson counts keys made by many buyers at once, each on the disk before its buyer goes on.
func BenchmarkNewPerson(b *testing.B) {
	each(b, func(b *testing.B, _ *db.DB, v *vault.Vault) {
		b.SetParallelism(16)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, err := v.NewPerson(b.Context()); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkSealOpen seals four fields and opens two in one transaction; the commit is in the figure.
func BenchmarkSealOpen(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB, v *vault.Vault) {
		for b.Loop() {
			id, err := v.NewPerson(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			err = d.Transact(b.Context(), func(tx *db.DB) error {
				if err := v.Seal(b.Context(), tx, id, aigerim); err != nil {
					return err
				}
				_, err := v.Open(b.Context(), tx, opening(id, vault.Email, vault.Name))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkOpenMany opens one field of the same person again and again in one transaction: what an opening costs without a commit.
func BenchmarkOpenMany(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB, v *vault.Vault) {
		id := sealed(b, v, d, aigerim)
		err := d.Transact(b.Context(), func(tx *db.DB) error {
			for b.Loop() {
				if _, err := v.Open(b.Context(), tx, opening(id, vault.Email)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkIntegrate gives 250 entries their places and signs.
func BenchmarkIntegrate(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB, v *vault.Vault) {
		id := sealed(b, v, d, aigerim)
		for b.Loop() {
			b.StopTimer()
			err := d.Transact(b.Context(), func(tx *db.DB) error {
				for range 250 {
					if _, err := v.Open(b.Context(), tx, opening(id, vault.Email)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			integrate(b, v)
		}
	})
}
