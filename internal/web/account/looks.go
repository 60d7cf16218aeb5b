package account

import (
	"strings"

	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// look is one line of the journal in plain words.
type look struct {
	When   string
	Who    string
	What   string
	Fields string
	Danger bool // a refusal or the like
	Proof  string
}

const mostLooks = 40

// looksOf tells a person's journal newest first; their own looks are only counted.
func looksOf(f dataFrame, entries []vault.Entry) (out []look, own int) {
	p := f.Page
	for _, e := range entries {
		if e.Actor == "person" && e.Verb == vault.VerbOpen {
			own++
			continue
		}
		if len(out) == mostLooks {
			continue
		}
		var names []string
		for _, f := range e.Fields {
			names = append(names, fieldName(p, f))
		}
		out = append(out, look{
			When: p.Moment(e.At, p.UI.Clock.Now(), zone), Who: actorName(p, e.Actor), What: verbWords(p, e),
			Fields: strings.Join(names, ", "), Danger: e.Verb == vault.VerbRefuse,
			Proof: f.at("/looks/" + e.ID),
		})
	}
	return out, own
}

func actorName(p ui.Page, actor string) string {
	switch {
	case actor == "person":
		return p.T("account.actor_person")
	case actor == "system":
		return p.T("account.actor_system")
	}
	return p.T("account.actor_staff")
}

// verbWords says what was done, by its reason where we know it and by its purpose where we do not.
func verbWords(p ui.Page, e vault.Entry) string {
	switch e.Verb {
	case vault.VerbRefuse:
		return p.T("account.verb_refuse", "why", reasonWords(p, e))
	case vault.VerbBlock:
		return p.T("account.verb_block")
	case vault.VerbUnblock:
		return p.T("account.verb_unblock")
	case vault.VerbDestroy:
		if len(e.Fields) == 1 && e.Fields[0] == vault.Document {
			return p.T("account.verb_destroy_document")
		}
		return p.T("account.verb_destroy")
	case vault.VerbSeal:
		return sealWords(p, e.Reason)
	case vault.VerbConsent:
		return p.T("account.verb_consent")
	case vault.VerbWithdraw:
		return p.T("account.verb_withdraw")
	case vault.VerbDisclose:
		return p.T("account.verb_disclose")
	case vault.VerbExport:
		return p.T("account.verb_export")
	}
	return reasonWords(p, e)
}

func sealWords(p ui.Page, reason string) string {
	switch reason {
	case "correction":
		return p.T("account.seal_correction")
	case "sign_in":
		return p.T("account.seal_sign_in")
	case "sign_out":
		return p.T("account.seal_sign_out")
	case "document_sent":
		return p.T("account.seal_document")
	case "email_change":
		return p.T("account.seal_email")
	}
	return p.T("account.seal")
}

func reasonWords(p ui.Page, e vault.Entry) string {
	switch e.Reason {
	case "code_letter":
		return p.T("account.reason_code_letter")
	case "confirm_email":
		return p.T("account.reason_confirm_email")
	case "sign_in", "sign_out":
		return p.T("account.reason_sign_in")
	case "second_factor":
		return p.T("account.reason_second_factor")
	case "my_orders", "my_data", "devices", "whose_purchase", "email_change":
		return p.T("account.reason_own")
	case "order_mail":
		return p.T("account.reason_order_mail")
	case "document_review":
		return p.T("account.reason_document_review")
	case "document_told":
		return p.T("account.reason_document_told")
	case "counter_my_data":
		return p.T("account.reason_counter")
	case "office_order_help":
		return p.T("account.reason_office_help")
	case "office_order_answer":
		return p.T("account.reason_office_answer")
	case "office_order_accounts":
		return p.T("account.reason_office_accounts")
	case "office_order_request":
		return p.T("account.reason_office_request")
	}
	return p.T("account.reason_other", "purpose", purposeName(p, e.Purpose))
}

func purposeName(p ui.Page, purpose vault.Purpose) string {
	switch purpose {
	case vault.PurposeService:
		return p.T("account.purpose_service")
	case vault.PurposeIdentification:
		return p.T("account.purpose_identification")
	case vault.PurposeInteraction:
		return p.T("account.purpose_interaction")
	case vault.PurposeMarketing:
		return p.T("account.purpose_marketing")
	case vault.PurposeVerification:
		return p.T("account.purpose_verification")
	case vault.PurposeStaff:
		return p.T("account.purpose_staff")
	case vault.PurposeAdmission:
		return p.T("account.purpose_admission")
	case vault.PurposeAccounting:
		return p.T("account.purpose_accounting")
	case vault.PurposeRights:
		return p.T("account.purpose_rights")
	case vault.PurposeDisclosure:
		return p.T("account.purpose_disclosure")
	}
	return string(purpose)
}
