package privacy

import (
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

func day(p *i18n.Printer, t time.Time) string { return p.FullDate(t, "Asia/Almaty") }

// KindName says what a request asks for.
func KindName(p *i18n.Printer, k RequestKind) string {
	switch k {
	case RequestAccess:
		return p.T("privacy.kind.access")
	case RequestRectify:
		return p.T("privacy.kind.rectify")
	case RequestBlock:
		return p.T("privacy.kind.block")
	case RequestUnblock:
		return p.T("privacy.kind.unblock")
	case RequestWithdraw:
		return p.T("privacy.kind.withdraw")
	case RequestErase:
		return p.T("privacy.kind.erase")
	case RequestObjection:
		return p.T("privacy.kind.objection")
	case RequestTakedown:
		return p.T("privacy.kind.takedown")
	}
	return p.T("privacy.kind.claim")
}

// ChannelName says how a request came.
func channelName(p *i18n.Printer, c string) string {
	switch c {
	case "mail":
		return p.T("privacy.channel.mail")
	case "paper":
		return p.T("privacy.channel.paper")
	case "counter":
		return p.T("privacy.channel.counter")
	}
	return p.T("privacy.channel.site")
}

// ChannelName says how a request came.
func ChannelName(p *i18n.Printer, c string) string { return channelName(p, c) }

// TermName says how long a term is: "15 working days".
func TermName(p *i18n.Printer, t calendar.Term) string {
	switch t.Unit {
	case calendar.CalendarDays:
		return p.T("privacy.term.calendar_days", "count", t.Count)
	case calendar.Years:
		return p.T("privacy.term.years", "count", t.Count)
	}
	return p.T("privacy.term.working_days", "count", t.Count)
}

func resultSentence(p *i18n.Printer, r Result) string {
	switch r {
	case Granted:
		return p.T("privacy.letter.granted")
	case Partly:
		return p.T("privacy.letter.partly")
	}
	return p.T("privacy.letter.refused")
}

// FateName says what becomes of a record.
func FateName(p *i18n.Printer, f Fate) string {
	switch f {
	case FateErased:
		return p.T("privacy.fate.erased")
	case FateAnonymised:
		return p.T("privacy.fate.anonymised")
	case FateRestricted:
		return p.T("privacy.fate.restricted")
	}
	return p.T("privacy.fate.withheld")
}

// FateGround says why a record is kept.
func FateGround(p *i18n.Printer, ground string) string {
	switch ground {
	case "tax_records":
		return p.T("privacy.fate_ground.tax_records")
	case "order_open":
		return p.T("privacy.fate_ground.order_open")
	case "performance_coming":
		return p.T("privacy.fate_ground.performance_coming")
	case "refund_due":
		return p.T("privacy.fate_ground.refund_due")
	case "blocked":
		return p.T("privacy.fate_ground.blocked")
	case GroundProof:
		return p.T("privacy.fate_ground.proof_of_consent")
	case GroundObligation:
		return p.T("privacy.fate_ground.obligation")
	case GroundStaff:
		return p.T("privacy.fate_ground.staff_account")
	case GroundHold:
		return p.T("privacy.fate_ground.legal_hold")
	case GroundAnswer:
		return p.T("privacy.fate_ground.proof_of_answer")
	case GroundAnswerDue:
		return p.T("privacy.fate_ground.answer_due")
	}
	return ground
}

// RecordName says what a record is, in words for its person.
func RecordName(p *i18n.Printer, r Record) string {
	switch r.Kind {
	case "account":
		return p.T("privacy.record.account")
	case "contacts", "field", "fields":
		return p.T("privacy.record.contacts")
	case "session", "device", "code", "sign_in", "passkey":
		return p.T("privacy.record.session")
	case "order":
		return p.T("privacy.record.order")
	case "ticket", "represented", "representing":
		return p.T("privacy.record.ticket")
	case "payment", "refund", "ledger", "invoice":
		return p.T("privacy.record.payment")
	case "scan", "entry":
		return p.T("privacy.record.scan")
	case "consent", "withdrawal":
		return p.T("privacy.record.consent")
	case "request":
		return p.T("privacy.record.request")
	case "enquiry":
		return p.T("privacy.record.enquiry")
	case "incident":
		return p.T("privacy.record.incident")
	case "journal":
		return p.T("privacy.record.journal")
	case "document":
		return p.T("privacy.record.document")
	}
	return r.Room + " · " + r.Kind
}

// SourceName is where a term stands, in words when it is no number that reads in every language.
func SourceName(p *i18n.Printer, source string) string {
	switch source {
	case "Consumer Law 42-4":
		return p.T("privacy.source.consumer")
	case "the policy, 7.2":
		return p.T("privacy.source.policy")
	case "policy 7.6":
		return p.T("privacy.source.enquiry")
	case "Civil Code 178":
		return p.T("privacy.source.civil")
	case "Tax Code":
		return p.T("privacy.source.tax")
	}
	return source
}

// ClockName says what a clock of law runs for.
func ClockName(p *i18n.Printer, id string) string {
	switch id {
	case "access":
		return p.T("privacy.clock.access")
	case "rectify":
		return p.T("privacy.clock.rectify")
	case "block":
		return p.T("privacy.clock.block")
	case "unblock":
		return p.T("privacy.clock.unblock")
	case "takedown":
		return p.T("privacy.clock.takedown")
	case "automated_objection":
		return p.T("privacy.clock.automated_objection")
	case "withdraw":
		return p.T("privacy.clock.withdraw")
	case "claim_contract":
		return p.T("privacy.clock.claim_contract")
	case "claim_consumer":
		return p.T("privacy.clock.claim_consumer")
	case "disclosure":
		return p.T("privacy.clock.disclosure")
	case "disclosure_named":
		return p.T("privacy.clock.disclosure_named")
	case "enquiry":
		return p.T("privacy.clock.enquiry")
	case "breach_notice":
		return p.T("privacy.clock.breach_notice")
	case "destroy_unlawful":
		return p.T("privacy.clock.destroy_unlawful")
	case "transfer_notice":
		return p.T("privacy.clock.transfer_notice")
	case "limitation":
		return p.T("privacy.clock.limitation")
	case "tax_records":
		return p.T("privacy.clock.tax_records")
	}
	return id
}

// ResultName says what was answered, in a word.
func ResultName(p *i18n.Printer, r Result) string {
	switch r {
	case Granted:
		return p.T("privacy.result.granted")
	case Partly:
		return p.T("privacy.result.partly")
	}
	return p.T("privacy.result.refused")
}
