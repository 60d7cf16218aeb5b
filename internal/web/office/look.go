package office

import (
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// look is a reason to see a buyer's contacts. Who may have it, and which fields it shows, stands in the register of processing.
type look struct {
	value   string // in the form
	label   string
	purpose vault.Purpose
	reason  string // in the journal
	fields  []vault.Field
}

// errPurpose is a look without a reason, or with one that the role does not have.
var errPurpose = fault.Fields{fault.New(fault.Invalid, "office.purpose_needed").On("purpose")}

// looks lists the reasons that the staff member may have.
func (v visit) looks() []look {
	all := []look{
		{value: "help", label: v.T("office.contacts.help"), purpose: vault.PurposeService, reason: "office_order_help"},
		{value: "answer", label: v.T("office.contacts.answer"), purpose: vault.PurposeInteraction, reason: "office_order_answer"},
		{value: "accounts", label: v.T("office.contacts.accounts"), purpose: vault.PurposeAccounting, reason: "office_order_accounts"},
		{value: "request", label: v.T("office.contacts.request"), purpose: vault.PurposeRights, reason: "office_order_request"},
	}
	var out []look
	for _, e := range v.entries {
		for _, l := range all {
			if l.purpose != e.Purpose || len(e.Roles) == 0 || !v.may(e.Roles) {
				continue
			}
			for _, f := range people.ContactFields {
				if slices.Contains(e.Fields, f) {
					l.fields = append(l.fields, f)
				}
			}
			out = append(out, l)
		}
	}
	return out
}

func (v visit) lookFor(value string) (look, error) {
	for _, l := range v.looks() {
		if l.value == value {
			return l, nil
		}
	}
	return look{}, errPurpose
}

func lookOptions(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}
	for _, l := range v.looks() {
		out = append(out, ui.Option{Value: l.value, Label: l.label})
	}
	return out
}

// orDash stands for a field that was not asked for or is not there.
func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
