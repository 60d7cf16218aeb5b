package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// manner is what a buyer came to do.
type manner int

const (
	buys     manner = iota // holds, orders, pays, fetches the tickets, and comes again as somebody else
	abandons               // every third purchase ends with seats given back
	fights                 // wants what another is just taking
	bots                   // asks for holds as fast as it can, from one address, and never buys
)

func (m manner) String() string { return [...]string{"buy", "abandon", "fight", "bot"}[m] }

// ordinary buyers take what is free and leave when nothing is.
func (m manner) ordinary() bool { return m == buys || m == abandons }

// mannerOf: of a hundred buyers 84 buy, 8 abandon now and then, 6 fight, 2 are bots.
func mannerOf(i, buyers int, onlyHold bool) manner {
	if onlyHold || buyers < 10 {
		return buys
	}
	switch n := i % 100; {
	case n%50 == 49:
		return bots
	case n%16 == 15:
		return fights
	case n%12 == 11:
		return abandons
	}
	return buys
}

// buyer is one simulated buyer.
type buyer struct {
	*storm
	no     int
	manner manner
	rand   *rand.Rand
	line   line
	bought int
}

func (b *buyer) run(ctx context.Context) {
	b.line.addr, b.line.from = b.Addrs[b.no%len(b.Addrs)], b.address()
	defer b.line.hangUp()
	if b.Page != "" {
		if _, ok := b.step(ctx, "browse", http.MethodGet, b.Page, "Accept: text/html\r\n", nil); ok {
			b.pages.Add(1)
		}
	}
	for !b.over(ctx) {
		if !b.purchase(ctx) {
			return
		}
	}
}

// address is the network that the buyer comes from: each their own, the bots all the same.
func (b *buyer) address() string {
	if b.manner == bots {
		return "10.254.0.1"
	}
	n := b.no*1000 + b.bought%1000
	return fmt.Sprintf("10.%d.%d.%d", n>>16&0x7f, n>>8&0xff, n&0xff)
}

// purchase is one round; false when there is nothing left to come for.
func (b *buyer) purchase(ctx context.Context) bool {
	seats, n := b.choose()
	if b.house.zone == "" && len(seats) == 0 {
		return b.wait(ctx)
	}
	h, ok := b.hold(ctx, seats, n)
	if !ok {
		return true
	}
	switch {
	case b.OnlyHold, b.manner == bots:
		return true
	case b.manner == abandons && b.rand.IntN(3) == 0:
		b.giveBack(ctx, h, seats)
		return true
	}
	return b.buy(ctx, h)
}

// wait looks again a little later: what others give back may still be had. When nothing has come for a while the house is sold out.
func (b *buyer) wait(ctx context.Context) bool {
	b.bought++
	if !b.manner.ordinary() {
		time.Sleep(20 * time.Millisecond)
		b.house.mu.Lock()
		none := len(b.house.free) == 0
		b.house.mu.Unlock()
		return !none || len(b.house.asked) > 0 && !b.over(ctx) && b.rand.IntN(50) > 0
	}
	return false
}

// choose picks what to ask for.
func (b *buyer) choose() (seats []string, n int) {
	n = 1 + b.rand.IntN(min(2, b.house.limit))
	if b.OnlyHold {
		n = 1
	}
	if b.house.zone != "" {
		return nil, n
	}
	if b.manner == fights || b.manner == bots {
		return b.house.contested(b.rand), 1
	}
	return b.house.take(n), n
}

type holdAnswer struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

const asJSON = "Content-Type: application/json\r\n"

func (b *buyer) hold(ctx context.Context, seats []string, n int) (h holdAnswer, ok bool) {
	body := map[string]any{"performance_id": b.Performance}
	if b.house.zone != "" {
		body["items"] = []any{map[string]any{"price_zone_id": b.house.zone, "ticket_type_id": b.house.typ, "quantity": n}}
	} else {
		body["seats"] = seats
	}
	r, ok := b.step(ctx, "hold", http.MethodPost, api+"/holds", asJSON, encode(body))
	if !ok {
		if r.status == http.StatusConflict && b.house.zone != "" {
			b.soldOut.Store(true)
		}
		return h, false
	}
	b.holds.Add(1)
	if b.OnlyHold {
		b.gotSomething()
	}
	return h, b.decode("hold", r, &h)
}

func (b *buyer) giveBack(ctx context.Context, h holdAnswer, seats []string) {
	was := b.again.Load()
	r, err := b.insist(ctx, http.MethodDelete, api+"/holds/"+h.ID, "Authorization: Bearer "+h.Secret+"\r\n", nil)
	gone := r.status == http.StatusNotFound || r.status == http.StatusGone || r.status == http.StatusConflict
	if err == nil && gone && b.again.Load() > was {
		return // an earlier try had done it, or its time was over meanwhile
	}
	if err != nil || r.status != http.StatusNoContent {
		b.wrong(fmt.Sprintf("release %d", r.status))
		return
	}
	b.house.back(seats)
}

