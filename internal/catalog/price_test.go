package catalog_test

import (
	"testing"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/money"
)

func TestTheLowestPriceIsOneThatSomebodyPays(t *testing.T) {
	for _, c := range []struct {
		minor     []int64
		low, high int64
	}{
		{[]int64{500, 0, 300, 900}, 300, 900},
		{[]int64{0, 700, 900}, 700, 900},
		{[]int64{0, 0}, 0, 0},
		{[]int64{400}, 400, 400},
	} {
		var p catalog.Performance
		for _, m := range c.minor {
			p.Prices = append(p.Prices, catalog.Price{Amount: money.Amount{Minor: m, Currency: "KZT"}})
		}
		low, high, ok := p.PriceRange()
		if low.Minor != c.low || high.Minor != c.high || !ok {
			t.Errorf("%v: from %d to %d, want %d to %d", c.minor, low.Minor, high.Minor, c.low, c.high)
		}
	}
	if _, _, ok := (catalog.Performance{}).PriceRange(); ok {
		t.Error("nothing is sold, and it has a price")
	}
}
