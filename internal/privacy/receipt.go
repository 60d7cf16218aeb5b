package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// ErrNoReceipt is a consent that the person does not have, or that was recorded before receipts were.
var ErrNoReceipt = fault.New(fault.NotFound, "privacy.no_receipt")

const receiptFormat = "sahna receipt 1"

// Receipt is a consent, or its withdrawal, with everything that proves it offline: the text, and the journal's proof. It names
// nobody; whoever holds it knows whose it is.
type Receipt struct {
	Format    string          `json:"format"`
	Act       string          `json:"act"` // "consent" or "withdrawal"
	ID        string          `json:"id"`
	Scope     string          `json:"scope"`
	Recipient string          `json:"recipient,omitempty"` // "" is the operator
	Channel   string          `json:"channel"`
	At        time.Time       `json:"at"`
	Operator  receiptOperator `json:"operator"`
	Consent   *ReceiptText    `json:"consent,omitempty"` // of a consent
	Journal   ReceiptProof    `json:"journal"`
}

type receiptOperator struct {
	Name string `json:"name"`
	BIN  string `json:"bin"`
}

// ReceiptText is what was agreed to, and how.
type ReceiptText struct {
	Version     int       `json:"version"`
	VersionHash string    `json:"version_hash"`
	Lang        i18n.Lang `json:"lang"`
	Confirmed   string    `json:"confirmed"`
	Expires     time.Time `json:"expires,omitzero"`
	Summary     string    `json:"summary"`
	Text        string    `json:"text"`
	TextHash    string    `json:"text_hash"`
}

// ReceiptProof proves that the journal holds the act.
type ReceiptProof struct {
	Entry      string   `json:"entry"` // the lines that the tree hashes
	Place      int64    `json:"place"`
	Proof      [][]byte `json:"proof"`
	Checkpoint string   `json:"checkpoint"`
	Verifier   string   `json:"verifier"`
}

// statement is what the journal's entry vouches for: its lines name all that a consent or withdrawal says.
type statement []string

func (s statement) hash() string {
	h := sha256.Sum256([]byte(strings.Join(s, "\n") + "\n"))
	return hex.EncodeToString(h[:])
}

func (c Consent) statement(v Version) statement {
	return statement{
		"sahna consent 1", c.ID, strconv.Itoa(v.Number), v.Hash, c.Scope, c.Recipient, string(c.Lang), c.Channel, c.Confirmed,
		c.TextHash, strconv.FormatInt(clock.Micros(c.GivenAt), 10), strconv.FormatInt(clock.Micros(c.ExpiresAt), 10),
	}
}

func (w withdrawal) statement() statement {
	return statement{"sahna withdrawal 1", w.id, w.scope, w.recipient, w.channel, strconv.FormatInt(clock.Micros(w.at), 10)}
}

func (r Receipt) statement() (statement, bool) {
	switch {
	case r.Act == "consent" && r.Consent != nil:
		return Consent{
			ID: r.ID, Scope: r.Scope, Recipient: r.Recipient, Lang: r.Consent.Lang, Channel: r.Channel, Confirmed: r.Consent.Confirmed,
			TextHash: r.Consent.TextHash, GivenAt: r.At, ExpiresAt: r.Consent.Expires,
		}.
			statement(Version{Number: r.Consent.Version, Hash: r.Consent.VersionHash}), true
	case r.Act == "withdrawal" && r.Consent == nil:
		return withdrawal{id: r.ID, scope: r.Scope, recipient: r.Recipient, channel: r.Channel, at: r.At}.statement(), true
	}
	return nil, false
}

