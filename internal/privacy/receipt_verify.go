package privacy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/vault"
)

// longestReceipt bounds a file that a stranger hands us.
const longestReceipt = 1 << 20

// ReceiptCheck is what checking a receipt's file has shown.
type ReceiptCheck struct {
	Receipt  Receipt
	Findings []string // what is wrong, in words; none when the receipt is whole
}

// CheckReceipt checks a receipt's file with nothing but itself and the journal's public key: the signature, the proof, that the
// entry is of this very consent, and that the text is the one that was shown. key is the public key that the operator
// publishes; "" takes the file's own, which proves that the file is whole but not whose it is.
func CheckReceipt(file []byte, key string) ReceiptCheck {
	r, err := readReceipt(file)
	c := ReceiptCheck{Receipt: r}
	if err != nil {
		c.say("the file is no receipt: " + err.Error())
		return c
	}
	if key != "" && r.Journal.Verifier != key {
		c.say("the file names another journal's key than the one it is to be checked with")
	}
	if key == "" {
		key = r.Journal.Verifier
	}
	e, ok := vault.ParseEntry(r.Journal.Entry)
	if !ok {
		c.say("the journal's entry cannot be read: it was changed")
		return c
	}
	c.proof(e, key)
	if r.Act != "look" {
		c.entry(e)
	}
	return c
}

func (c *ReceiptCheck) say(what string) { c.Findings = append(c.Findings, what) }

func readReceipt(file []byte) (r Receipt, err error) {
	if len(file) > longestReceipt {
		return r, errors.New("it is too long")
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("something follows it")
	}
	if r.Format != receiptFormat {
		return r, errors.New("its format is not " + receiptFormat)
	}
	return r, nil
}

// proof checks that the signed journal holds the entry.
func (c *ReceiptCheck) proof(e vault.Entry, key string) {
	hashes, ok := vault.ProofOf(c.Receipt.Journal.Proof)
	if !ok {
		c.say("the proof cannot be read: it was changed")
		return
	}
	err := vault.CheckEntry(key, []byte(c.Receipt.Journal.Checkpoint), vault.ProvedEntry{Entry: e, Place: c.Receipt.Journal.Place, Proof: hashes})
	switch {
	case errors.Is(err, vault.ErrCheckpoint):
		c.say("the checkpoint is not signed by this journal's key")
	case err != nil:
		c.say("the journal that the checkpoint signs does not hold this entry: the entry or its proof was changed")
	}
}

// entry checks that the journal's entry is of this act, and its text the one that was shown.
func (c *ReceiptCheck) entry(e vault.Entry) {
	r := c.Receipt
	s, ok := r.statement()
	if !ok {
		c.say("it is neither a consent with its text nor a withdrawal")
		return
	}
	verbs := map[string]vault.Verb{"consent": vault.VerbConsent, "withdrawal": vault.VerbWithdraw}
	if e.Verb != verbs[r.Act] {
		c.say("the journal's entry tells of something else than a " + r.Act)
	}
	scope, hash, _ := strings.Cut(e.Reason, ":")
	switch {
	case scope != r.Scope:
		c.say("the journal's entry is about another scope: " + scope)
	case hash != s.hash():
		c.say("what the receipt says differs from what the journal vouches for: a date, version, channel, language, recipient or text hash was changed")
	}
	if drift := clock.Micros(e.At) - clock.Micros(r.At); drift < 0 || drift > 60_000_000 {
		c.say("the journal's entry was made at another time than the receipt says")
	}
	if r.Consent == nil {
		return
	}
	if textHash(r.Consent.Lang, r.Consent.Summary, r.Consent.Text) != r.Consent.TextHash {
		c.say("the text is not the one that was shown: it differs from its hash")
	}
}
