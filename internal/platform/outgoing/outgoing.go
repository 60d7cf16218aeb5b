// Package outgoing is the slip without which nothing about a person leaves the program.
//
// It owns the Pass. It promises that a pass is good for one letter or one
// message, and that the zero Pass is good for none. It does not decide who gets
// one: privacy's gate (Privacy.Leaves) does, and internal/outgoing_test.go holds
// that no other place makes any.
package outgoing

import (
	"errors"
	"sync/atomic"
)

// ErrNoPass is a letter or message that nobody asked the gate about, or one that goes out a second time by the same yes.
var ErrNoPass = errors.New("it may not leave: the register of processing was not asked (Privacy.Leaves)")

// Pass is the gate's yes to one letter or message to one recipient. Whoever carries things out takes it first.
type Pass struct {
	recipient string
	unused    *atomic.Bool
}

// Issue makes a pass for a recipient of the register. Only privacy's gate calls it.
func Issue(recipient string) Pass {
	p := Pass{recipient, &atomic.Bool{}}
	p.unused.Store(true)
	return p
}

// Take uses the pass up; who carries for another recipient than it names, or carries twice, gets ErrNoPass.
func (p Pass) Take(recipient string) error {
	if p.unused == nil || p.recipient != recipient || !p.unused.CompareAndSwap(true, false) {
		return ErrNoPass
	}
	return nil
}

// The recipients that the program itself carries things to, by their codes in the register.
const (
	MailGateway = "mail_gateway"
	SMSGateway  = "sms_gateway"
)
