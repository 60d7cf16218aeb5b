package privacy

import (
	"fmt"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// Ground says why a purpose is lawful.
type Ground string

// The grounds that the register knows.
const (
	GroundConsent Ground = "consent" // 94-V, article 7
	GroundLaw     Ground = "law"     // a duty by law, e.g. tax records
	GroundRight   Ground = "right"   // the person's own right (94-V, article 24)
)

// Entry is one purpose in the register of processing: what may be opened, why, for how long, by whom, and who gets it.
type Entry struct {
	Purpose    vault.Purpose          `json:"purpose"`
	Fields     []vault.Field          `json:"fields"`
	Ground     Ground                 `json:"ground"`
	Scopes     map[vault.Field]string `json:"scopes,omitempty"` // the consent that a field needs; the key "" stands for every other field
	System     bool                   `json:"system"`           // the program itself may open, e.g. to send tickets
	Person     bool                   `json:"person"`           // the person may
	Roles      []people.Role          `json:"roles"`            // staff who may
	Keep       Keep                   `json:"keep"`
	Terms      map[vault.Field]Keep   `json:"terms,omitempty"` // of fields that end earlier
	Recipients []string               `json:"recipients"`      // codes of who gets fields for this purpose

	Term i18n.Text `json:"-"` // Keep in words
}

// Recipient is somebody outside who gets personal data.
type Recipient struct {
	Code    string        `json:"code"` // "mail_gateway"
	Kind    RecipientKind `json:"kind"`
	Name    i18n.Text     `json:"name"`
	Country string        `json:"country"` // ISO 3166: "KZ"; a foreign one needs its own consent (94-V, article 16)
	Fields  []vault.Field `json:"fields"`  // what it may get at most
}

// RecipientKind says what a recipient does for us.
type RecipientKind string

// The kinds of recipients.
const (
	KindMail      RecipientKind = "mail"
	KindSMS       RecipientKind = "sms"
	KindPayment   RecipientKind = "payment"
	KindOrganiser RecipientKind = "organiser"
	KindState     RecipientKind = "state"
	KindOther     RecipientKind = "other"
)

// RecipientKinds lists the kinds in the order of the form.
var RecipientKinds = []RecipientKind{KindMail, KindSMS, KindPayment, KindOrganiser, KindState, KindOther}

// Grounds lists the grounds in the order of the form.
var Grounds = []Ground{GroundConsent, GroundLaw, GroundRight}

// MailGateway is the recipient that carries our letters.
const MailGateway = outgoing.MailGateway

// SMSGateway is the recipient that carries our text messages.
const SMSGateway = "sms_gateway"

// Processing is what a version of the register says.
type Processing struct {
	Entries    []Entry     `json:"entries"`
	Recipients []Recipient `json:"recipients"`
	Code       string      `json:"code"` // hash of the program's own register that this version was held against
}

const anyField vault.Field = ""

// purposeStatistics opens nothing: figures are made without persons.
const purposeStatistics vault.Purpose = "statistics"

// technical is the term of technical data.
var technical = Keep{90, Days, EventSignIn}

// entries are what the program itself needs: the first version of the register, and the measure that later ones are held against.
// Order is that of the policy's part 4.2.
var entries = []Entry{
	{
		Purpose: vault.PurposeService, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone},
		Scopes: map[vault.Field]string{anyField: ScopeService}, System: true, Person: true,
		Roles: []people.Role{people.RoleSupport, people.RoleManager, people.RoleAdmin},
		Keep:  Keep{3, Years, EventPerformance}, Recipients: []string{MailGateway},
	}, {
		Purpose: vault.PurposeIdentification, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.TOTPSecret, vault.IP, vault.UserAgent},
		System: true, Person: true, Keep: Keep{3, Years, EventSignIn},
		Terms: map[vault.Field]Keep{vault.IP: technical, vault.UserAgent: technical}, Recipients: []string{MailGateway},
	}, {
		Purpose: vault.PurposeInteraction, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone, vault.RequestText, vault.AnswerText},
		Scopes: map[vault.Field]string{anyField: ScopeService}, System: true,
		Roles: []people.Role{people.RoleSupport, people.RoleOfficer},
		Keep:  Keep{3, Years, EventAnswer}, Recipients: []string{MailGateway},
	}, {
		Purpose: vault.PurposeMarketing, Ground: GroundConsent,
		Fields: []vault.Field{vault.Name, vault.Email, vault.Phone},
		Scopes: map[vault.Field]string{vault.Email: ScopeMarketingEmail, vault.Phone: ScopeMarketingSMS}, System: true,
		Keep: Keep{3, Years, EventConsent}, Recipients: []string{MailGateway},
	}, {
		Purpose: purposeStatistics, Ground: GroundConsent,
	}, {
		Purpose: vault.PurposeAdmission, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name},
		Scopes: map[vault.Field]string{anyField: ScopeService},
		Roles:  []people.Role{people.RoleDoor, people.RoleManager},
		Keep:   Keep{30, Days, EventPerformance},
	}, {
		Purpose: vault.PurposeAccounting, Ground: GroundLaw,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic}, System: true,
		Roles: []people.Role{people.RoleFinance},
		Keep:  Keep{5, Years, EventOrder},
	}, {
		Purpose: vault.PurposeMembership, Ground: GroundConsent, // without fields: nothing is stored or opened until the officer gives it some
	}, {
		Purpose: vault.PurposeVerification, Ground: GroundConsent, // each kind of document may have a shorter term
		Fields: []vault.Field{vault.Document, vault.Surname, vault.Name, vault.Patronymic, vault.Email},
		Scopes: map[vault.Field]string{anyField: ScopeService}, System: true, Person: true, // the system mails the result
		Roles: []people.Role{people.RoleManager, people.RoleOfficer, people.RoleAdmin},
		Keep:  Keep{60, Days, EventUpload}, Recipients: []string{MailGateway},
	}, {
		Purpose: vault.PurposeStaff, Ground: GroundLaw, // of employees alone: the gate asks whether the person is one
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone}, System: true,
		Roles: []people.Role{people.RoleAdmin, people.RoleOfficer},
		Keep:  Keep{3, Years, EventSignIn}, Recipients: []string{MailGateway},
	}, {
		// What a state body is given: only under an approved disclosure, which the gate asks for. Staff open the case's own words.
		Purpose: vault.PurposeDisclosure, Ground: GroundLaw,
		Fields: []vault.Field{
			vault.Surname, vault.Name, vault.Patronymic, vault.Phone, vault.Email, vault.BirthDate, vault.IP, vault.UserAgent,
			vault.RequestText, vault.AnswerText, vault.RequestContacts,
		},
		System: true, Roles: []people.Role{people.RoleOfficer, people.RoleAdmin},
		Keep:  Keep{3, Years, EventEnd},
		Terms: map[vault.Field]Keep{vault.RequestText: {3, Years, EventAnswer}, vault.AnswerText: {3, Years, EventAnswer}, vault.RequestContacts: {3, Years, EventAnswer}}, Recipients: []string{StateBody},
	}, {
		Purpose: vault.PurposeRights, Ground: GroundRight,
		Fields: []vault.Field{
			vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone, vault.BirthDate, vault.IP, vault.UserAgent,
			vault.RequestText, vault.AnswerText, vault.RequestContacts, vault.Document,
		},
		System: true, Person: true, Roles: []people.Role{people.RoleOfficer}, // the system mails the answer
		Keep:  Keep{3, Years, EventEnd},
		Terms: map[vault.Field]Keep{vault.RequestText: {3, Years, EventAnswer}, vault.AnswerText: {3, Years, EventAnswer}, vault.RequestContacts: {3, Years, EventAnswer}}, Recipients: []string{MailGateway, SMSGateway},
	},
}

