package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// What can be wrong with an Idempotency-Key.
var (
	errKeyForm    = fault.New(fault.Invalid, "api.idempotency_key").On("Idempotency-Key")
	errKeyReused  = fault.New(fault.Invalid, "api.idempotency_reused").On("Idempotency-Key")
	errKeyRunning = fault.New(fault.Conflict, "api.idempotency_running")
)

const (
	keepAnswers = 24 * time.Hour
	runAtMost   = time.Minute // after which a request that never answered is taken for dead
	waitAtMost  = 2 * time.Second
	waitStep    = 50 * time.Millisecond
	longestKey  = 255
)

// answers keeps what POSTs with an Idempotency-Key were answered. Requests are known by keyed hashes only, and the
// answers, which hold secrets of holds and orders, are sealed under a key that is made of the server's and the caller's.
type answers struct {
	db     *db.DB
	clock  clock.Clock
	keys   map[string][]byte // by use
	writes *batch.Writer[note, bool]
}

// Both writes of a request are gathered with other requests': a commit each would halve what the box office can sell.
func newAnswers(d *db.DB, c clock.Clock, key []byte) *answers {
	s := &answers{db: d, clock: c, keys: map[string][]byte{}}
	for _, use := range []string{"name", "seal", "body"} {
		k, err := hkdf.Key(sha256.New, key, nil, "sahna api idempotency: "+use, sha256.Size)
		if err != nil {
			panic(err) // only for sizes over 255 hashes
		}
		s.keys[use] = k
	}
	s.writes = batch.New(s.write)
	return s
}

// note is one thing to write down about a request: that it wants to run (mac), or what it was answered (sealed), or, with neither,
// that its answer is not worth keeping.
type note struct {
	id          string
	mac, sealed []byte
}

// kept is an answer as it is sealed.
type kept struct {
	Status   int    `json:"status"`
	Type     string `json:"type"`
	Language string `json:"language,omitempty"`
	Body     []byte `json:"body"`
}

// keepThemselves are operations whose room writes a request's name down together with what came of it: nothing else is kept.
var keepThemselves = map[string]bool{"POST " + Base + "/holds": true, "POST " + Base + "/holds/best": true}

type onceKey struct{}

// onceIn is the name of a request to an operation that keeps it itself; nil without an Idempotency-Key.
func onceIn(ctx context.Context) *boxoffice.Once {
	o, _ := ctx.Value(onceKey{}).(*boxoffice.Once)
	return o
}

// renamed turns the box office's complaint about a name into the API's.
func renamed(err error) error {
	if errors.Is(err, boxoffice.ErrOtherRequest) {
		return errKeyReused
	}
	return err
}

// named answers a POST with an Idempotency-Key.
func (a *API) named(w http.ResponseWriter, r *http.Request, pattern, key string, body []byte) {
	if len(key) > longestKey || !plain(key) {
		a.write(w, r, errKeyForm)
		return
	}
	id, seal := a.answers.names(r, key, network(a.cfg.ClientIP(r)).String())
	mac := a.answers.mac("body", body)
	if keepThemselves[pattern] {
		a.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), onceKey{}, &boxoffice.Once{ID: id, MAC: mac, Seal: seal})))
		return
	}
	a.once(w, r, id, seal, mac)
}

// once carries a request out and keeps its answer: the same request a second time gets the first one's.
func (a *API) once(w http.ResponseWriter, r *http.Request, id string, seal, mac []byte) {
	ctx := r.Context()
	mine, err := a.answers.begin(ctx, id, mac)
	if err != nil {
		a.note(ctx, "idempotency", err)
		a.write(w, r, err)
		return
	}
	if !mine {
		a.again(w, r, id, seal, mac)
		return
	}
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	done := false
	defer func() {
		if !done { // a panic, or nothing worth keeping: the next try starts afresh
			a.answers.forget(context.WithoutCancel(ctx), id) //nolint:errcheck // it dies of age
		}
	}()
	a.mux.ServeHTTP(rec, r)
	if !worthKeeping(rec.status) {
		return
	}
	k := kept{Status: rec.status, Type: w.Header().Get("Content-Type"), Language: w.Header().Get("Content-Language"), Body: rec.body.Bytes()}
	if err := a.answers.finish(context.WithoutCancel(ctx), id, seal, k); err != nil {
		a.Log.ErrorContext(ctx, "api could not keep an answer", "err", err)
		return
	}
	done = true
}

// worthKeeping tells answers that are the same next time from those that a retry may better.
func worthKeeping(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusUnauthorized:
		return false
	}
	return status < http.StatusInternalServerError
}

