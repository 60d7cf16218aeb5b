package boxoffice

import "time"

// check is one question to the database. Its query answers with rows of three texts: what is wrong, what was found, what was
// wanted; no row is good news. $1 is the limit, $2 (where late is set) the moment before which somebody should have acted.
type check struct {
	name  string
	words string // with three verbs, %[1]s %[2]s %[3]s, of which %.0s leaves one out
	query string
	late  time.Duration // how long ago $2 is; 0: the query has none
}

var checks = []check{
	// Money.
	{
		name: "entries", words: "ledger: entry %s adds up to %s instead of nothing%.0s",
		query: `SELECT entry_id, CAST(sum(amount) AS TEXT), '' FROM boxoffice_ledger GROUP BY order_id, entry_id, currency HAVING sum(amount) <> 0`,
	},
	{
		name: "strays", words: "ledger: there is no order %s, but it has entries%.0s%.0s",
		query: `SELECT DISTINCT g.order_id, '', '' FROM boxoffice_ledger g LEFT JOIN boxoffice_order o ON o.id = g.order_id WHERE o.id IS NULL`,
	},
	{
		name: "totals", words: "order %s: its lines add up to %s, its total is %s",
		query: `SELECT o.code, CAST(coalesce(sum(l.price), 0) AS TEXT), CAST(o.total AS TEXT) FROM boxoffice_order o
			LEFT JOIN boxoffice_order_line l ON l.order_id = o.id
			GROUP BY o.id, o.code, o.total HAVING coalesce(sum(l.price), 0) <> o.total`,
	},
	{
		name: "receivable", words: "order %s: the ledger says its buyer owes %s, its state says %s",
		query: `SELECT o.code, CAST(coalesce(sum(g.amount), 0) AS TEXT), CAST(CASE WHEN o.status = 'pending' THEN o.total ELSE 0 END AS TEXT)
			FROM boxoffice_order o LEFT JOIN boxoffice_ledger g ON g.order_id = o.id AND g.account = 'receivable'
			GROUP BY o.id, o.code, o.status, o.total
			HAVING coalesce(sum(g.amount), 0) <> CASE WHEN o.status = 'pending' THEN o.total ELSE 0 END`,
	},
	{
		name: "sales", words: "order %s: the ledger says %s were sold, its state says %s",
		query: `SELECT o.code, CAST(-coalesce(sum(g.amount), 0) AS TEXT), CAST(CASE WHEN o.status IN ('pending', 'paid') THEN o.total ELSE 0 END AS TEXT)
			FROM boxoffice_order o LEFT JOIN boxoffice_ledger g ON g.order_id = o.id AND g.account = 'sales'
			GROUP BY o.id, o.code, o.status, o.total
			HAVING -coalesce(sum(g.amount), 0) <> CASE WHEN o.status IN ('pending', 'paid') THEN o.total ELSE 0 END`,
	},
	{
		name: "payable", words: "order %s: the ledger says we owe its buyer %s, its refunds say %s",
		query: `SELECT code, CAST(owed AS TEXT), CAST(due AS TEXT) FROM (SELECT o.code,
			(SELECT -coalesce(sum(g.amount), 0) FROM boxoffice_ledger g WHERE g.order_id = o.id AND g.account = 'payable') AS owed,
			(SELECT coalesce(sum(r.amount), 0) FROM boxoffice_refund r WHERE r.order_id = o.id AND r.state = 'due') AS due
			FROM boxoffice_order o) x WHERE owed <> due`,
	},
	{
		name: "unpaid", words: "order %s is paid, but no payment paid it%.0s%.0s",
		query: `SELECT o.code, '', '' FROM boxoffice_order o WHERE o.status = 'paid' AND o.total > 0
			AND NOT EXISTS (SELECT 1 FROM boxoffice_settlement s WHERE s.order_id = o.id AND s.outcome = 'sold')`,
	},
	{
		name: "overdue refunds", late: 24 * time.Hour, words: "order %s: its buyer has waited for %s (%s) for more than a day",
		query: `SELECT o.code, CAST(r.amount AS TEXT), r.reason FROM boxoffice_refund r JOIN boxoffice_order o ON o.id = r.order_id
			WHERE r.state = 'due' AND r.created_at <= $2`,
	},
	{
		name: "codes", words: "order %s is not found by its code%.0s%.0s",
		query: `SELECT o.code, '', '' FROM boxoffice_order o LEFT JOIN boxoffice_order_code c ON c.code = o.code AND c.order_id = o.id WHERE c.code IS NULL`,
	},
	{
		name: "overdue orders", late: verifySlack, words: "order %s waits for its money though its time is long over%.0s%.0s",
		query: `SELECT code, '', '' FROM boxoffice_order WHERE status = 'pending' AND pay_until <= $2`,
	},

	// Tickets.
	{
		name: "tickets", words: "order %s is paid and has %s valid tickets for %s places",
		query: `SELECT code, CAST(tickets AS TEXT), CAST(places AS TEXT) FROM (SELECT o.code,
			(SELECT count(*) FROM boxoffice_order_line l WHERE l.order_id = o.id) AS places,
			(SELECT count(*) FROM boxoffice_ticket t WHERE t.order_id = o.id AND NOT t.void
				AND t.performance_id IN (SELECT l.performance_id FROM boxoffice_order_line l WHERE l.order_id = o.id)) AS tickets
			FROM boxoffice_order o WHERE o.status = 'paid') x WHERE places <> tickets`,
	},
	{
		name: "ghost tickets", words: "ticket %s is valid, but its order is %s%.0s",
		query: `SELECT t.code, coalesce(o.status, 'unknown'), '' FROM boxoffice_ticket t LEFT JOIN boxoffice_order o ON o.id = t.order_id
			WHERE NOT t.void AND (o.id IS NULL OR o.status <> 'paid')`,
	},
	{
		name: "ticket codes", words: "ticket %s is not found by its code%.0s%.0s",
		query: `SELECT t.code, '', '' FROM boxoffice_ticket t LEFT JOIN boxoffice_ticket_code c
			ON c.code = t.code AND c.performance_id = t.performance_id AND c.ticket_id = t.id WHERE c.code IS NULL`,
	},
	{
		name: "seats without ticket", words: "performance %s: seat %s is sold, but nobody has a ticket for it%.0s",
		// Not a join: tickets have no index by seat, and a sold stadium would be read once for each of its seats.
		query: `SELECT performance_id, CAST(seat_no AS TEXT), '' FROM (SELECT performance_id, seat_no FROM boxoffice_seat WHERE state = 2
			EXCEPT SELECT performance_id, seat_no FROM boxoffice_ticket WHERE NOT void) x`,
	},
	{
		name: "tickets without seat", words: "ticket %s is valid, but its seat %s is not sold%.0s",
		query: `SELECT t.code, CAST(t.seat_no AS TEXT), '' FROM boxoffice_ticket t LEFT JOIN boxoffice_seat s
			ON s.performance_id = t.performance_id AND s.seat_no = t.seat_no AND s.state = 2
			WHERE NOT t.void AND t.seat_no >= 0 AND s.seat_no IS NULL`,
	},
	{
		name: "standing tickets", words: "performance %s: %s places of a standing area are sold, with %s valid tickets",
		query: `SELECT performance_id, CAST(sold AS TEXT), CAST(tickets AS TEXT) FROM (SELECT a.performance_id, a.sold,
			(SELECT count(*) FROM boxoffice_ticket t WHERE t.performance_id = a.performance_id AND t.area_no = a.area_no AND NOT t.void) AS tickets
			FROM boxoffice_area a) x WHERE sold <> tickets`,
	},

	// Stock.
	{
		name: "held seats", words: "performance %s: seat %s is held for nobody%.0s",
		query: `SELECT s.performance_id, CAST(s.seat_no AS TEXT), '' FROM boxoffice_seat s
			LEFT JOIN boxoffice_hold h ON h.performance_id = s.performance_id AND h.id = s.hold_id
			LEFT JOIN boxoffice_order o ON o.id = h.order_id
			WHERE s.state = 1 AND NOT coalesce(h.state = 'active' OR (h.state = 'ordered' AND o.status = 'pending'), FALSE)`,
	},
	{
		name: "sold seats", words: "performance %s: seat %s is sold, but its order is %s",
		query: `SELECT s.performance_id, CAST(s.seat_no AS TEXT), coalesce(o.status, 'unknown') FROM boxoffice_seat s
			LEFT JOIN boxoffice_hold h ON h.performance_id = s.performance_id AND h.id = s.hold_id AND h.state = 'sold'
			LEFT JOIN boxoffice_order o ON o.id = h.order_id
			WHERE s.state = 2 AND (o.id IS NULL OR o.status <> 'paid')`,
	},
	{
		name: "items", words: "performance %s: a hold has seat %s, but the seat does not know%.0s",
		query: `SELECT i.performance_id, CAST(i.seat_no AS TEXT), '' FROM boxoffice_hold_item i LEFT JOIN boxoffice_seat s
			ON s.performance_id = i.performance_id AND s.seat_no = i.seat_no AND s.hold_id = i.hold_id AND s.state IN (1, 2)
			WHERE i.seat_no >= 0 AND i.released_at = 0 AND s.seat_no IS NULL`,
	},
	{
		name: "area held", words: "performance %s: %s places of a standing area count as held, its holds have %s",
		query: areaAgainstHolds("held", `'active', 'ordered'`),
	},
	{
		name: "area sold", words: "performance %s: %s places of a standing area count as sold, its holds have %s",
		query: areaAgainstHolds("sold", `'sold'`),
	},
	{name: "free", words: "performance %s: %s places count as free, its rows have %s", query: stockAgainstRows("free", "0")},
	{name: "held", words: "performance %s: %s places count as held, its rows have %s", query: stockAgainstRows("held", "1")},
	{name: "sold", words: "performance %s: %s places count as sold, its rows have %s", query: stockAgainstRows("sold", "2")},
	{name: "blocked", words: "performance %s: %s places count as blocked, its rows have %s", query: stockAgainstRows("blocked", "3")},
	{
		name: "overdue holds", late: verifySlack, words: "performance %s: hold %s is kept though its time is long over%.0s",
		query: `SELECT performance_id, id, '' FROM boxoffice_hold WHERE state = 'active' AND expires_at <= $2`,
	},
}

