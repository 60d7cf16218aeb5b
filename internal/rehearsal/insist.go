package rehearsal

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// How a buyer's program asks again.
const (
	shortPause = 50 * time.Millisecond
	longPause  = 500 * time.Millisecond
	staleKey   = 3 * time.Second // a request that "still runs" so long died with its process: ask under a new key
)

const codeRunning = "api.idempotency_running"

// insist sends a request. Purchases have an Idempotency-Key, so that the office may be asked again without buying twice: where there
// was no answer, or "try later", a patient buyer asks again with the same key, at the next process.
func (b *buyer) insist(ctx context.Context, method, path, header string, body []byte) (reply, error) {
	start, pause := time.Now(), shortPause
	keyed := method == http.MethodPost && strings.HasPrefix(path, api)
	key, keyAt := b.key(), start
	for {
		h := header
		if keyed {
			h += "Idempotency-Key: " + key + "\r\n"
		}
		r, err := b.line.ask(ctx, method, path, h, body)
		running := err == nil && r.status == http.StatusConflict && code(r.body) == codeRunning
		later := running || err == nil && (r.status == http.StatusServiceUnavailable || r.status == http.StatusBadGateway)
		if err == nil && !later || ctx.Err() != nil || time.Since(start) >= b.Patience {
			return r, err
		}
		if running && time.Since(keyAt) > staleKey {
			key, keyAt = b.key(), time.Now()
		}
		b.again.Add(1)
		b.nextProcess()
		time.Sleep(pause)
		pause = min(2*pause, longPause)
	}
}

// key is a new Idempotency-Key.
func (b *buyer) key() string { return fmt.Sprintf("%016x%016x", b.rand.Uint64(), b.rand.Uint64()) }

// nextProcess hangs up and will ask elsewhere, as a balancer in front of the office would do.
func (b *buyer) nextProcess() {
	b.line.hangUp()
	b.line.addr = b.Addrs[(slices.Index(b.Addrs, b.line.addr)+1)%len(b.Addrs)]
}
