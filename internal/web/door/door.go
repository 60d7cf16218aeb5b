// Package door is the scanner at the entrance: a page for a phone's camera, for typed codes, and for the time without a network.
//
// It owns the addresses under /{lang}/door. It promises that a typed code works
// without JavaScript, that the answer is told by word, colour, sound and
// vibration, and that a scanner without a network goes on by itself and reports
// later. Who may enter is admission's decision; here it is only shown.
package door

import (
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// Door serves the scanner.
type Door struct {
	UI        *ui.UI
	Catalog   *catalog.Catalog
	Admission *admission.Admission
	Clock     clock.Clock

	tries *rate.Limiter
}

// Mount puts the scanner on its addresses.
func (d *Door) Mount(mux *http.ServeMux) {
	// Codes have 40 bits and live for 15 minutes: this many tries a second find none.
	d.tries = rate.NewLimiter(rate.Limit(5), 20)
	mux.HandleFunc("GET /{lang}/door", d.start)
	mux.HandleFunc("POST /{lang}/door/sign-in", d.signIn)
	mux.HandleFunc("POST /{lang}/door/sign-out", d.signOut)
	mux.HandleFunc("GET /{lang}/door/scan", d.scanner)
	mux.HandleFunc("POST /{lang}/door/scan", d.typed)
	mux.HandleFunc("GET /{lang}/door/doubles", d.doubles)
	mux.HandleFunc("GET /{lang}/door/sw.js", serviceWorker)
	mux.HandleFunc("GET /{lang}/door/api/list", d.list)
	mux.HandleFunc("POST /{lang}/door/api/scans", d.scans)
}

// Cookie is where a browser keeps its device token. It is HttpOnly: the page's script never needs the token, not even without a
// network, because it decides there by the list it has; the browser adds the cookie when the scans are reported. So nothing that
// runs in the page can carry the token away.
const Cookie = "sahna_device"

const cookieFor = 90 * 24 * time.Hour

func (d *Door) setCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{
		Name: Cookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: len(d.UI.BaseURL) > 5 && d.UI.BaseURL[:5] == "https", MaxAge: int(cookieFor.Seconds()),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// device returns the scanner that asks; admission.ErrDevice when it is not signed in.
func (d *Door) device(r *http.Request) (admission.Device, error) {
	c, err := r.Cookie(Cookie)
	if err != nil {
		return admission.Device{}, admission.ErrDevice
	}
	return d.Admission.DeviceByToken(r.Context(), c.Value)
}

var errTries = fault.New(fault.TooMany, "door.too_many_tries").On("code")

// page starts a page of the door: nothing for search engines, the door's own looks.
func (d *Door) page(r *http.Request, title string) ui.Page {
	p := d.UI.Page(r, title)
	p.NoIndex = true
	p.Styles = []string{"door.css"}
	return p
}
