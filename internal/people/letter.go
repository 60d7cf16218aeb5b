package people

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// codeLetter is the job that mails a code. It names the code's row and nothing more: the digits are made here, a hash of them is
// kept, and they go into the letter. A second run makes other digits, so what stands in the queue helps nobody.
type codeLetter struct {
	CodeID string `json:"code_id"`
}

// Kind names the handler.
func (codeLetter) Kind() string { return "people_code_letter" }

// The recipients of letters and text messages in the register of processing.
const (
	mailGateway = "mail_gateway"
	smsGateway  = "sms_gateway"
)

// lettersAnHour is how many letters one account gets, whichever process is asked.
const lettersAnHour = 8

func (p *People) sendCode(ctx context.Context, j codeLetter) (err error) {
	defer fault.Wrap(&err, "mail code %s", j.CodeID)
	c, err := findCodeByID(ctx, p.db, j.CodeID)
	if errors.Is(err, db.ErrNoRow) || err == nil && c.account == "" {
		return nil
	}
	if err != nil {
		return err
	}
	if n, err := lettersSince(ctx, p.db, c.account, p.clock.Now().Add(-time.Hour)); err != nil || n >= lettersAnHour {
		return err
	}
	digits, err := newDigits()
	if err != nil {
		return err
	}
	hash, err := hashSecret(ctx, digits)
	if err != nil {
		return err
	}
	to, pass, err := p.addressFor(ctx, c, hash)
	if err != nil || to == "" {
		return err
	}
	if err := p.hand(ctx, pass, c, to, digits); err != nil {
		return err
	}
	return setSent(ctx, p.db, c.id, p.clock.Now())
}

// hand gives a code to the mail, or to the text message gateway.
func (p *People) hand(ctx context.Context, pass outgoing.Pass, c code, to, digits string) error {
	if !c.byPhone {
		return p.mail.Send(ctx, pass, p.letter(c, to, digits))
	}
	if p.SMS == nil {
		return nil
	}
	return p.SMS.Text(ctx, pass, to, p.bundle.Printer(c.lang).T("people.letter.text", "site", p.SiteName, "code", digits[:3]+" "+digits[3:], "minutes", int(codeLives/time.Minute)))
}

// addressFor keeps the digits' hash and opens the address they go to; "" when no letter is due any more.
func (p *People) addressFor(ctx context.Context, c code, hash string) (to string, pass outgoing.Pass, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		to = ""
		due, err := setDigits(ctx, tx, c.id, hash, p.clock.Now())
		if err != nil || !due {
			return err
		}
		to, pass, err = p.codeAddress(ctx, tx, c)
		return err
	})
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Gone, fault.NotFound: // blocked, erased, gone: trying again will not help
		return "", pass, nil
	}
	return to, pass, err
}

// codeAddress opens the address of a code's letter. It goes to who asked for it, so a block of their data does not stop it: it
// is how they come to their rights.
func (p *People) codeAddress(ctx context.Context, tx *db.DB, c code) (to string, pass outgoing.Pass, err error) {
	o := vault.Opening{Person: c.account, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email}, Actor: "person", Reason: "code_letter"}
	switch {
	case c.purpose == codeEmail:
		o.Person = c.person
	case c.purpose != codeRights && c.purpose != codeProof:
		a, err := findAccountByID(ctx, tx, c.account)
		if err != nil {
			return "", pass, err
		}
		o.Person = a.person
		if blocked, err := p.vault.Blocked(ctx, tx, a.person); err != nil {
			return "", pass, err
		} else if !blocked {
			o.Purpose, o.Actor = vault.PurposeIdentification, "system"
		}
	}
	field, gateway := vault.Email, mailGateway
	if c.byPhone {
		field, gateway = vault.Phone, smsGateway
		o.Fields = []vault.Field{vault.Phone}
	}
	got, err := p.vault.Open(ctx, tx, o)
	address := got[field]
	if err != nil || address.Empty() {
		return "", pass, err
	}
	pass, err = p.Leaves(ctx, tx, gateway, o)
	return address.Reveal(), pass, err
}

// letter writes a code's letter. It names nobody: whoever registered may have typed a stranger's address.
func (p *People) letter(c code, to, digits string) mail.Letter {
	t := p.bundle.Printer(c.lang)
	var subject, why string
	spaced := digits[:3] + " " + digits[3:]
	switch c.purpose {
	case codeConfirm:
		subject, why = t.T("people.letter.confirm_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.confirm", "site", p.SiteName)
	case codeKnown:
		subject, why = t.T("people.letter.known_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.known", "site", p.SiteName)
	case codeReset:
		subject, why = t.T("people.letter.reset_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.reset", "site", p.SiteName)
	case codeRights:
		subject, why = t.T("people.letter.rights_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.rights", "site", p.SiteName)
	case codeProof:
		subject, why = t.T("people.letter.proof_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.proof", "site", p.SiteName)
	case codeEmail:
		subject, why = t.T("people.letter.email_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.email", "site", p.SiteName)
	default:
		subject, why = t.T("people.letter.sign_in_subject", "site", p.SiteName, "code", spaced), t.T("people.letter.sign_in", "site", p.SiteName)
	}
	words := letterWords{
		Lang: string(c.lang), Subject: subject, Hello: t.T("people.letter.hello"), Why: why, Code: spaced,
		Lives: t.T("people.letter.lives", "minutes", int(codeLives/time.Minute)), Ignore: t.T("people.letter.ignore"), Site: p.SiteName,
	}
	text := strings.Join([]string{words.Hello, why, spaced, words.Lives, words.Ignore, "— " + p.SiteName}, "\n\n") + "\n"
	return mail.Letter{To: to, Subject: subject, Text: text, HTML: words.html()}
}

type letterWords struct{ Lang, Subject, Hello, Why, Code, Lives, Ignore, Site string }

var letterPage = template.Must(template.New("letter").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:#1b1b1f;background:#f4f3f1">
<div style="max-width:480px;margin:0 auto;padding:28px;background:#fff;border-radius:12px">
<p style="margin-top:0">{{.Hello}}</p><p>{{.Why}}</p>
<p style="font-size:34px;letter-spacing:4px;font-weight:700;margin:24px 0">{{.Code}}</p>
<p>{{.Lives}}</p><p style="color:#5c5c66">{{.Ignore}}</p><p style="color:#5c5c66;margin-bottom:0">— {{.Site}}</p>
</div></body></html>
`))

func (w letterWords) html() string {
	var b bytes.Buffer
	if err := letterPage.Execute(&b, w); err != nil {
		return "" // the text part says it all
	}
	return b.String()
}
