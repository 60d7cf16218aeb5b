package privacy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/pdf"
	"github.com/sahna/sahna/internal/vault"
)

// List is the list of personal data that the operator approves (94-V, article 25(2)(1)), in one language.
type List struct {
	Title string
	Lines []string // whose it is, number, date, hash
	Parts []ListPart
}

// ListPart is one purpose of the list.
type ListPart struct {
	Heading string
	Facts   [][2]string
}

var listWords = map[string]i18n.Text{
	"title":      {KK: "Міндеттерді орындауға қажетті және жеткілікті дербес деректердің тізбесі", RU: "Перечень персональных данных, необходимых и достаточных для выполнения задач", EN: "List of personal data that is necessary and sufficient"},
	"number":     {KK: "Тізілім редакциясы №", RU: "Редакция реестра №", EN: "Version of the register no."},
	"date":       {KK: "Қолданысқа енген күні", RU: "Действует с", EN: "In force from"},
	"open":       {KK: "Бекітілмеген: бағдарламаның бірінші редакциясы", RU: "Не утверждён: первая редакция программы", EN: "Not approved: the program's first version"},
	"two":        {KK: "Бір қызметкер жасап, екінші қызметкер бекіткен", RU: "Составлен одним сотрудником, утверждён другим", EN: "Drafted by one member of staff, approved by another"},
	"fields":     {KK: "Деректер", RU: "Данные", EN: "Data"},
	"ground":     {KK: "Негізі", RU: "Основание", EN: "Ground"},
	"term":       {KK: "Сақтау мерзімі", RU: "Срок хранения", EN: "Term"},
	"recipients": {KK: "Алушылар", RU: "Получатели", EN: "Recipients"},
	"roles":      {KK: "Қызметкерлер", RU: "Сотрудники", EN: "Staff"},
	"approval":   {KK: "Бекіту", RU: "Утверждение", EN: "Approval"},
	"head":       {KK: "Оператордың басшысы (аты-жөні, қолы)", RU: "Руководитель оператора (ФИО, подпись)", EN: "Head of the operator (name, signature)"},
	"officer":    {KK: "Дербес деректерге жауапты тұлға (аты-жөні, қолы)", RU: "Ответственный за персональные данные (ФИО, подпись)", EN: "Data-protection officer (name, signature)"},
	"day":        {KK: "Бекітілген күні", RU: "Дата утверждения", EN: "Day of approval"},
	"day_line":   {KK: "«____» __________________ 20____ ж.", RU: "«____» __________________ 20____ г.", EN: "“____” __________________ 20____"},
	"none":       {KK: "жоқ", RU: "нет", EN: "none"},
}

// List writes the list of personal data of a version.
func (p *Privacy) List(v RegisterVersion, l i18n.Lang) List {
	w := func(key string) string { return listWords[key].In(l) }
	approved := w("two")
	if v.ApprovedBy == "" {
		approved = w("open")
	}
	out := List{Title: w("title"), Lines: []string{
		p.operator.Name.In(l) + ", " + partBIN + " " + p.operator.BIN,
		w("number") + " " + strconv.Itoa(v.Number), w("date") + ": " + v.InForce.In(termZone).Format("02.01.2006"), approved, "SHA-256: " + v.Hash,
	}}
	for _, e := range v.Entries {
		facts := [][2]string{
			{w("fields"), orNone(FieldNames(e.Fields, l), w("none"))},
			{w("ground"), GroundName(e.Ground).In(l)},
			{w("term"), e.terms(l)},
			{w("recipients"), orNone(v.recipientNames(e, l), w("none"))},
			{w("roles"), orNone(RoleNames(e.Roles, l), w("none"))},
		}
		out.Parts = append(out.Parts, ListPart{Heading: upperFirst(PurposeName(e.Purpose).In(l)), Facts: facts})
	}
	return out
}

const partBIN = "БИН/БСН"

func orNone(s, none string) string {
	if s == "" {
		return none
	}
	return s
}

