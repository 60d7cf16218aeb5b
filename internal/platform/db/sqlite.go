package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"modernc.org/sqlite"
)

// keptStatements bounds the statements that a connection keeps prepared. The program has a few hundred texts; lists are padded to
// powers of two so that they stay few.
const keptStatements = 256

// openKeeping opens a SQLite database whose connections keep their statements prepared: the driver would parse each text anew, which
// was an eighth of what a purchase cost.
func openKeeping(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(keepingConnector{c}), nil
}

type keepingConnector struct{ driver.Connector }

// Connect implements driver.Connector.
func (k keepingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keepingConn{sqliteConn: c.(sqliteConn), kept: map[string]*keptStmt{}}, nil //nolint:errcheck // the driver's own connection
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keepingConn is a connection that keeps statements. database/sql calls it from one goroutine at a time.
type keepingConn struct {
	sqliteConn
	kept   map[string]*keptStmt
	inside bool // a transaction is open
}

// keptStmt is a statement that stays prepared. While somebody reads its rows it is busy, and the same text is prepared once more.
type keptStmt struct {
	stmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	busy bool
}

// Unwrap returns the driver's own connection, which the driver asks for.
func (c *keepingConn) Unwrap() driver.Conn { return c.sqliteConn }

// keep returns the text's statement and marks it busy; nil when the text is none to keep or somebody is using it.
func (c *keepingConn) keep(ctx context.Context, query string) (*keptStmt, error) {
	if s, ok := c.kept[query]; ok {
		if s.busy {
			return nil, nil
		}
		s.busy = true
		return s, nil
	}
	if !worthKeeping(query) {
		return nil, nil
	}
	made, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStmt{busy: true}
	s.stmt = made.(interface { //nolint:errcheck // the driver's own statement
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	})
	if err := c.makeRoom(); err != nil {
		return nil, err
	}
	c.kept[query] = s
	return s, nil
}

// makeRoom forgets some statement when there are too many.
func (c *keepingConn) makeRoom() error {
	if len(c.kept) < keptStatements {
		return nil
	}
	for query, s := range c.kept {
		if !s.busy {
			delete(c.kept, query)
			return s.stmt.Close()
		}
	}
	return nil
}

// worthKeeping tells single statements that read or write rows from scripts, pragmas and the like.
func worthKeeping(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return !strings.Contains(query, ";")
	}
	return false
}

// calm is the context of a statement. Inside a transaction it cannot be cut short: the driver would start a goroutine for each
// statement to watch the context. What is over before it begins is not begun.
func (c *keepingConn) calm(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.inside {
		return context.WithoutCancel(ctx), nil
	}
	return ctx, nil
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, err := c.calm(ctx)
	if err != nil {
		return nil, err
	}
	s, err := c.keep(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	defer s.free()
	return s.stmt.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, err := c.calm(ctx)
	if err != nil {
		return nil, err
	}
	s, err := c.keep(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		s.free()
		return nil, err
	}
	return &keptRows{rows, s}, nil
}

func (s *keptStmt) free() { s.busy = false }

// keptRows frees the statement when it has been read.
type keptRows struct {
	driver.Rows
	s *keptStmt
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.s.free()
	return err
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *keepingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.keep(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.PrepareContext(ctx, query)
	}
	return &lentStmt{s, c}, nil
}

// lentStmt is a kept statement in somebody's hands.
type lentStmt struct {
	*keptStmt
	c *keepingConn
}

// Close implements driver.Stmt.
func (l *lentStmt) Close() error {
	l.free()
	return nil
}

// NumInput implements driver.Stmt.
func (l *lentStmt) NumInput() int { return l.stmt.NumInput() }

// Exec implements driver.Stmt.
func (l *lentStmt) Exec(args []driver.Value) (driver.Result, error) {
	return l.stmt.Exec(args) //nolint:staticcheck // the interface asks for it
}

// Query implements driver.Stmt.
func (l *lentStmt) Query(args []driver.Value) (driver.Rows, error) {
	return l.stmt.Query(args) //nolint:staticcheck // the interface asks for it
}

// ExecContext implements driver.StmtExecContext.
func (l *lentStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	ctx, err := l.c.calm(ctx)
	if err != nil {
		return nil, err
	}
	return l.stmt.ExecContext(ctx, args)
}

// QueryContext implements driver.StmtQueryContext.
func (l *lentStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	ctx, err := l.c.calm(ctx)
	if err != nil {
		return nil, err
	}
	return l.stmt.QueryContext(ctx, args)
}

// BeginTx implements driver.ConnBeginTx.
func (c *keepingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.sqliteConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	c.inside = true
	return &keepingTx{tx, c}, nil
}

type keepingTx struct {
	driver.Tx
	c *keepingConn
}

// Commit implements driver.Tx.
func (t *keepingTx) Commit() error {
	t.c.inside = false
	return t.Tx.Commit()
}

// Rollback implements driver.Tx.
func (t *keepingTx) Rollback() error {
	t.c.inside = false
	return t.Tx.Rollback()
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	for _, s := range c.kept {
		s.stmt.Close() //nolint:errcheck // the connection goes with it
	}
	c.kept = nil
	return c.sqliteConn.Close()
}
