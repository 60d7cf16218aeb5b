package db

import "context"

// ForgetLog empties SQLite's write-ahead log, where the page that held a deleted row would stay for a while. PostgreSQL's log is the
// operator's to keep short; there it does nothing.
func (d *DB) ForgetLog(ctx context.Context) error {
	if d.engine != SQLite {
		return nil
	}
	_, err := d.Exec(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// How ForgetRows goes about it.
const (
	InPlace = ""     // frees the rows' places, and their bytes go when the place is used again
	Whole   = "FULL" // writes the table anew and drops the old file, under a lock: for small tables
)

// ForgetRows makes PostgreSQL let go of deleted rows of some tables. It cannot stand in a transaction. SQLite overwrites deleted rows
// itself (secure_delete); there it does nothing.
func (d *DB) ForgetRows(ctx context.Context, how string, tables ...string) error {
	if d.engine != Postgres {
		return nil
	}
	for _, table := range tables {
		if _, err := d.Exec(ctx, `VACUUM `+how+` `+table); err != nil {
			return err
		}
	}
	return nil
}
