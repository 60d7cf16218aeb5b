package privacy

import (
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// The register's words stand here and not among the messages: the approved list is a document in Kazakh and Russian, whatever
// language its reader has chosen.

// FieldName is the name of a field.
func FieldName(f vault.Field) i18n.Text { return fieldNames[f] }

// PurposeName is the name of a purpose.
func PurposeName(p vault.Purpose) i18n.Text { return purposeNames[p] }

// RecipientKindName says what a recipient does for us.
func RecipientKindName(k RecipientKind) i18n.Text { return recipientKindNames[k] }

// GroundName is the name of a ground.
func GroundName(g Ground) i18n.Text { return groundNames[g] }

// RoleName is the name of a staff role.
func RoleName(r people.Role) i18n.Text { return roleNames[r] }

var fieldNames = map[vault.Field]i18n.Text{
	vault.Surname:         {KK: "тегі", RU: "фамилия", EN: "surname"},
	vault.Name:            {KK: "аты", RU: "имя", EN: "name"},
	vault.Patronymic:      {KK: "әкесінің аты", RU: "отчество", EN: "patronymic"},
	vault.Phone:           {KK: "телефон нөмірі", RU: "номер телефона", EN: "phone number"},
	vault.Email:           {KK: "электрондық пошта мекенжайы", RU: "адрес электронной почты", EN: "e-mail address"},
	vault.BirthDate:       {KK: "туған күні", RU: "дата рождения", EN: "date of birth"},
	vault.TOTPSecret:      {KK: "қызметкердің екінші факторының кілті", RU: "ключ второго фактора сотрудника", EN: "key of a staff member's second factor"},
	vault.IP:              {KK: "кіру жасалған желінің қысқартылған мекенжайы", RU: "сокращённый сетевой адрес входа", EN: "shortened network address of a sign-in"},
	vault.UserAgent:       {KK: "кіру жасалған браузер", RU: "браузер входа", EN: "browser of a sign-in"},
	vault.RequestText:     {KK: "өтініштің мәтіні", RU: "текст обращения", EN: "text of a request"},
	vault.RequestContacts: {KK: "өтініш иесінің байланыс деректері", RU: "контакты заявителя", EN: "contacts given in a request"},
	vault.Document:        {KK: "тексеруге жіберілген құжат", RU: "документ, присланный на проверку", EN: "a document sent for checking"},
	vault.AnswerText:      {KK: "жауаптың мәтіні", RU: "текст ответа", EN: "text of an answer"},
}

var purposeNames = map[vault.Purpose]i18n.Text{
	vault.PurposeService:        {KK: "қызмет көрсету", RU: "оказание услуги", EN: "service"},
	vault.PurposeIdentification: {KK: "сәйкестендіру", RU: "идентификация", EN: "identification"},
	vault.PurposeInteraction:    {KK: "өзара байланыс", RU: "взаимодействие", EN: "interaction"},
	vault.PurposeMarketing:      {KK: "жарнама мен жаңалықтар", RU: "реклама и новости", EN: "advertising and news"},
	purposeStatistics:           {KK: "статистика", RU: "статистика", EN: "statistics"},
	vault.PurposeAdmission:      {KK: "іс-шараға кіргізу", RU: "допуск на мероприятие", EN: "admission"},
	vault.PurposeAccounting:     {KK: "бухгалтерлік және салықтық есеп", RU: "бухгалтерский и налоговый учёт", EN: "bookkeeping and taxes"},
	vault.PurposeMembership:     {KK: "мүшелік", RU: "членство", EN: "membership"},
	vault.PurposeVerification:   {KK: "құжаттарды тексеру", RU: "проверка документов", EN: "checking documents"},
	vault.PurposeStaff:          {KK: "қызметкерлерді есепке алу", RU: "учёт сотрудников", EN: "staff records"},
	vault.PurposeDisclosure:     {KK: "заң бойынша мемлекеттік органға беру", RU: "передача государственному органу по закону", EN: "disclosure to a state body by law"},
	vault.PurposeRights:         {KK: "адамның өз құқықтары", RU: "права самого человека", EN: "the person's own rights"},
}

var recipientKindNames = map[RecipientKind]i18n.Text{
	KindMail:      {KK: "хат жеткізеді", RU: "доставляет письма", EN: "carries letters"},
	KindSMS:       {KK: "СМС жеткізеді", RU: "доставляет СМС", EN: "carries text messages"},
	KindPayment:   {KK: "төлем қабылдайды", RU: "принимает оплату", EN: "takes payments"},
	KindOrganiser: {KK: "іс-шараны ұйымдастырады", RU: "проводит мероприятие", EN: "puts the event on"},
	KindState:     {KK: "мемлекеттік орган", RU: "государственный орган", EN: "state body"},
	KindOther:     {KK: "басқа", RU: "другое", EN: "other"},
}

var groundNames = map[Ground]i18n.Text{
	GroundConsent: {KK: "келісім (94-V Заңның 7-бабы)", RU: "согласие (статья 7 Закона 94-V)", EN: "consent (Law 94-V, article 7)"},
	GroundLaw:     {KK: "заң жүктеген міндет", RU: "обязанность по закону", EN: "a duty by law"},
	GroundRight:   {KK: "адамның құқығы (94-V Заңның 24-бабы)", RU: "право человека (статья 24 Закона 94-V)", EN: "the person's right (Law 94-V, article 24)"},
}

var roleNames = map[people.Role]i18n.Text{
	people.RoleSupport: {KK: "қолдау қызметі", RU: "поддержка", EN: "support"},
	people.RoleFinance: {KK: "қаржы", RU: "финансы", EN: "finance"},
	people.RoleManager: {KK: "іс-шара менеджері", RU: "менеджер мероприятий", EN: "event manager"},
	people.RoleDoor:    {KK: "кіреберіс", RU: "вход", EN: "door"},
	people.RoleOfficer: {KK: "дербес деректерге жауапты тұлға", RU: "ответственный за персональные данные", EN: "data-protection officer"},
	people.RoleAuditor: {KK: "аудитор", RU: "аудитор", EN: "auditor"},
	people.RoleAdmin:   {KK: "әкімші", RU: "администратор", EN: "administrator"},
}
