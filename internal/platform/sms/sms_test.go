package sms

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/outgoing"
)

func TestAMessageIsHandedOverWholeOrAnErrorThatNamesNobody(t *testing.T) {
	var got message
	var token string
	status := http.StatusAccepted
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token = r.Header.Get("Authorization")
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
	}))
	g := NewGateway(srv.URL, "key", "Sahna")
	if err := g.Text(t.Context(), outgoing.Issue(outgoing.SMSGateway), "+77011234567", "Код: 123 456"); err != nil {
		t.Fatal(err)
	}
	if got != (message{"+77011234567", "Sahna", "Код: 123 456"}) || token != "Bearer key" {
		t.Errorf("the gateway got %d letters under %q", len(got.Text), token)
	}
	status = http.StatusBadGateway
	if err := g.Text(t.Context(), outgoing.Issue(outgoing.SMSGateway), "+77011234567", "Код"); err == nil || strings.Contains(err.Error(), "7701") {
		t.Errorf("a refusal: %v", err)
	}
	if err := g.Text(t.Context(), outgoing.Pass{}, "+77011234567", "Код"); !errors.Is(err, outgoing.ErrNoPass) {
		t.Errorf("without the gate's yes: %v", err)
	}
	srv.Close()
	if err := g.Text(t.Context(), outgoing.Issue(outgoing.SMSGateway), "+77011234567", "Код"); err == nil || strings.Contains(err.Error(), "7701") {
		t.Errorf("nobody there: %v", err)
	}
}
