package privacy

// Change is a clause that differs between two versions: Old is empty when it is new, New when it is gone.
type Change struct {
	Number string
	Level  int
	Old    string
	New    string
}

// Diff compares two versions of a document clause by clause, in the order of the newer one; clauses that are gone come last.
func Diff(older, newer Document) []Change {
	was := map[string]Clause{}
	for _, c := range older.Clauses {
		was[c.Number] = c
	}
	var out []Change
	for _, c := range newer.Clauses {
		o, ok := was[c.Number]
		delete(was, c.Number)
		if !ok || o.Text != c.Text {
			out = append(out, Change{Number: c.Number, Level: c.Level, Old: o.Text, New: c.Text})
		}
	}
	for _, c := range older.Clauses {
		if _, gone := was[c.Number]; gone {
			out = append(out, Change{Number: c.Number, Level: c.Level, Old: c.Text})
		}
	}
	return out
}
