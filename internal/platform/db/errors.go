package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

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

// ErrUnavailable is a database that cannot do it now: it does not answer, its disk is full, it is only to be read. Its kind is
// Unavailable. Whether a commit that ended so was carried out is not known.
var ErrUnavailable = fault.New(fault.Unavailable, "fault.unavailable")

// translate makes a fault of a driver's error. Only codes are kept from PostgreSQL's detail, since it quotes values.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoRow
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return ErrUnavailable.Because(err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(err, pg)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return translateSQLite(err, lite)
	}
	if isLost(err) {
		return ErrUnavailable.Because(err)
	}
	return err
}

func translatePostgres(err error, pg *pgconn.PgError) error {
	switch pg.Code {
	case "23505":
		return ErrDuplicate.Because(err)
	case "23503", "23514":
		return ErrReference.Because(err)
	case "25006":
		return ErrUnavailable.Because(err)
	}
	switch classOf(pg) {
	case "53", "57", "58", "08": // no resources, an operator's hand, its system, its connection
		return ErrUnavailable.Because(err)
	}
	return err
}

// classOf is what sort of error it is: SQLSTATE's first two letters.
func classOf(pg *pgconn.PgError) string { return pg.Code[:min(2, len(pg.Code))] }

func translateSQLite(err error, lite *sqlite.Error) error {
	switch lite.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return ErrDuplicate.Because(err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_CHECK:
		return ErrReference.Because(err)
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR:
		return ErrUnavailable.Because(err)
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

// isLost tells that the connection is gone, or none could be made: what was not yet committed never will be.
func isLost(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "57P01" || pg.Code == "57P02" || pg.Code == "57P03" || pg.Code == "53300" || classOf(pg) == "08"
	}
	var lite *sqlite.Error
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &lite) {
		return false
	}
	var connect *pgconn.ConnectError
	var net net.Error
	return errors.As(err, &connect) || errors.As(err, &net) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
}

// isFull tells that there is no room left on the database's disk.
func isFull(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	return errors.As(err, &pg) && pg.Code == "53100" || errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_FULL
}
