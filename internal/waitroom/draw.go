package waitroom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// DrawFormat names the file's form.
const DrawFormat = "sahna-draw-1"

// DrawFile is what is published of a draw. Before the draw it has only the commitment. Whoever has it can recompute the order:
// the SHA-256 of the seed is the commitment; the digest is the SHA-256 of the arrivals, each with a line break; and within its
// band each arrival stands by the SHA-256 of seed, digest and its own sixteen bytes.
type DrawFile struct {
	Format      string   `json:"format"`
	Room        string   `json:"room"`
	Run         string   `json:"run"`
	Commitment  string   `json:"commitment"`
	CommittedAt string   `json:"committed_at"`
	ClosesAt    string   `json:"closes_at"`
	OpensAt     string   `json:"opens_at"`
	DrawnAt     string   `json:"drawn_at,omitempty"`
	Seed        string   `json:"seed,omitempty"`
	Digest      string   `json:"digest,omitempty"`
	Arrivals    []string `json:"arrivals,omitempty"` // "band id", sorted
	Order       []string `json:"order,omitempty"`    // the same in the order drawn
}

// Draw is a draw that was held: who comes when, among those who came before the opening.
type Draw struct {
	at     time.Time
	seed   []byte
	digest [32]byte
	ranks  [bands][]ranked // in order
	lines  []string        // of the file
}

type ranked struct {
	key [32]byte
	id  id
}

func entry(band byte, x id) string { return fmt.Sprintf("%d %s", band, hex.EncodeToString(x[:])) }

// hold draws: the same arrivals and seed always give the same order.
func hold(seed []byte, at time.Time, who []banded) *Draw {
	d := &Draw{at: at, seed: seed}
	byEntry := map[string]banded{}
	for _, a := range who {
		byEntry[entry(a.band, a.id)] = a
	}
	for e := range byEntry {
		d.lines = append(d.lines, e)
	}
	slices.Sort(d.lines)
	sum := sha256.New()
	for _, e := range d.lines {
		_, _ = sum.Write([]byte(e + "\n")) // a hash takes everything
	}
	copy(d.digest[:], sum.Sum(nil))
	for _, e := range d.lines {
		a := byEntry[e]
		d.ranks[a.band] = append(d.ranks[a.band], ranked{d.key(a.id), a.id})
	}
	for b := range d.ranks {
		slices.SortFunc(d.ranks[b], func(x, y ranked) int { return bytes.Compare(x.key[:], y.key[:]) })
	}
	return d
}

func (d *Draw) key(x id) [32]byte {
	b := make([]byte, 0, 80)
	b = append(b, d.seed...)
	b = append(b, d.digest[:]...)
	return sha256.Sum256(append(b, x[:]...))
}

// rank is how many of the band come before. Somebody whose arrival was lost with a process that died has a rank all the same.
func (d *Draw) rank(band byte, x id) int64 {
	key := d.key(x)
	n, _ := slices.BinarySearchFunc(d.ranks[band], key, func(r ranked, k [32]byte) int { return bytes.Compare(r.key[:], k[:]) })
	return int64(n)
}

func (d *Draw) count(band byte) int64 { return int64(len(d.ranks[band])) }

// sealWhenDue holds the draw when its time has come; the first process to write it is right, the others read it.
func (r *Rooms) sealWhenDue(ctx context.Context, h *hall, now time.Time) error {
	h.mu.Lock()
	room, have := h.room, h.draw != nil
	h.mu.Unlock()
	if have || !room.hasDraw() || now.Before(room.DrawCloses().Add(sealAfter)) {
		return nil
	}
	at, body, err := readDraw(ctx, r.db, room.Run)
	if errors.Is(err, db.ErrNoRow) {
		h.mu.Lock()
		var who []banded
		for b := range byte(bands) {
			for _, a := range h.line.until(b, clock.Micros(room.DrawCloses())) {
				who = append(who, banded{a, b})
			}
		}
		h.mu.Unlock()
		if err := writeDraw(ctx, r.db, room.ID, room.Run, clock.Micros(now), encodeArrivals(who)); err != nil {
			return err
		}
		at, body, err = readDraw(ctx, r.db, room.Run)
	}
	if err != nil {
		return err
	}
	d := hold(room.Seed, clock.FromMicros(at), decodeArrivals(body))
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.room.Run == room.Run {
		h.draw = d
	}
	return nil
}

// Published returns the file of a room's run that stands now.
func (r *Rooms) Published(roomID string) (DrawFile, error) {
	h, ok := r.hall(roomID)
	if !ok {
		return DrawFile{}, ErrNoRoom
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.room.hasDraw() {
		return DrawFile{}, ErrNoRoom
	}
	room, rfc := h.room, func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	f := DrawFile{
		Format: DrawFormat, Room: room.ID, Run: room.Run, Commitment: room.Commitment,
		CommittedAt: rfc(room.CommittedAt), ClosesAt: rfc(room.DrawCloses()), OpensAt: rfc(room.OpensAt),
	}
	if d := h.draw; d != nil {
		f.DrawnAt, f.Seed, f.Digest = rfc(d.at), hex.EncodeToString(d.seed), hex.EncodeToString(d.digest[:])
		f.Arrivals = d.lines
		for b := range byte(bands) {
			for _, x := range d.ranks[b] {
				f.Order = append(f.Order, entry(b, x.id))
			}
		}
	}
	return f, nil
}

// VerifyDraw recomputes a published draw from its file alone and says what is wrong with it; nothing means that it is right.
func VerifyDraw(body []byte) (f DrawFile, wrong []string, err error) {
	if err := json.Unmarshal(body, &f); err != nil {
		return f, nil, err
	}
	if f.Format != DrawFormat {
		return f, []string{"the file's format is not " + DrawFormat}, nil
	}
	seed, err := hex.DecodeString(f.Seed)
	if err != nil || len(seed) == 0 {
		return f, []string{"the seed is not revealed yet"}, nil
	}
	if commitmentOf(seed) != f.Commitment {
		wrong = append(wrong, "the seed is not the one that was committed to")
	}
	var who []banded
	for _, e := range f.Arrivals {
		band, text, _ := strings.Cut(e, " ")
		raw, err := hex.DecodeString(text)
		if err != nil || len(raw) != 16 || band != "0" && band != "1" {
			return f, append(wrong, "not an arrival: "+e), nil
		}
		who = append(who, banded{arrival{id: id(raw)}, band[0] - '0'})
	}
	d := hold(seed, time.Time{}, who)
	if len(d.lines) != len(f.Arrivals) || !slices.Equal(d.lines, f.Arrivals) {
		wrong = append(wrong, "the arrivals are not sorted, or one stands there twice")
	}
	if hex.EncodeToString(d.digest[:]) != f.Digest {
		wrong = append(wrong, "the digest is not that of the arrivals")
	}
	var order []string
	for b := range byte(bands) {
		for _, x := range d.ranks[b] {
			order = append(order, entry(b, x.id))
		}
	}
	if !slices.Equal(order, f.Order) {
		wrong = append(wrong, "the order is not the one that the seed gives")
	}
	return f, wrong, nil
}
