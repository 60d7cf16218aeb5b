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
	out := left{Version: a.Version, Seats: pack(a.Seats), Areas: []int{}}
	for _, area := range a.Areas {
		out.Areas = append(out.Areas, area.Free)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the reader left: nobody to tell
}

// A stream says something at least this often, so that proxies and phones know it is alive, and gives up on a reader that
// does not take a line for as long.
const heartbeat = 20 * time.Second

// mostStreams bounds the streams of one process: each costs some 20 KB. Who comes later asks every few seconds instead.
const mostStreams = 10_000

// live sends changes as server-sent events until the reader leaves.
func (d *Door) live(w http.ResponseWriter, r *http.Request) {
	if d.streams.Add(1) > mostStreams {
		d.streams.Add(-1)
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable) // the picker asks by itself then
		return
	}
	defer d.streams.Add(-1)
	deltas, stop, err := d.Office.Watch(r.Context(), r.PathValue("id"))
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
	body, err := json.Marshal(c)
	if err != nil {
		s.err = err
		return
	}
	s.send("id: " + strconv.FormatInt(c.Version, 10) + "\nevent: change\ndata: " + string(body) + "\n\n")
}
