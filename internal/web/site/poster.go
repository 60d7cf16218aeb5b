package site

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// posterVersion names what a poster is drawn of, so its address may be kept for ever.
func posterVersion(e catalog.Event, l i18n.Lang) string {
	sum := sha256.Sum256([]byte(e.Title.In(l) + "\x00" + e.Subtitle.In(l) + "\x00" + e.Genre))
	return hex.EncodeToString(sum[:5])
}

// posterURL is the address of an event's picture, else of its drawn poster in a language.
func posterURL(e catalog.Event, l i18n.Lang) string {
	if e.Picture != "" {
		sum := sha256.Sum256([]byte(e.Picture))
		return "/" + string(l) + "/event/" + e.Slug + "/picture.jpg?v=" + hex.EncodeToString(sum[:5])
	}
	return "/" + string(l) + "/event/" + e.Slug + "/poster.svg?v=" + posterVersion(e, l)
}

// posters keeps what was drawn; it starts anew when it is full.
type posters struct {
	mu    sync.Mutex
	drawn map[string][]byte
}

const postersKept = 1000

func (c *posters) draw(e catalog.Event, l i18n.Lang) []byte {
	v := posterVersion(e, l)
	c.mu.Lock()
	b, ok := c.drawn[v]
	c.mu.Unlock()
	if ok {
		return b
	}
	b = ui.Poster(e.Title.In(l), e.Genre, e.Subtitle.In(l))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drawn == nil || len(c.drawn) >= postersKept {
		c.drawn = map[string][]byte{}
	}
	c.drawn[v] = b
	return b
}

// poster draws an event that has no picture.
func (s *Site) poster(w http.ResponseWriter, r *http.Request) {
	e, err := s.Catalog.EventBySlug(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	l := ui.LangOf(r)
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=300")
	if r.URL.Query().Get("v") == posterVersion(e, l) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(s.posters.draw(e, l)) // the reader left: nobody to tell
}

// picture serves an event's own picture.
func (s *Site) picture(w http.ResponseWriter, r *http.Request) {
	e, err := s.Catalog.EventBySlug(r.Context(), r.PathValue("slug"))
	if err == nil && (e.Picture == "" || s.Files == nil) {
		err = files.ErrNoFile
	}
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	f, err := s.Files.Get(r.Context(), e.Picture)
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	defer f.Close() //nolint:errcheck // it was only read
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, f)
}
