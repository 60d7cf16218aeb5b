package apptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Client buys over the API as an integrator would.
type Client struct {
	URL  string
	From string // the network that it says it comes from, to a program that believes its proxy; "" for its own
	HTTP *http.Client
}

// NewClient asks the program at a base address.
func NewClient(base string) *Client {
	return &Client{URL: base, HTTP: &http.Client{
		Timeout:       60 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

// Answer is a response, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Into decodes the body.
func (a Answer) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("status %d: %w: %.300s", a.Status, err, a.Body)
	}
	return nil
}

// Do sends a request with an optional JSON body and bearer token.
func (c *Client) Do(method, path string, body any, bearer string) (Answer, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, c.URL+path, r)
	if err != nil {
		return Answer{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", uuid.NewString())
	}
	if c.From != "" {
		req.Header.Set("X-Forwarded-For", c.From)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	return c.Send(req)
}

// Send sends a request as it is.
func (c *Client) Send(req *http.Request) (Answer, error) {
	res, err := c.HTTP.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	b, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, res.Header, b}, err
}

// Policy is what must be agreed to.
type Policy struct {
	VersionID string `json:"version_id"`
	Hash      string `json:"hash"`
	Scopes    []struct {
		Code     string `json:"code"`
		Required bool   `json:"required"`
	} `json:"scopes"`
}

// Policy returns the policy in force.
func (c *Client) Policy() (p Policy, err error) {
	a, err := c.Do("GET", "/api/v1/policies/privacy", nil, "")
	if err != nil {
		return p, err
	}
	return p, a.Into(&p)
}

// SeatIDs lists the seats of a performance's plan.
func (c *Client) SeatIDs(performance string) ([]string, error) {
	a, err := c.Do("GET", "/api/v1/performances/"+performance+"/plan", nil, "")
	if err != nil {
		return nil, err
	}
	var tree any
	if err := a.Into(&tree); err != nil {
		return nil, err
	}
	var ids []string
	collectSeats(tree, &ids)
	return ids, nil
}

// collectSeats finds every object under a key "seats", wherever the plan keeps them.
func collectSeats(v any, out *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			list, ok := x.([]any)
			if k != "seats" || !ok {
				collectSeats(x, out)
				continue
			}
			for _, s := range list {
				if m, ok := s.(map[string]any); ok {
					if id, ok := m["id"].(string); ok {
						*out = append(*out, id)
					}
				}
			}
		}
	case []any:
		for _, x := range v {
			collectSeats(x, out)
		}
	}
}

// Hold is the API's hold.
type Hold struct {
	ID        string    `json:"id"`
	Secret    string    `json:"secret"`
	ExpiresAt time.Time `json:"expires_at"`
	Total     struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	} `json:"total"`
	Items []struct {
		SeatID      string `json:"seat_id"`
		PriceZoneID string `json:"price_zone_id"`
	} `json:"items"`
}

// Hold holds seats; a status other than 201 comes back with no error.
func (c *Client) Hold(performance string, seats ...string) (h Hold, status int, err error) {
	a, err := c.Do("POST", "/api/v1/holds", map[string]any{"performance_id": performance, "seats": seats}, "")
	if err != nil || a.Status != http.StatusCreated {
		return h, a.Status, err
	}
	return h, a.Status, a.Into(&h)
}

// Buyer is who orders.
type Buyer struct {
	Surname string `json:"surname"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Phone   string `json:"phone"`
}

// AnyBuyer is a buyer nobody looks for.
var AnyBuyer = Buyer{Surname: "Ахметов", Name: "Ерлан", Email: "buyer@sahna.example", Phone: "+77010000001"}

// Order is the API's order.
type Order struct {
	Code    string `json:"code"`
	Secret  string `json:"secret"`
	Status  string `json:"status"`
	Payment struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	} `json:"payment"`
	Tickets []struct {
		Code   string `json:"code"`
		PDFURL string `json:"pdf_url"`
	} `json:"tickets"`
}

// Order turns a hold into an order with the required consents.
func (c *Client) Order(h Hold, p Policy, b Buyer) (o Order, status int, err error) {
	var scopes []string
	for _, s := range p.Scopes {
		if s.Required {
			scopes = append(scopes, s.Code)
		}
	}
	a, err := c.Do("POST", "/api/v1/orders", map[string]any{
		"hold_id": h.ID, "hold_secret": h.Secret, "buyer": b, "provider": "test",
		"consents": []map[string]any{{"version_id": p.VersionID, "scopes": scopes}},
	}, "")
	if err != nil || a.Status != http.StatusCreated {
		return o, a.Status, err
	}
	return o, a.Status, a.Into(&o)
}

// Pay presses a button of the test bank.
func (c *Client) Pay(paymentID, outcome string) (int, error) {
	form := url.Values{"outcome": {outcome}}
	req, err := http.NewRequest("POST", c.URL+"/pay/test/"+paymentID, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := c.Send(req)
	return a.Status, err
}

// FindOrder reads an order with its secret.
func (c *Client) FindOrder(code, secret string) (o Order, status int, err error) {
	a, err := c.Do("GET", "/api/v1/orders/"+code, nil, secret)
	if err != nil || a.Status != http.StatusOK {
		return o, a.Status, err
	}
	return o, a.Status, a.Into(&o)
}

// Scan is the door's answer.
type Scan struct {
	Result string `json:"result"`
	Reason string `json:"reason"`
}

// Scan shows a ticket's code at a gate.
func (c *Client) Scan(code, gate, device string) (s Scan, status int, err error) {
	a, err := c.Do("POST", "/api/v1/scans", map[string]string{"code": code, "gate_id": gate}, device)
	if err != nil {
		return s, a.Status, err
	}
	return s, a.Status, a.Into(&s)
}
