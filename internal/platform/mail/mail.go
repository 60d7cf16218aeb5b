// Package mail sends letters.
//
// It owns how a letter leaves: by SMTP, or into the demo's outbox. It promises
// that a letter is handed over whole or an error comes back, so that the job
// tries again, and that none leaves without the gate's pass. It does not choose
// words or recipients, and keeps no copy.
package mail

import (
	"context"

	"github.com/sahna/sahna/internal/platform/outgoing"
)

// Letter is one mail to one person. Text is always there; HTML is optional.
type Letter struct {
	To          string
	Subject     string
	Text        string
	HTML        string
	Attachments []Attachment
}

// Attachment is a file of a letter.
type Attachment struct {
	Name string
	Type string // media type
	Data []byte
}

// Sender hands a letter over, if the gate has said yes to it: it takes the pass before anything leaves.
type Sender interface {
	Send(ctx context.Context, pass outgoing.Pass, l Letter) error
}
