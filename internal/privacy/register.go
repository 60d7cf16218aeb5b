package privacy

import (
	"fmt"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/i18n"
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

// Entry is one purpose in the register of processing: what may be opened, why, for how long, and by whom. The code obeys it and
// the policy's terms are written from it, so the two cannot differ.
type Entry struct {
	Purpose vault.Purpose
	Fields  []vault.Field
	Ground  Ground
	Scopes  map[vault.Field]string // the consent that a field needs; the key "" stands for every other field
	System  bool                   // the program itself may open, e.g. to send tickets
	Person  bool                   // the person may
	Roles   []people.Role          // staff who may
	Term    i18n.Text
}

const anyField vault.Field = ""

// purposeStatistics opens nothing: figures are made without persons.
const purposeStatistics vault.Purpose = "statistics"

// The register. Order is that of the policy's part 4.2.
var register = []Entry{
	{
		Purpose: vault.PurposeService, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone},
		Scopes: map[vault.Field]string{anyField: ScopeService}, System: true, Person: true,
		Roles: []people.Role{people.RoleSupport, people.RoleManager, people.RoleAdmin},
		Term: i18n.Text{
			KK: "іс-шара өткеннен кейін үш жыл (талап қою мерзімі)",
			RU: "три года после мероприятия (срок исковой давности)", EN: "three years after the event (the limitation period)",
		},
	}, {
		Purpose: vault.PurposeIdentification, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.TOTPSecret, vault.IP, vault.UserAgent},
		System: true, Person: true,
		Term: i18n.Text{
			KK: "кабинет жабылғанға дейін, бірақ соңғы кіруден кейін үш жылдан аспайды",
			RU: "пока кабинет не закрыт, но не дольше трёх лет после последнего входа", EN: "until the account is closed, at longest three years after the last sign-in",
		},
	}, {
		Purpose: vault.PurposeInteraction, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone},
		Scopes: map[vault.Field]string{anyField: ScopeService}, System: true,
		Roles: []people.Role{people.RoleSupport, people.RoleOfficer},
		Term: i18n.Text{
			KK: "өтінішке жауап берілгеннен кейін үш жыл", RU: "три года после ответа на обращение",
			EN: "three years after the answer",
		},
	}, {
		Purpose: vault.PurposeMarketing, Ground: GroundConsent,
		Fields: []vault.Field{vault.Name, vault.Email, vault.Phone},
		Scopes: map[vault.Field]string{vault.Email: ScopeMarketingEmail, vault.Phone: ScopeMarketingSMS}, System: true,
		Term: i18n.Text{
			KK: "келісім қайтарып алынғанға дейін, бірақ үш жылдан аспайды",
			RU: "до отзыва согласия, но не дольше трёх лет", EN: "until consent is withdrawn, at longest three years",
		},
	}, {
		Purpose: purposeStatistics, Ground: GroundConsent,
		Term: i18n.Text{KK: "дербес деректер сақталмайды", RU: "персональные данные не хранятся", EN: "no personal data is kept"},
	}, {
		Purpose: vault.PurposeAdmission, Ground: GroundConsent,
		Fields: []vault.Field{vault.Surname, vault.Name},
		Scopes: map[vault.Field]string{anyField: ScopeService},
		Roles:  []people.Role{people.RoleDoor, people.RoleManager},
		Term: i18n.Text{
			KK: "іс-шара өткеннен кейін отыз күн", RU: "тридцать дней после мероприятия",
			EN: "thirty days after the event",
		},
	}, {
		Purpose: vault.PurposeAccounting, Ground: GroundLaw,
		Fields: []vault.Field{vault.Surname, vault.Name, vault.Patronymic}, System: true,
		Roles: []people.Role{people.RoleFinance},
		Term: i18n.Text{
			KK: "салық заңнамасы бойынша бес жыл", RU: "пять лет по налоговому законодательству",
			EN: "five years under tax law",
		},
	}, {
		Purpose: vault.PurposeRights, Ground: GroundRight,
		Fields: []vault.Field{
			vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone, vault.BirthDate, vault.IP, vault.UserAgent,
			vault.RequestText, vault.AnswerText,
		},
		System: true, Person: true, Roles: []people.Role{people.RoleOfficer}, // the system mails the answer
		Term: i18n.Text{
			KK: "өңдеу аяқталғаннан кейін үш жыл, аты-жөнінсіз", RU: "три года после окончания обработки, без имени",
			EN: "three years after processing ends, without a name",
		},
	},
}

// termTechnical is the term of technical data, which belongs to no one purpose.
var termTechnical = i18n.Text{
	KK: "кіру аяқталғаннан кейін тоқсан күннен аспайды",
	RU: "не дольше девяноста дней после окончания входа", EN: "at longest ninety days after the sign-in ends",
}

// Register lists the entries of the register of processing.
func Register() []Entry { return slices.Clone(register) }

func entryOf(p vault.Purpose) (Entry, bool) {
	for _, e := range register {
		if e.Purpose == p {
			return e, true
		}
	}
	return Entry{}, false
}

// scopeOf tells which consent an opening of a field needs; "" when none.
func (e Entry) scopeOf(f vault.Field) string {
	if s, ok := e.Scopes[f]; ok {
		return s
	}
	return e.Scopes[anyField]
}

func termOf(purpose string, l i18n.Lang) (string, error) {
	if purpose == "technical" {
		return termTechnical.In(l), nil
	}
	e, ok := entryOf(vault.Purpose(purpose))
	if !ok {
		return "", fmt.Errorf("the register has no purpose %q", purpose)
	}
	return e.Term.In(l), nil
}