// stockAgainstRows compares a performance's counter with its seats and areas.
func stockAgainstRows(counter, state string) string {
	return `SELECT performance_id, CAST(counted AS TEXT), CAST(have AS TEXT) FROM (SELECT k.performance_id, k.` + counter + ` AS counted,
		(SELECT count(*) FROM boxoffice_seat s WHERE s.performance_id = k.performance_id AND s.state = ` + state + `) +
		(SELECT coalesce(sum(a.` + counter + `), 0) FROM boxoffice_area a WHERE a.performance_id = k.performance_id) AS have
		FROM boxoffice_stock k) x WHERE counted <> have`
}

// areaAgainstHolds compares a standing area's counter with the places of holds in the states.
func areaAgainstHolds(counter, states string) string {
	return `SELECT performance_id, CAST(counted AS TEXT), CAST(have AS TEXT) FROM (SELECT a.performance_id, a.` + counter + ` AS counted,
		(SELECT count(*) FROM boxoffice_hold h JOIN boxoffice_hold_item i ON i.performance_id = h.performance_id AND i.hold_id = h.id
			WHERE h.performance_id = a.performance_id AND h.state IN (` + states + `) AND i.area_no = a.area_no AND i.released_at = 0) AS have
		FROM boxoffice_area a) x WHERE counted <> have`
}