var recipients = []Recipient{
	{
		Code: StateBody, Kind: KindState, Country: "KZ",
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Phone, vault.Email, vault.BirthDate, vault.IP, vault.UserAgent},
		Name: i18n.Text{
			KK: "Мемлекеттік органдар (әр сұрау салу екі қызметкердің рұқсатымен)", RU: "Государственные органы (каждый запрос с разрешения двух сотрудников)",
			EN: "State bodies (each request approved by two of the staff)",
		},
	},
	{
		Code: "organiser", Kind: KindOrganiser, Country: "KZ",
		Name: i18n.Text{
			KK: "Іс-шараны ұйымдастырушы (дербес деректерсіз, тек сандар)", RU: "Организатор мероприятия (без персональных данных, только цифры)",
			EN: "The organiser of an event (no personal data, figures alone)",
		},
	},
	{
		Code: MailGateway, Kind: KindMail, Country: "KZ",
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Email, vault.RequestContacts, vault.AnswerText},
		Name:   i18n.Text{KK: "Оператордың пошта сервері", RU: "Почтовый сервер оператора", EN: "The operator's mail server"},
	},
	{
		Code: SMSGateway, Kind: KindSMS, Country: "KZ", Fields: []vault.Field{vault.Phone},
		Name: i18n.Text{KK: "СМС жеткізуші оператор", RU: "Оператор доставки СМС", EN: "The text message gateway"},
	},
	{
		Code: "payment_provider", Kind: KindPayment, Country: "KZ",
		Name: i18n.Text{
			KK: "Төлем провайдері (деректерді адамның өзі береді)", RU: "Платёжный провайдер (данные даёт сам человек)",
			EN: "The payment provider (the person gives it their data)",
		},
	},
}

