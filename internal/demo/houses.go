package demo

import (
	"sync"
	"time"

	"github.com/sahna/sahna/internal/catalog/drawn"
)

func houses() []house {
	return []house{theatre(), opera(), arena(), club(), museum()}
}

const (
	sun = time.Sunday
	wed = time.Wednesday
	thu = time.Thursday
	fri = time.Friday
	sat = time.Saturday
)

// The plans are drawn once: the stadium has over 23,000 seats.
var (
	theatrePlan = sync.OnceValue(drawn.Theatre)
	stadiumPlan = sync.OnceValue(drawn.Stadium)
	clubPlan    = sync.OnceValue(drawn.Club)
	museumPlan  = sync.OnceValue(drawn.Museum)
)
