package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Oversold counts the valid tickets of a performance beyond what it has: a second one for a seat, or one more than a standing area
// has room for. It looks at the tickets themselves, so it knows of no guard; it is 0, or something is very wrong.
func (o *Office) Oversold(ctx context.Context, performanceID string) (seats int, err error) {
	defer fault.Wrap(&err, "count what %s sold too often", performanceID)
	var places int
	err = o.db.QueryRow(ctx, `SELECT COALESCE(SUM(n - 1), 0) FROM (SELECT COUNT(*) AS n FROM boxoffice_ticket
		WHERE performance_id = $1 AND seat_no >= 0 AND NOT void GROUP BY seat_no HAVING COUNT(*) > 1) twice`, performanceID).Scan(&seats)
	if err != nil {
		return 0, err
	}
	err = o.db.QueryRow(ctx, `SELECT COALESCE(SUM(n - capacity), 0) FROM (SELECT a.capacity, (SELECT COUNT(*) FROM boxoffice_ticket t
		WHERE t.performance_id = a.performance_id AND t.area_no = a.area_no AND NOT t.void) AS n
		FROM boxoffice_area a WHERE a.performance_id = $1) full_areas WHERE n > capacity`, performanceID).Scan(&places)
	return seats + places, err
}
