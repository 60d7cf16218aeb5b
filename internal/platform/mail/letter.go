package mail

import (
	"net/mail"
	"strings"

	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrLetter is a letter that cannot be sent as it is: no recipient, no text, or a line break where a header would break.
// Its cause says which part, never the value.
var ErrLetter = fault.New(fault.Invalid, "mail.letter")

type letterError string

func (e letterError) Error() string { return string(e) }

// check refuses what could smuggle a header into the letter, before any library sees it.
func (l Letter) check() error {
	if hasControl(l.To) || hasControl(l.Subject) {
		return ErrLetter.Because(letterError("line break in recipient or subject"))
	}
	a, err := mail.ParseAddress(l.To)
	if err != nil || a.Name != "" {
		return ErrLetter.Because(letterError("recipient is not one plain address")) // the parser's own error quotes the address
	}
	if strings.TrimSpace(l.Text) == "" {
		return ErrLetter.Because(letterError("no text"))
	}
	for _, f := range l.Attachments {
		if f.Name == "" || hasControl(f.Name) || hasControl(f.Type) || strings.ContainsAny(f.Name, `/\"`) {
			return ErrLetter.Because(letterError("attachment's name"))
		}
	}
	return nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
}
