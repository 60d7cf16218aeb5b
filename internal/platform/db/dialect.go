package db

import (
	"strconv"
	"strings"
)

// The words in which the engines differ. plan_test.go counts their uses: every one is a statement
// that has to be thought about twice.

// ForUpdate is the clause that locks the rows read; SQLite's single writer needs none.
func (d *DB) ForUpdate() string {
	if d.engine == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked is ForUpdate that passes over rows somebody else has locked.
func (d *DB) SkipLocked() string {
	if d.engine == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// In returns "($n,$n+1,…)" for count values, the first being parameter number first. An empty list matches nothing.
// This one is the same on both engines and does not count.
func In(first, count int) string {
	if count == 0 {
		return "(NULL)"
	}
	var b strings.Builder
	b.WriteByte('(')
	for i := range count {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	b.WriteByte(')')
	return b.String()
}

// Values returns "($1,$2),($3,$4)…": rows of width columns, numbered from first, for an INSERT of many rows.
func Values(first, rows, width int) string {
	var b strings.Builder
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteString(In(first+r*width, width))
	}
	return b.String()
}
