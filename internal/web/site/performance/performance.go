// Package performance is the page where a buyer chooses seats: the drawn hall, and beside it the list that does the same.
//
// It owns /{lang}/performance/{id} and what the picker in the browser asks for:
// the hall's geometry, what is left of it, and the changes as they happen. It
// promises that everything on it can be done without JavaScript, by keyboard
// and by a screen reader, and that a choice that fails comes back as it was.
// It decides nothing: what may be held is the box office's.
package performance

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/ui"
)

// Door serves the performance's page.
type Door struct {
	UI      *ui.UI
	Catalog *catalog.Catalog
	Office  *boxoffice.Office
	Rooms   *waitroom.Rooms // nil: nobody has to wait
	// Closing ends the live streams when the server stops; nil: they end with their readers.
	Closing <-chan struct{}

	streams  atomic.Int64 // live streams that are open
	drawings sync.Map     // drawingKey → *ui.Packed
}

// Mount puts the page and the picker's resources on their addresses.
func (d *Door) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{lang}/performance/{id}", d.show)
	mux.HandleFunc("POST /{lang}/performance/{id}/hold", d.hold)
	mux.HandleFunc("GET /{lang}/performance/{id}/availability", d.availability)
	mux.HandleFunc("GET /{lang}/performance/{id}/live", d.live)
	mux.HandleFunc("GET /{lang}/plan/{file}", d.geometry)
}