// again waits for the first request's answer and repeats it.
func (a *API) again(w http.ResponseWriter, r *http.Request, id string, seal, mac []byte) {
	ctx, cancel := context.WithTimeout(r.Context(), waitAtMost)
	defer cancel()
	for {
		k, state, err := a.answers.find(r.Context(), id, seal, mac)
		switch {
		case err != nil:
			a.note(r.Context(), "idempotency", err)
			a.write(w, r, err)
			return
		case state == answered:
			w.Header().Set("Content-Type", k.Type)
			w.Header().Set("Idempotency-Replayed", "true")
			w.Header().Set("Cache-Control", "no-store")
			if k.Language != "" {
				w.Header().Set("Content-Language", k.Language)
			}
			w.WriteHeader(k.Status)
			w.Write(k.Body) //nolint:errcheck // the caller has left
			return
		case state == gone:
			a.write(w, r, errKeyRunning) // the first one came to nothing; the caller may try again
			return
		}
		select {
		case <-ctx.Done():
			w.Header().Set("Retry-After", "1")
			a.write(w, r, errKeyRunning)
			return
		case <-time.After(waitStep):
		}
	}
}

// recorder keeps a copy of an answer on its way out.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b) //nolint:errcheck // never fails
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// names returns a request's row and the key of its answer. A caller is told apart by its token, or, having none, by its
// network: keys are often short, and nobody may get another's secret by guessing one.
func (s *answers) names(r *http.Request, key, network string) (id string, seal []byte) {
	caller := r.Header.Get("Authorization")
	if caller == "" {
		caller = network
	}
	parts := []byte(r.Method + "\x00" + r.URL.Path + "\x00" + caller + "\x00" + key)
	return hex.EncodeToString(s.mac("name", parts)), s.mac("seal", parts)
}

func (s *answers) mac(use string, b []byte) []byte {
	h := hmac.New(sha256.New, s.keys[use])
	h.Write(b) //nolint:errcheck // a hash takes everything
	return h.Sum(nil)
}

func sealer(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(b)
}

// begin claims a request; false when another has, or had, it.
func (s *answers) begin(ctx context.Context, id string, mac []byte) (bool, error) {
	mine, err := s.writes.Do(ctx, note{id: id, mac: mac})
	if err != nil || mine {
		return mine, err
	}
	n, err := takeOverAnswer(ctx, s.db, id, mac, s.clock.Now())
	return n == 1, err
}

// write keeps notes that came together, and tells of each claim whether it made the row; of two alike in one batch the first does.
func (s *answers) write(ctx context.Context, notes []note) (mine []bool, err error) {
	var claims, ends, drops [][]any
	var claimed []int
	now := clock.Micros(s.clock.Now())
	for i, n := range notes {
		switch {
		case n.mac != nil:
			claims, claimed = append(claims, []any{n.id, n.mac, now}), append(claimed, i)
		case n.sealed != nil:
			ends = append(ends, []any{n.id, n.sealed})
		default:
			drops = append(drops, []any{n.id})
		}
	}
	err = s.db.Transact(ctx, func(tx *db.DB) error {
		mine = make([]bool, len(notes))
		made, err := insertAnswers(ctx, tx, claims)
		if err != nil {
			return err
		}
		for i, n := range made {
			mine[claimed[i]] = n == 1
		}
		return errors.Join(endAnswers(ctx, tx, ends), dropAnswers(ctx, tx, drops))
	})
	return mine, err
}

func (s *answers) finish(ctx context.Context, id string, seal []byte, k kept) error {
	plain, err := json.Marshal(k)
	if err != nil {
		return err
	}
	c, err := sealer(seal)
	if err != nil {
		return err
	}
	_, err = s.writes.Do(ctx, note{id: id, sealed: c.Seal(nil, nil, plain, []byte(id))})
	return err
}

func (s *answers) forget(ctx context.Context, id string) error {
	_, err := s.writes.Do(ctx, note{id: id})
	return err
}

type answerState int

const (
	gone answerState = iota
	running
	answered
)

func (s *answers) find(ctx context.Context, id string, seal, mac []byte) (kept, answerState, error) {
	row, found, err := selectAnswer(ctx, s.db, id)
	switch {
	case err != nil || !found:
		return kept{}, gone, err
	case !hmac.Equal(row.bodyMAC, mac):
		return kept{}, gone, errKeyReused
	case len(row.sealed) == 0:
		return kept{}, running, nil
	}
	c, err := sealer(seal)
	if err != nil {
		return kept{}, gone, err
	}
	plain, err := c.Open(nil, nil, row.sealed, []byte(id))
	if err != nil {
		return kept{}, gone, err
	}
	var k kept
	err = json.Unmarshal(plain, &k)
	return k, answered, err
}

// Sweep forgets answers that are older than a day.
func (a *API) Sweep(ctx context.Context) error {
	return sweepAnswers(ctx, a.DB, a.Clock.Now().Add(-keepAnswers))
}

type sweepJob struct{}

// Kind names the job.
func (sweepJob) Kind() string { return "api_sweep" }

func (a *API) sweep(ctx context.Context, _ sweepJob) error { return a.Sweep(ctx) }
