package performance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
)

// left is what is left, as the picker reads it: two bits a seat, four seats a byte, the first in the lowest bits.
type left struct {
	Version int64  `json:"version"`
	Seats   string `json:"seats"`
	Areas   []int  `json:"areas"` // free places by area
}

// change is what moved since a version.
type change struct {
	Since   int64       `json:"since"`
	Version int64       `json:"version"`
	Seats   map[int]int `json:"seats,omitempty"`
	Areas   map[int]int `json:"areas,omitempty"`
}

func pack(seats []boxoffice.SeatState) string {
	b := make([]byte, (len(seats)+3)/4)
	for i, s := range seats {
		b[i/4] |= byte(s&3) << (i % 4 * 2)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func leftOf(a boxoffice.Availability) left {
	out := left{Version: a.Version, Seats: pack(a.Seats), Areas: []int{}}
	for _, area := range a.Areas {
		out.Areas = append(out.Areas, area.Free)
	}
	return out
}

// availability answers with the whole state. Whoever has this version already is told so in one line.
func (d *Door) availability(w http.ResponseWriter, r *http.Request) {
	if p, err := d.Catalog.Performance(r.Context(), r.PathValue("id")); err == nil {
		d.Rooms.Came(p) // the page itself comes from the shelf
	}
	a, err := d.Office.Availability(r.Context(), r.PathValue("id"))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	tag := `W/"` + strconv.FormatInt(a.Version, 10) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(leftOf(a)) // the reader left: nobody to tell
}

// A stream says something at least this often, so that proxies and phones know it is alive, and gives up on a reader that
// does not take a line for as long.
const heartbeat = 20 * time.Second

// mostStreams bounds the streams of one process: each costs some 20 KB. Who comes later asks every few seconds instead.
const mostStreams = 10_000

// knownVersion is the version that a reader has: of the last event that a browser saw before it lost the line, else of the state
// with which it begins.
func knownVersion(r *http.Request) (version int64, ok bool) {
	for _, text := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since")} {
		if v, err := strconv.ParseInt(text, 10, 64); err == nil && v >= 0 {
			return v, true
		}
	}
	return -1, false
}

// live sends changes as server-sent events until the reader leaves. Who comes back gets what was missed first, or everything when
// that is too much.
func (d *Door) live(w http.ResponseWriter, r *http.Request) {
	if d.streams.Add(1) > mostStreams {
		d.streams.Add(-1)
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable) // the picker asks by itself then
		return
	}
	defer d.streams.Add(-1)
	known, comes := knownVersion(r)
	from, deltas, stop, err := d.Office.WatchFrom(r.Context(), r.PathValue("id"), known)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	s := &stream{w: w, c: http.NewResponseController(w)}
	_ = s.c.SetWriteDeadline(time.Time{}) // the server's own is for pages
	s.send("retry: 3000\n\n")
	switch {
	case !comes: // it reads the whole state by itself
	case from.Whole != nil:
		s.event("whole", from.Whole.Version, leftOf(*from.Whole))
	default:
		s.change(from.Missed)
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for s.err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-d.Closing:
			return
		case <-beat.C:
			s.send(":\n\n")
		case delta, ok := <-deltas:
			if !ok {
				return
			}
			s.change(delta)
		}
	}
}

// stream writes events until the reader leaves.
type stream struct {
	w   http.ResponseWriter
	c   *http.ResponseController
	err error
}

func (s *stream) send(text string) {
	if s.err != nil {
		return
	}
	// A reader that takes nothing for a whole heartbeat is cut off: its deadline becomes one that is long past.
	slow := time.AfterFunc(heartbeat, func() { _ = s.c.SetWriteDeadline(time.Unix(1, 0)) })
	defer slow.Stop()
	if _, s.err = fmt.Fprint(s.w, text); s.err == nil {
		s.err = s.c.Flush()
	}
}

func (s *stream) change(delta boxoffice.Delta) {
	c := change{Since: delta.Since, Version: delta.Version, Seats: make(map[int]int, len(delta.Seats)), Areas: map[int]int{}}
	for no, state := range delta.Seats {
		c.Seats[no] = int(state)
	}
	for no, a := range delta.Areas {
		c.Areas[no] = a.Free
	}
	s.event("change", c.Version, c)
}

func (s *stream) event(name string, version int64, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.err = err
		return
	}
	s.send("id: " + strconv.FormatInt(version, 10) + "\nevent: " + name + "\ndata: " + string(body) + "\n\n")
}
