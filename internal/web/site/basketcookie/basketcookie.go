// Package basketcookie keeps the keys of a visitor's holds in the browser.
//
// It owns the cookie "sahna_basket". It promises that nothing but ids and
// secrets of holds stands in it, and that what a stranger puts there is at
// worst no key at all. What the keys open is the box office's affair.
package basketcookie

import (
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
)

// Name is the cookie's name.
const Name = "sahna_basket"

// The most holds in one basket, and the longest cookie that is looked at.
const (
	mostHolds  = 12
	mostLength = 3800
)

// Read returns the keys in the request's basket; none when there is no basket.
func Read(r *http.Request) []boxoffice.HoldKey {
	c, err := r.Cookie(Name)
	if err != nil || len(c.Value) > mostLength {
		return nil
	}
	var keys []boxoffice.HoldKey
	for _, part := range strings.Split(c.Value, ",") {
		dot := strings.LastIndexByte(part, '.') // an id may have dots, a secret has none
		if dot <= 0 || dot == len(part)-1 || len(keys) == mostHolds {
			continue
		}
		keys = append(keys, boxoffice.HoldKey{ID: part[:dot], Secret: part[dot+1:]})
	}
	return keys
}

// Add puts a key into the basket beside those that the request brought. The oldest leaves when there are too many.
func Add(w http.ResponseWriter, r *http.Request, key boxoffice.HoldKey) {
	var keys []boxoffice.HoldKey
	for _, k := range Read(r) {
		if k.ID != key.ID {
			keys = append(keys, k)
		}
	}
	keys = append(keys, key)
	if len(keys) > mostHolds {
		keys = keys[len(keys)-mostHolds:]
	}
	set(w, keys, secure(r))
}

// Set makes these keys the basket; none takes the cookie away.
func Set(w http.ResponseWriter, r *http.Request, keys []boxoffice.HoldKey) { set(w, keys, secure(r)) }

func set(w http.ResponseWriter, keys []boxoffice.HoldKey, secure bool) {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k.ID + "." + k.Secret
	}
	c := &http.Cookie{
		Name: Name, Value: strings.Join(parts, ","), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	}
	if len(keys) == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// secure tells whether the visitor came by TLS, to us or to the proxy in front.
func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}
