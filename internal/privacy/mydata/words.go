package mydata

import (
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// words write a copy in one language.
type words struct{ *i18n.Printer }

const almaty = "Asia/Almaty"

func (w words) field(f vault.Field) string {
	switch f {
	case vault.Surname:
		return w.T("mydata.field_surname")
	case vault.Name:
		return w.T("mydata.field_name")
	case vault.Patronymic:
		return w.T("mydata.field_patronymic")
	case vault.Email:
		return w.T("mydata.field_email")
	case vault.Phone:
		return w.T("mydata.field_phone")
	case vault.BirthDate:
		return w.T("mydata.field_birth_date")
	case vault.IP:
		return w.T("mydata.field_ip")
	case vault.Document:
		return w.T("mydata.field_document")
	case vault.UserAgent:
		return w.T("mydata.field_browser")
	}
	return w.T("mydata.field_other")
}

func (w words) fields(fs []vault.Field) string {
	var out []string
	for _, f := range fs {
		out = append(out, w.field(f))
	}
	return strings.Join(out, ", ")
}

func (w words) purpose(p vault.Purpose) string {
	switch p {
	case vault.PurposeService:
		return w.T("mydata.purpose_service")
	case vault.PurposeIdentification:
		return w.T("mydata.purpose_identification")
	case vault.PurposeInteraction:
		return w.T("mydata.purpose_interaction")
	case vault.PurposeMarketing:
		return w.T("mydata.purpose_marketing")
	case vault.PurposeVerification:
		return w.T("mydata.purpose_verification")
	case vault.PurposeStaff:
		return w.T("mydata.purpose_staff")
	case vault.PurposeAdmission:
		return w.T("mydata.purpose_admission")
	case vault.PurposeAccounting:
		return w.T("mydata.purpose_accounting")
	case vault.PurposeRights:
		return w.T("mydata.purpose_rights")
	}
	return string(p)
}

func (w words) scope(code string) string {
	switch code {
	case privacy.ScopeService:
		return w.T("mydata.scope_service")
	case privacy.ScopeMarketingEmail:
		return w.T("mydata.scope_marketing_email")
	case privacy.ScopeMarketingSMS:
		return w.T("mydata.scope_marketing_sms")
	}
	return code
}

func (w words) actor(a string) string {
	switch {
	case a == "person":
		return w.T("mydata.actor_person")
	case a == "system":
		return w.T("mydata.actor_system")
	}
	return w.T("mydata.actor_staff")
}

func (w words) verb(v vault.Verb) string {
	switch v {
	case vault.VerbOpen:
		return w.T("mydata.verb_open")
	case vault.VerbRefuse:
		return w.T("mydata.verb_refuse")
	case vault.VerbSeal:
		return w.T("mydata.verb_seal")
	case vault.VerbBlock:
		return w.T("mydata.verb_block")
	case vault.VerbUnblock:
		return w.T("mydata.verb_unblock")
	case vault.VerbDestroy:
		return w.T("mydata.verb_destroy")
	case vault.VerbConsent:
		return w.T("mydata.verb_consent")
	case vault.VerbWithdraw:
		return w.T("mydata.verb_withdraw")
	case vault.VerbDisclose:
		return w.T("mydata.verb_disclose")
	case vault.VerbExport:
		return w.T("mydata.verb_export")
	}
	return string(v)
}

func (w words) kind(k string) string {
	switch k {
	case "account":
		return w.T("mydata.kind_account")
	case "contacts", "person", "fields":
		return w.T("mydata.kind_contacts")
	case "order":
		return w.T("mydata.kind_order")
	case "ticket":
		return w.T("mydata.kind_ticket")
	case "represented", "representing":
		return w.T("mydata.kind_represented")
	case "session", "device":
		return w.T("mydata.kind_session")
	case "sign_in":
		return w.T("mydata.kind_sign_in")
	case "passkey":
		return w.T("mydata.kind_passkey")
	case "code":
		return w.T("mydata.kind_code")
	case "document":
		return w.T("mydata.kind_document")
	case "enquiry":
		return w.T("mydata.kind_enquiry")
	case "incident":
		return w.T("mydata.kind_incident")
	case "request":
		return w.T("mydata.kind_request")
	}
	return w.T("mydata.kind_other")
}

// state says how a record stands; "" where that tells nothing.
func (w words) state(s string) string {
	switch s {
	case "paid":
		return w.T("mydata.state_paid")
	case "pending":
		return w.T("mydata.state_pending")
	case "expired":
		return w.T("mydata.state_expired")
	case "refunded":
		return w.T("mydata.state_refunded")
	case "refused":
		return w.T("mydata.state_refused")
	case "answered", "closed", "done", "over":
		return w.T("mydata.state_ended")
	case "new", "waiting", "waits", "sent":
		return w.T("mydata.state_waits")
	}
	return ""
}

// moment is a day and an hour in Almaty; "" for none.
func (w words) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.FullDate(t, almaty) + ", " + w.Clock(t, almaty)
}

func (w words) channel(c string) string {
	switch c {
	case "api":
		return w.T("mydata.channel_api")
	case "counter":
		return w.T("mydata.channel_counter")
	}
	return w.T("mydata.channel_site")
}

func (w words) confirmed(how string) string {
	switch how {
	case privacy.ByCode:
		return w.T("mydata.confirmed_code")
	case privacy.ByPaper:
		return w.T("mydata.confirmed_paper")
	}
	return w.T("mydata.confirmed_tick")
}
