// Package waiting is the door of the waiting room: taking a place in line, watching it come nearer, going in.
//
// It owns the addresses under /{lang}/waiting/ and the cookies that hold a place
// and a pass. It promises that everything works without JavaScript, that a place
// can be carried to another device by a link, and that no page or question here
// asks the database anything while people wait. Who comes in when is the room's.
package waiting

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/ui"
)

// Messages are the words of these pages.
//
//go:embed messages/*.toml
var Messages embed.FS

// Door serves the pages.
type Door struct {
	UI      *ui.UI
	Catalog *catalog.Catalog
	Rooms   *waitroom.Rooms

	subjects sync.Map // room → subject, as it was last
	files    sync.Map // run and whether it is drawn → *ui.Packed: the published draw
}

// Mount puts the pages on their addresses.
func (d *Door) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{lang}/waiting/{id}", d.entrance)
	mux.HandleFunc("GET /{lang}/waiting/{id}/task", d.task)
	mux.HandleFunc("POST /{lang}/waiting/{id}/join", d.join)
	mux.HandleFunc("GET /{lang}/waiting/{id}/place", d.place)
	mux.HandleFunc("GET /{lang}/waiting/{id}/status", d.status)
	mux.HandleFunc("GET /{lang}/waiting/{id}/enter", d.enter)
	mux.HandleFunc("GET /{lang}/waiting/{id}/draw.json", d.draw)
}

// URL is a room's address in a language.
func URL(p ui.Page, roomID string) string { return p.URL("/waiting/" + roomID) }

// The cookies: a place for its room, a pass for its room. The name tells them apart, the value is signed.
func cookieName(kind, roomID string) string {
	sum := sha256.Sum256([]byte(roomID))
	return "sahna_" + kind + "_" + hex.EncodeToString(sum[:4])
}

func cookie(r *http.Request, kind, roomID string) string {
	c, err := r.Cookie(cookieName(kind, roomID))
	if err != nil {
		return ""
	}
	return c.Value
}

// PassOf returns the pass that a browser carries for a room, "" when none.
func PassOf(r *http.Request, roomID string) string { return cookie(r, "pass", roomID) }

// HasPass tells whether a browser carries a pass for any room at all: what it sees may be its own.
func HasPass(r *http.Request) bool { return strings.Contains(r.Header.Get("Cookie"), "sahna_pass_") }

const placeLives = 14 * 24 * time.Hour

// Network is where a visitor comes from, shortened so that it names no single one; "" for the machine itself and the house's own
// network.
func Network(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	a, err := netip.ParseAddr(host)
	if err != nil || a.IsLoopback() || a.IsPrivate() {
		return ""
	}
	size := 24
	if a = a.Unmap(); a.Is6() {
		size = 48
	}
	p, err := a.WithZone("").Prefix(size)
	if err != nil {
		return ""
	}
	return p.String()
}
