package ui

import (
	"encoding/json"
	"net/http"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
)

// PasskeyField carries a browser's answer in a form.
const PasskeyField = "passkey"

// Safety is what an account's owner sees of the ways into it: passkeys, and who came in lately. Staff and visitors have the same.
type Safety struct {
	Page     Page
	Zone     string
	Passkeys []people.Passkey
	SignIns  []people.SignIn
	Has      bool   // passkeys can be had at this address
	Add      string // where one is added
	Remove   string // where a form removes one
}

// PasskeyForm adds a passkey.
type PasskeyForm struct {
	Page   Page
	Form   Form
	Ask    string // where the browser gets its question
	Action string
	Back   string
}

// PasskeyAsk is a button that answers by passkey instead of what the form asks for. Without a script it is not there.
type PasskeyAsk struct {
	Page   Page
	Ask    string // where the browser gets its question
	Action string // of a form of its own; "": the form around it is sent
	Field  string // of the answer
	Next   string
	Label  string
	Typed  bool // the form's other fields must be filled in
}

// PasskeyWord says what a passkey is kept in.
func PasskeyWord(p Page, k people.PasskeyKind) string {
	switch k {
	case "computer":
		return p.T("ui.safety.computer")
	case "phone":
		return p.T("ui.safety.phone")
	case "key":
		return p.T("ui.safety.key")
	case "manager":
		return p.T("ui.safety.manager")
	}
	return p.T("ui.safety.elsewhere")
}

func passkeyOptions(p Page) []Option {
	out := []Option{{Value: "", Label: p.T("ui.safety.choose")}}
	for _, k := range people.PasskeyKinds {
		out = append(out, Option{Value: string(k), Label: PasskeyWord(p, k)})
	}
	return out
}

// wayWord says how somebody came in, or tried to.
func wayWord(p Page, s people.SignIn) string {
	word := p.T("ui.safety.way_password")
	switch s.Way {
	case "code":
		word = p.T("ui.safety.way_code")
	case "reset":
		word = p.T("ui.safety.way_reset")
	case "passkey":
		word = p.T("ui.safety.way_passkey")
	case "factor":
		word = p.T("ui.safety.way_factor")
	}
	switch s.Factor {
	case "totp":
		word += " + " + p.T("ui.safety.factor_totp")
	case "recovery":
		word += " + " + p.T("ui.safety.factor_recovery")
	case "passkey":
		word += " + " + p.T("ui.safety.factor_passkey")
	}
	return word
}

// Question answers a page's script with a question for an authenticator, or with a status alone: the page knows what to say.
func (u *UI) Question(w http.ResponseWriter, r *http.Request, question []byte, err error) {
	w.Header().Set("Cache-Control", "no-store")
	if err == nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(question) // the visitor went away
		return
	}
	if fault.KindOf(err) == fault.Internal {
		u.Log.ErrorContext(r.Context(), "a question to an authenticator failed", "err", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(StatusOf(err))
	_ = json.NewEncoder(w).Encode(struct{}{}) // likewise
}