type orderAnswer struct {
	Code    string        `json:"code"`
	Secret  string        `json:"secret"`
	Status  string        `json:"status"`
	Payment paymentAnswer `json:"payment"`
}

type paymentAnswer struct {
	URL string `json:"url"`
}

type ticketsAnswer struct {
	Status  string `json:"status"`
	Tickets []struct {
		QR   string `json:"qr"`
		Seat struct {
			ID string `json:"id"`
		} `json:"seat"`
	} `json:"tickets"`
}

// buy orders and pays a hold and fetches the tickets.
func (b *buyer) buy(ctx context.Context, h holdAnswer) bool {
	b.bought++
	body := map[string]any{
		"hold_id": h.ID, "hold_secret": h.Secret, "provider": "test",
		"buyer": map[string]string{
			"surname": "Буркитбаев", "name": "Арман", "email": fmt.Sprintf("buyer-%d-%d@example.kz", b.no, b.bought),
			"phone": fmt.Sprintf("+7701%07d", (b.no*1000+b.bought)%10_000_000),
		},
		"consents": []any{map[string]any{"version_id": b.policy.version, "scopes": b.policy.scopes, "language": "kk"}},
	}
	r, ok := b.step(ctx, "order", http.MethodPost, api+"/orders", asJSON, encode(body))
	var o orderAnswer
	if !ok || !b.decode("order", r, &o) {
		return true
	}
	if o.Status == pending && !b.pay(ctx, o) {
		return true
	}
	return b.fetch(ctx, o)
}

// pay goes to the bank. An order whose bank could not be reached when it was placed has no address to pay at: one is asked for.
func (b *buyer) pay(ctx context.Context, o orderAnswer) bool {
	if o.Payment.URL == "" {
		header := asJSON + "Authorization: Bearer " + o.Secret + "\r\n"
		r, ok := b.step(ctx, "pay", http.MethodPost, api+"/orders/"+o.Code+"/payments", header, encode(map[string]string{"provider": "test"}))
		if !ok || !b.decode("pay", r, &o.Payment) {
			return false
		}
	}
	u, err := url.Parse(o.Payment.URL)
	if err != nil || o.Payment.URL == "" {
		b.wrong("order: no address to pay at")
		return false
	}
	_, ok := b.step(ctx, "pay", http.MethodPost, u.RequestURI(), "Content-Type: application/x-www-form-urlencoded\r\n", []byte("outcome=paid"))
	return ok
}

const pending = "pending"

// fetch takes the tickets home. A payment that the office has not heard of yet is asked for again, as the buyer's page does.
func (b *buyer) fetch(ctx context.Context, o orderAnswer) bool {
	start, header := time.Now(), "Authorization: Bearer "+o.Secret+"\r\n"
	var t ticketsAnswer
	for {
		r, ok := b.step(ctx, "ticket", http.MethodGet, api+"/orders/"+o.Code, header, nil)
		if !ok || !b.decode("ticket", r, &t) {
			return true
		}
		if t.Status != pending || time.Since(start) >= b.Patience || ctx.Err() != nil {
			break
		}
		b.again.Add(1)
		time.Sleep(longPause)
	}
	if t.Status != "paid" || len(t.Tickets) == 0 {
		b.wrong("ticket: the order is " + t.Status)
		return true
	}
	got := Sold{Code: o.Code, Secret: o.Secret, Tickets: len(t.Tickets)}
	for _, x := range t.Tickets {
		if x.Seat.ID != "" {
			got.Seats = append(got.Seats, x.Seat.ID)
		}
	}
	b.got(got)
	b.tickets.Add(int64(len(t.Tickets)))
	b.orders.Add(1)
	b.gotSomething()
	return true
}

// step makes a request, measures it until its answer, and tells whether it succeeded.
func (b *buyer) step(ctx context.Context, name, method, path, header string, body []byte) (reply, bool) {
	start := time.Now()
	r, err := b.insist(ctx, method, path, header, body)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			b.wrong(name + ": no answer")
		}
	case r.status < 400:
		b.meters[name].add(time.Since(start))
		return r, true
	case r.status == http.StatusTooManyRequests || name == "hold" && r.status == http.StatusConflict:
		b.refused.Add(1)
		if r.status == http.StatusTooManyRequests {
			time.Sleep(50 * time.Millisecond)
		}
	default:
		b.wrong(fmt.Sprintf("%s: %d %s", name, r.status, code(r.body)))
	}
	return r, false
}

// code is what a problem document says is wrong.
func code(body []byte) string {
	var p struct {
		Type string `json:"type"`
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	if p.Code != "" {
		return p.Code
	}
	return p.Type[strings.LastIndexByte(p.Type, '/')+1:]
}

func (b *buyer) decode(step string, r reply, to any) bool {
	if err := json.Unmarshal(r.body, to); err != nil {
		b.wrong(step + ": an answer that cannot be read")
		return false
	}
	return true
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings
	}
	return b
}