// ReceiptOf makes the receipt of a person's consent; ended asks for that of its withdrawal.
func (p *Privacy) ReceiptOf(ctx context.Context, person, consentID string, ended bool) (r Receipt, err error) {
	defer fault.Wrap(&err, "receipt of consent %s", consentID)
	c, err := findConsent(ctx, p.db, consentID)
	if errors.Is(err, db.ErrNoRow) || err == nil && (c.person != person || c.entryID == "") {
		return Receipt{}, ErrNoReceipt
	}
	if err != nil {
		return Receipt{}, err
	}
	r = Receipt{
		Format: receiptFormat, Act: "consent", ID: c.ID, Scope: c.Scope, Recipient: c.Recipient, Channel: c.Channel, At: c.GivenAt,
		Operator: receiptOperator{p.operator.Name.In(c.Lang), p.operator.BIN},
	}
	entry := c.entryID
	if ended {
		w, err := withdrawalOf(ctx, p.db, c)
		if errors.Is(err, db.ErrNoRow) || err == nil && w.entryID == "" {
			return Receipt{}, ErrNoReceipt
		}
		if err != nil {
			return Receipt{}, err
		}
		r.Act, r.ID, r.Channel, r.At, entry = "withdrawal", w.id, w.channel, w.at, w.entryID
	} else if r.Consent, err = p.receiptText(ctx, c); err != nil {
		return Receipt{}, err
	}
	r.Journal, err = p.prove(ctx, entry)
	return r, err
}

func (p *Privacy) receiptText(ctx context.Context, c Consent) (*ReceiptText, error) {
	v, err := p.Version(ctx, c.VersionID)
	if err != nil {
		return nil, err
	}
	out := &ReceiptText{
		Version: v.Number, VersionHash: v.Hash, Lang: c.Lang, Confirmed: c.Confirmed, Expires: c.ExpiresAt, TextHash: c.TextHash,
	}
	if c.Recipient != "" {
		out.Summary, out.Text, err = shownText(ctx, p.db, c.TextHash)
		if errors.Is(err, db.ErrNoRow) {
			err = ErrNoReceipt
		}
		return out, err
	}
	s, ok := v.Scope(c.Scope)
	if !ok {
		return nil, ErrNoReceipt
	}
	out.Summary, out.Text = s.Summary.In(c.Lang), s.Text.In(c.Lang)
	return out, nil
}

func (p *Privacy) prove(ctx context.Context, entryID string) (ReceiptProof, error) {
	if p.vault == nil {
		return ReceiptProof{}, ErrNoReceipt
	}
	d, err := p.vault.Prove(ctx, entryID)
	if err != nil {
		return ReceiptProof{}, err
	}
	return proofOf(d), nil
}

func proofOf(d vault.ProvedDeed) ReceiptProof {
	out := ReceiptProof{Entry: d.Record(), Place: d.Place, Checkpoint: string(d.Checkpoint), Verifier: d.Verifier, Proof: [][]byte{}}
	for _, h := range d.Proof {
		out.Proof = append(out.Proof, h[:])
	}
	return out
}

// LookReceipt proves one line of a person's journal: that somebody opened their data, when and why.
type LookReceipt struct {
	Format  string       `json:"format"`
	Act     string       `json:"act"` // "look"
	Journal ReceiptProof `json:"journal"`
}

// LookReceiptOf makes the proof of a journal entry of one of the persons given; ErrNoReceipt when it is nobody's of them.
func (p *Privacy) LookReceiptOf(ctx context.Context, persons []string, entryID string) (LookReceipt, error) {
	for _, person := range persons {
		is, err := p.vault.IsOf(ctx, entryID, person)
		if err != nil {
			return LookReceipt{}, err
		}
		quiet, err := p.quietEntry(ctx, person, entryID)
		if err != nil {
			return LookReceipt{}, err
		}
		if is && !quiet {
			proof, err := p.prove(ctx, entryID)
			return LookReceipt{receiptFormat, "look", proof}, err
		}
	}
	return LookReceipt{}, ErrNoReceipt
}

// JSON is the receipt as a file.
func (r Receipt) JSON() ([]byte, error) { return receiptJSON(r) }

// JSON is the proof as a file.
func (r LookReceipt) JSON() ([]byte, error) { return receiptJSON(r) }

func receiptJSON(r any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return []byte(b.String()), err
}
