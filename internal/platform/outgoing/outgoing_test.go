package outgoing_test

import (
	"errors"
	"testing"

	"github.com/sahna/sahna/internal/platform/outgoing"
)

func TestAPassIsGoodOnceAndForItsRecipient(t *testing.T) {
	if err := (outgoing.Pass{}).Take(outgoing.MailGateway); !errors.Is(err, outgoing.ErrNoPass) {
		t.Errorf("the zero pass: %v", err)
	}
	p := outgoing.Issue(outgoing.MailGateway)
	if err := p.Take(outgoing.SMSGateway); !errors.Is(err, outgoing.ErrNoPass) {
		t.Errorf("another recipient: %v", err)
	}
	if err := p.Take(outgoing.MailGateway); err != nil {
		t.Errorf("its own recipient: %v", err)
	}
	if err := p.Take(outgoing.MailGateway); !errors.Is(err, outgoing.ErrNoPass) {
		t.Errorf("a second time: %v", err)
	}
}
