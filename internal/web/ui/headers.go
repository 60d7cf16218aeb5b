package ui

import (
	"net/http"
	"strings"
)

// Headers says to browsers what a page of ours may do: nothing that is not listed here.
func (u *UI) Headers(next http.Handler) http.Handler {
	csp := strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
		"connect-src 'self'", "media-src 'self'", "manifest-src 'self'", "worker-src 'self'",
		strings.Join(append([]string{"form-action 'self'"}, u.FormAction...), " "),
		"base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
	secure := strings.HasPrefix(u.BaseURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
