package privacy

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Disclosure is a request of a state body for data of persons, made without their consent (policy 5.3), and what became of it.
type Disclosure struct {
	ID         string
	Number     string // "D-2026-00001"
	Ground     DisclosureGround
	Body       string // the state body
	TheirNo    string // number of its letter
	TheirDate  calendar.Day
	WantedOn   calendar.Day // the day that the letter names; "" none
	State      DisclosureState
	Revision   string // moves with every change
	ReceivedAt time.Time
	EnteredBy  string
	Due        time.Time // the earliest clock
	SealedBy   string    // "key", "password"; "" before it is proposed
	PublicKey  string
	QuietUntil calendar.Day // the person is told on the day after; "" at once
	ProposedBy string
	ApprovedBy string
	Refusal    string // code of the reason
	ClosedAt   time.Time
	InTime     bool

	Timers  []Timer          // of Disclosure, not of Disclosures
	Persons []DisclosedOf    // likewise
	Acts    []DisclosureAct  // likewise
	Package *DisclosedPacket // likewise; nil before it is given
	File    *DisclosureFile  // likewise; nil when no file was attached

	caseID string
}

// DisclosureState is how far a disclosure has come.
type DisclosureState string

// The states of a disclosure; docs/states/disclosure.md draws them.
const (
	DisclosureReceived DisclosureState = "received"
	DisclosureProposed DisclosureState = "proposed" // the officer says yes, a colleague has to
	DisclosureGiven    DisclosureState = "given"    // the packet is sealed and waits for the recipient
	DisclosureHanded   DisclosureState = "handed"   // the recipient has it, we no longer do
	DisclosureRefused  DisclosureState = "refused"
)

// DisclosureStates lists the states in the order of the work.
var DisclosureStates = []DisclosureState{DisclosureReceived, DisclosureProposed, DisclosureGiven, DisclosureHanded, DisclosureRefused}

// Open tells whether an answer is still owed.
func (d Disclosure) Open() bool {
	return d.State == DisclosureReceived || d.State == DisclosureProposed
}

// DisclosedOf is a person in a disclosure.
type DisclosedOf struct {
	Person  string
	Needs   []Need
	Fields  []vault.Field
	Outcome string // "", "given", "blocked", "gone"
	At      time.Time
}

// DisclosureAct is a line of who did what.
type DisclosureAct struct {
	Act   string
	Actor string
	At    time.Time
}

// DisclosedPacket is the sealed packet, without its bytes.
type DisclosedPacket struct {
	MadeAt time.Time
	Size   int64
	Hash   string // hex SHA-256
}

// DisclosureFile is the request itself, without its bytes.
type DisclosureFile struct {
	Kind string
	Size int64
}

// Need is what a person's data is asked for; the least fields follow from it.
type Need string

// What a state body may need.
const (
	NeedIdentity  Need = "identity"
	NeedBirth     Need = "birth"
	NeedContact   Need = "contact"
	NeedPurchases Need = "purchases"
	NeedSignIns   Need = "sign_ins"
)

// Needs lists them.
var Needs = []Need{NeedIdentity, NeedContact, NeedBirth, NeedPurchases, NeedSignIns}

var needFields = map[Need][]vault.Field{
	NeedIdentity: {vault.Surname, vault.Name, vault.Patronymic},
	NeedBirth:    {vault.BirthDate},
	NeedContact:  {vault.Phone, vault.Email},
	NeedSignIns:  {vault.IP, vault.UserAgent},
}

// fieldsFor are the least fields that needs are met with.
func fieldsFor(needs []Need) (out []vault.Field) {
	for _, n := range Needs {
		if slices.Contains(needs, n) {
			out = append(out, needFields[n]...)
		}
	}
	return out
}

// StateBody is the recipient of disclosures in the register of processing.
const StateBody = "state_body"

// disclosureReason names a disclosure in the journal.
const disclosureReason = "disclosure:"

