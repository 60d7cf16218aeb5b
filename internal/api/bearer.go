package api

import (
	"strings"

	"github.com/sahna/sahna/internal/platform/fault"
)

var errToken = fault.New(fault.Unauthenticated, "api.token_needed")

// Bearer is the header with the secret of a hold or an order, or a scanner's token.
type Bearer struct {
	Authorization string `header:"Authorization" hidden:"true"`
}

func (b Bearer) token() (string, error) {
	scheme, token, ok := strings.Cut(strings.TrimSpace(b.Authorization), " ")
	token = strings.TrimSpace(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > 500 || !plain(token) {
		return "", errToken
	}
	return token, nil
}

// Idempotent documents the header that guard.go obeys.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"Any text that is new for each wish, e.g. a UUID. The same request with the same key gets the same answer for 24 hours and acts once." example:"0b8cfe0e-3f0c-4c7b-a0ff-52b8a8a5a1d2"`
}