// program is the register as the program itself needs it.
func program() Processing {
	r := Processing{Entries: slices.Clone(entries), Recipients: slices.Clone(recipients)}
	r.finish()
	return r
}

// finish fills in what is not stored.
func (r *Processing) finish() {
	for i := range r.Entries {
		r.Entries[i].Term = r.Entries[i].Keep.Words()
	}
}

// Register lists the entries of the program's own register; what counts is the version in force (Privacy.Processing).
func Register() []Entry { return program().Entries }

// Entry finds a purpose.
func (r Processing) Entry(p vault.Purpose) (Entry, bool) {
	i := slices.IndexFunc(r.Entries, func(e Entry) bool { return e.Purpose == p })
	if i < 0 {
		return Entry{}, false
	}
	return r.Entries[i], true
}

// Recipient finds a recipient.
func (r Processing) Recipient(code string) (Recipient, bool) {
	i := slices.IndexFunc(r.Recipients, func(e Recipient) bool { return e.Code == code })
	if i < 0 {
		return Recipient{}, false
	}
	return r.Recipients[i], true
}

// Fields lists every field that some purpose needs, in the order of the first mention.
func (r Processing) Fields() (out []vault.Field) {
	for _, e := range r.Entries {
		for _, f := range e.Fields {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// Consent tells which consent opens a field for the purpose; "" when none is needed.
func (e Entry) Consent(f vault.Field) string { return e.scopeOf(f) }

// scopeOf tells which consent an opening of a field needs; "" when none.
func (e Entry) scopeOf(f vault.Field) string {
	if s, ok := e.Scopes[f]; ok {
		return s
	}
	return e.Scopes[anyField]
}

// TermOf is the term of a field within the purpose.
func (e Entry) TermOf(f vault.Field) Keep {
	if k, ok := e.Terms[f]; ok {
		return k
	}
	return e.Keep
}

func termOf(purpose string, l i18n.Lang) (string, error) {
	if purpose == "technical" {
		return technical.Words().In(l), nil
	}
	e, ok := program().Entry(vault.Purpose(purpose))
	if !ok {
		return "", fmt.Errorf("the register has no purpose %q", purpose)
	}
	return e.Term.In(l), nil
}