// The ways in which a disclosure cannot go on.
var (
	ErrDisclosureUnknown = fault.New(fault.NotFound, "privacy.disclosure.unknown")
	ErrDisclosureMoved   = fault.New(fault.Conflict, "privacy.disclosure.moved")
	ErrDisclosureOver    = fault.New(fault.Conflict, "privacy.disclosure.over")
	ErrDisclosureEmpty   = fault.New(fault.Invalid, "privacy.disclosure.empty")
	ErrDisclosureTwoEyes = fault.New(fault.Forbidden, "privacy.disclosure.two_eyes")
	ErrDisclosureOfficer = fault.New(fault.Forbidden, "privacy.disclosure.officer")
	ErrDisclosureBody    = fault.New(fault.Invalid, "privacy.disclosure.body")
	ErrDisclosureNo      = fault.New(fault.Invalid, "privacy.disclosure.their_no")
	ErrDisclosureDay     = fault.New(fault.Invalid, "privacy.disclosure.day")
	ErrDisclosureGround  = fault.New(fault.Invalid, "privacy.disclosure.ground")
	ErrDisclosureAsker   = fault.New(fault.Invalid, "privacy.disclosure.official")
	ErrDisclosureContact = fault.New(fault.Invalid, "privacy.disclosure.contact")
	ErrDisclosureText    = fault.New(fault.Invalid, "privacy.disclosure.text")
	ErrDisclosureFile    = fault.New(fault.Invalid, "privacy.disclosure.file")
	ErrDisclosureNeed    = fault.New(fault.Invalid, "privacy.disclosure.need")
	ErrDisclosurePerson  = fault.New(fault.Invalid, "privacy.disclosure.person")
	ErrDisclosureKey     = fault.New(fault.Invalid, "privacy.disclosure.key")
	ErrDisclosureQuiet   = fault.New(fault.Invalid, "privacy.disclosure.quiet")
	ErrDisclosureWhy     = fault.New(fault.Invalid, "privacy.disclosure.why")
	ErrDisclosureNoFile  = fault.New(fault.Invalid, "privacy.disclosure.no_file")
)

// covered refuses whatever no approved disclosure names: the person, the fields, and only once.
func (p *Privacy) covered(ctx context.Context, tx *db.DB, number, person string, fields []vault.Field) error {
	of, err := openDisclosed(ctx, tx, number, person)
	if errors.Is(err, db.ErrNoRow) {
		return ErrNotRegistered.With("field", "disclosure")
	}
	if err != nil {
		return err
	}
	for _, f := range fields {
		if !slices.Contains(of, f) {
			return ErrNotRegistered.With("field", string(f))
		}
	}
	return nil
}

// caseFields are what stands sealed about the case itself: staff who work on it read them.
var caseFields = []vault.Field{vault.RequestContacts, vault.RequestText, vault.AnswerText}

// mayDisclose lets the program open what an approved disclosure covers, and staff the words of the case.
func (p *Privacy) mayDisclose(ctx context.Context, tx *db.DB, o vault.Opening) error {
	number, ok := strings.CutPrefix(o.Reason, disclosureReason)
	if !ok {
		return ErrNotRegistered
	}
	if !slices.ContainsFunc(o.Fields, func(f vault.Field) bool { return !slices.Contains(caseFields, f) }) {
		d, err := findDisclosure(ctx, tx, number)
		if errors.Is(err, db.ErrNoRow) || err == nil && d.caseID != o.Person {
			return ErrNotRegistered
		}
		return err
	}
	if o.Actor != systemActor {
		return ErrActor
	}
	return p.covered(ctx, tx, number, o.Person, o.Fields)
}

// Refusals lists the codes of the reasons for which a disclosure is refused.
var Refusals = []string{"no_ground", "not_reasoned", "not_authorised", "too_much", "nothing_held"}

// RefusalName says a reason of a refusal.
func RefusalName(p *i18n.Printer, code string) string {
	switch code {
	case "no_ground":
		return p.T("privacy.disclosure.refusal_no_ground")
	case "not_reasoned":
		return p.T("privacy.disclosure.refusal_not_reasoned")
	case "not_authorised":
		return p.T("privacy.disclosure.refusal_not_authorised")
	case "too_much":
		return p.T("privacy.disclosure.refusal_too_much")
	case "nothing_held":
		return p.T("privacy.disclosure.refusal_nothing_held")
	}
	return code
}

// NeedName says what data is asked for.
func NeedName(p *i18n.Printer, n Need) string {
	switch n {
	case NeedIdentity:
		return p.T("privacy.disclosure.need_identity")
	case NeedBirth:
		return p.T("privacy.disclosure.need_birth")
	case NeedContact:
		return p.T("privacy.disclosure.need_contact")
	case NeedPurchases:
		return p.T("privacy.disclosure.need_purchases")
	case NeedSignIns:
		return p.T("privacy.disclosure.need_sign_ins")
	}
	return string(n)
}
