package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrNoRow is what QueryRow's Scan returns when nothing matched. Its kind is NotFound.
var ErrNoRow = fault.New(fault.NotFound, "fault.not_found")

// ErrDuplicate is a row that a unique index refused. Its kind is Conflict.
var ErrDuplicate = fault.New(fault.Conflict, "fault.duplicate")

// ErrReference is a foreign key or check that refused the row.
var ErrReference = fault.New(fault.Conflict, "fault.reference")

var errFull = fault.New(fault.Unavailable, "fault.unavailable")

// translate makes a fault of a driver's error. Only codes are kept from PostgreSQL's detail, since it quotes values.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoRow
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(err, pg)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return translateSQLite(err, lite)
	}
	return err
}

func translatePostgres(err error, pg *pgconn.PgError) error {
	switch pg.Code {
	case "23505":
		return ErrDuplicate.Because(err)
	case "23503", "23514":
		return ErrReference.Because(err)
	case "53100", "53200", "53300", "57P01", "57P03", "25006":
		return errFull.Because(err)
	}
	return err
}

func translateSQLite(err error, lite *sqlite.Error) error {
	switch lite.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return ErrDuplicate.Because(err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_CHECK:
		return ErrReference.Because(err)
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR:
		return errFull.Because(err)
	}
	return err
}

func isRetryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	return false
}
