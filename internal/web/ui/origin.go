package ui

import (
	"net/http"

	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrForeign: another site's page posted with the visitor's cookies.
var ErrForeign = fault.New(fault.Forbidden, "ui.foreign")

// SameOrigin refuses what another site's page posts with the visitor's cookies. Machines without a browser, such as a
// payment provider's callback, send neither Origin nor Sec-Fetch-Site and pass.
func (u *UI) SameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { u.Fail(w, r, ErrForeign) }))
	return guard.Handler(next)
}
