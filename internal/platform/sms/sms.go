// Package sms sends text messages.
//
// It owns how a message leaves: to a gateway by HTTP, or into the demo's outbox
// (mail.Outbox is a Sender too). It promises that a message is handed over whole
// or an error comes back, so that the job tries again; neither number nor text
// stands in an error. It does not choose words or recipients, and keeps no copy.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/platform/outgoing"
)

// Sender hands a text message over. To is a number like +77011234567.
type Sender interface {
	Text(ctx context.Context, pass outgoing.Pass, to, text string) error
}

// Gateway posts {"to", "from", "text"} as JSON to an address, with a bearer token: the form that operators' gateways take, or that a
// few lines in front of them make of it.
type Gateway struct {
	URL    string
	Token  string
	From   string // the sender's name that the operator of the network has registered
	Client *http.Client
}

// NewGateway makes a gateway that gives up after ten seconds.
func NewGateway(url, token, from string) *Gateway {
	return &Gateway{URL: url, Token: token, From: from, Client: &http.Client{Timeout: 10 * time.Second}}
}

type message struct {
	To   string `json:"to"`
	From string `json:"from"`
	Text string `json:"text"`
}

// Text implements Sender.
func (g *Gateway) Text(ctx context.Context, pass outgoing.Pass, to, text string) error {
	if err := pass.Take(outgoing.SMSGateway); err != nil {
		return err
	}
	body, err := json.Marshal(message{to, g.From, text})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the gateway's address is wrong")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+g.Token)
	res, err := g.Client.Do(req)
	if err != nil {
		return fmt.Errorf("reach the gateway: %w", err)
	}
	defer res.Body.Close()                                       //nolint:errcheck // read only
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection is used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the gateway answered %d", res.StatusCode)
	}
	return nil
}
