package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
)

const api = "/api/v1"

// house is what the performance sells, as the API tells it, and what the buyers believe to be free.
type house struct {
	places int
	limit  int
	zone   string // of the largest standing area; "" when only seats are sold
	typ    string // a ticket type that is sold there

	mu    sync.Mutex
	free  []string // seats nobody has asked for, in the order in which they will be
	asked []string // seats somebody asked for: what fighters go for
}

// consent is what a buyer ticks.
type consent struct {
	version string
	scopes  []string
}

type planAnswer struct {
	Seats []struct {
		ID   string `json:"id"`
		Zone string `json:"price_zone_id"`
	} `json:"seats"`
	Areas []struct {
		Capacity int    `json:"capacity"`
		Zone     string `json:"price_zone_id"`
	} `json:"areas"`
}

type performanceAnswer struct {
	Limit  int `json:"order_limit"`
	Prices []struct {
		Zone string `json:"price_zone_id"`
		Type string `json:"ticket_type_id"`
	} `json:"prices"`
}

type policyAnswer struct {
	Version string `json:"version_id"`
	Scopes  []struct {
		Code     string `json:"code"`
		Required bool   `json:"required"`
	} `json:"scopes"`
}

// survey reads over the API what there is to buy and what a buyer must agree to.
func survey(ctx context.Context, p Plan) (*house, consent, error) {
	l := &line{addr: p.Addrs[0], from: "10.255.255.1"}
	defer l.hangUp()
	var plan planAnswer
	var perf performanceAnswer
	var policy policyAnswer
	for path, to := range map[string]any{
		"/performances/" + p.Performance + "/plan": &plan, "/performances/" + p.Performance: &perf, "/policies/privacy": &policy,
	} {
		r, err := l.ask(ctx, http.MethodGet, api+path, "", nil)
		if err != nil {
			return nil, consent{}, fmt.Errorf("survey %s: %w", path, err)
		}
		if r.status != http.StatusOK {
			return nil, consent{}, fmt.Errorf("survey %s: the office answers %d", path, r.status)
		}
		if err := json.Unmarshal(r.body, to); err != nil {
			return nil, consent{}, fmt.Errorf("survey %s: %w", path, err)
		}
	}
	h := houseOf(plan, perf, p.Seed)
	if h.zone != "" && p.Widened > 0 {
		h.places = p.Widened
	}
	c := consent{version: policy.Version}
	for _, s := range policy.Scopes {
		if s.Required {
			c.scopes = append(c.scopes, s.Code)
		}
	}
	if h.places == 0 {
		return nil, c, fmt.Errorf("performance %s sells nothing", p.Performance)
	}
	return h, c, nil
}

// houseOf goes for the largest standing area where there is one: the narrowest place that a sale can have. Else for seats, at random.
func houseOf(plan planAnswer, perf performanceAnswer, seed uint64) *house {
	h := &house{limit: perf.Limit}
	if h.limit == 0 {
		h.limit = 10
	}
	best := 0
	for _, a := range plan.Areas {
		if a.Zone != "" && a.Capacity > best {
			best, h.zone = a.Capacity, a.Zone
		}
	}
	for _, x := range perf.Prices {
		if x.Zone == h.zone {
			h.typ = x.Type
			break
		}
	}
	for _, a := range plan.Areas {
		if a.Zone == h.zone {
			h.places += a.Capacity
		}
	}
	if h.zone != "" {
		return h
	}
	for _, s := range plan.Seats {
		if s.Zone != "" {
			h.free = append(h.free, s.ID)
		}
	}
	h.places = len(h.free)
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a simulation
	r.Shuffle(len(h.free), func(i, j int) { h.free[i], h.free[j] = h.free[j], h.free[i] })
	return h
}

// take hands out n seats that look free, as the picker would show them; none when there are no more.
func (h *house) take(n int) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	n = min(n, len(h.free))
	out := append([]string(nil), h.free[:n]...)
	h.free = h.free[n:]
	h.asked = append(h.asked, out...)
	return out
}

// contested returns a seat that somebody else wants too.
func (h *house) contested(r *rand.Rand) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.asked) == 0 {
		return nil
	}
	// The last ones: these are being bought just now.
	from := max(0, len(h.asked)-200)
	return []string{h.asked[from+r.IntN(len(h.asked)-from)]}
}

// back returns seats that were given back.
func (h *house) back(seats []string) {
	h.mu.Lock()
	h.free = append(h.free, seats...)
	h.mu.Unlock()
}