// FieldNames names fields in a language.
func FieldNames(fs []vault.Field, l i18n.Lang) string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = FieldName(f).In(l)
	}
	return strings.Join(out, ", ")
}

// RoleNames names staff roles in a language.
func RoleNames(rs []people.Role, l i18n.Lang) string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = RoleName(r).In(l)
	}
	return strings.Join(out, ", ")
}

// terms says the purpose's term and the fields that end earlier.
func (e Entry) terms(l i18n.Lang) string {
	out := e.Term.In(l)
	for _, f := range e.Fields {
		if k, ok := e.Terms[f]; ok {
			out += "; " + FieldName(f).In(l) + ": " + k.Words().In(l)
		}
	}
	return out
}

func (r Processing) recipientNames(e Entry, l i18n.Lang) string {
	var out []string
	for _, code := range e.Recipients {
		if to, ok := r.Recipient(code); ok {
			out = append(out, to.Name.In(l)+" ("+to.Country+")")
		}
	}
	return strings.Join(out, ", ")
}

// signHere is where somebody signs.
const signHere = "_______________________________________"

// ListPDF prints the list in Kazakh and in Russian, with places to sign.
func (p *Privacy) ListPDF(v RegisterVersion) ([]byte, error) {
	d := pdf.New(string(i18n.KK), listWords["title"].KK, v.InForce)
	for _, l := range []i18n.Lang{i18n.KK, i18n.RU} {
		list := p.List(v, l)
		d.Page()
		d.Head(list.Lines[0], list.Lines[1:]...)
		d.Title(list.Title)
		for _, part := range list.Parts {
			d.Part(part.Heading, part.Facts)
		}
		w := func(key string) string { return listWords[key].In(l) }
		d.Part(w("approval"), [][2]string{{w("head"), signHere}, {w("officer"), signHere}, {w("day"), w("day_line")}})
	}
	return d.Bytes()
}

// Difference is a line of what a draft changes.
type Difference struct {
	What    string
	Was, Is string
}

// Differences tells what another version changes against this one, in a language.
func (r Processing) Differences(next Processing, l i18n.Lang) (out []Difference) {
	line := func(p Processing, e Entry) string {
		if e.Purpose == "" {
			return "—"
		}
		return strings.Join([]string{
			orNone(FieldNames(e.Fields, l), "—"), GroundName(e.Ground).In(l), e.terms(l),
			orNone(p.recipientNames(e, l), "—"), orNone(RoleNames(e.Roles, l), "—"),
		}, " · ")
	}
	seen := map[vault.Purpose]bool{}
	for _, e := range append(append([]Entry{}, r.Entries...), next.Entries...) {
		if seen[e.Purpose] {
			continue
		}
		seen[e.Purpose] = true
		was, _ := r.Entry(e.Purpose)
		is, _ := next.Entry(e.Purpose)
		if a, b := line(r, was), line(next, is); a != b {
			out = append(out, Difference{upperFirst(PurposeName(e.Purpose).In(l)), a, b})
		}
	}
	return append(out, r.recipientDifferences(next, l)...)
}

// recipientDifferences are the recipients that come, go or change.
func (r Processing) recipientDifferences(next Processing, l i18n.Lang) (out []Difference) {
	seen := map[string]bool{}
	for _, to := range append(slices.Clone(r.Recipients), next.Recipients...) {
		if seen[to.Code] {
			continue
		}
		seen[to.Code] = true
		was, _ := r.Recipient(to.Code)
		is, _ := next.Recipient(to.Code)
		if a, b := was.line(l), is.line(l); a != b {
			out = append(out, Difference{upperFirst(to.Name.In(l)), a, b})
		}
	}
	return out
}

func (to Recipient) line(l i18n.Lang) string {
	if to.Code == "" {
		return "—"
	}
	return strings.Join([]string{to.Name.In(l), to.Country, RecipientKindName(to.Kind).In(l), orNone(FieldNames(to.Fields, l), "—")}, " · ")
}
