package privacy

import (
	"slices"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// Reason is an article that an answer rests on: a refusal without one is none.
type Reason struct {
	Code    string
	Article string
	Words   i18n.Text
	Kinds   []RequestKind // to which it may be given; empty: to any
}

var reasons = []Reason{
	{Code: "obligation_open", Article: "94-V 8(2)", Kinds: []RequestKind{RequestWithdraw, RequestErase}, Words: i18n.Text{
		KK: "әлі орындалмаған міндеттеме бар (ашық тапсырыс, алдағы көрсетілім немесе қайтарылмаған ақша): ол орындалғанға дейін келісімді қайтарып алуға болмайды",
		RU: "есть неисполненное обязательство (открытый заказ, предстоящий показ или невозвращённые деньги): до его исполнения согласие отозвать нельзя",
		EN: "an obligation is still open (an order, a coming performance or a refund that is due): until it is met, consent cannot be withdrawn",
	}},
	{Code: "records_by_law", Article: "94-V 8(2), 12(2); Салық кодексі · Налоговый кодекс", Kinds: []RequestKind{RequestWithdraw, RequestErase}, Words: i18n.Text{
		KK: "есеп құжаттарын заң белгілеген мерзім бойы сақтауға міндеттіміз: олар тек есеп үшін, шектеулі қолжетімділікпен сақталады",
		RU: "учётные документы мы обязаны хранить установленный законом срок: они хранятся только для учёта, с ограниченным доступом",
		EN: "accounting records must be kept for the term that the law sets: for accounting alone, with restricted access",
	}},
	{Code: "blocked", Article: "94-V 1(3)", Kinds: []RequestKind{RequestRectify, RequestErase}, Words: i18n.Text{
		KK: "деректер бұғатталған: бұғат алынғанша оларды өзгертуге де, жоюға да болмайды",
		RU: "данные заблокированы: пока блокировка не снята, их нельзя ни изменить, ни уничтожить",
		EN: "the data is blocked: until the block ends it may neither be changed nor destroyed",
	}},
	{Code: "not_identified", Article: "94-V 24(2), 25(2)(6)", Words: i18n.Text{
		KK: "өтініш берушінің сол адам екенін растай алмадық: растау үшін осы хатқа жауап беріңіз немесе жеке куәлікпен кассаға келіңіз",
		RU: "мы не смогли подтвердить, что обращается именно этот человек: ответьте на это письмо или придите в кассу с удостоверением",
		EN: "we could not confirm that it is this person who asks: answer this letter or come to the counter with an identity card",
	}},
	{Code: "nothing_held", Article: "94-V 25(2)(6)", Kinds: []RequestKind{RequestAccess, RequestRectify, RequestErase, RequestWithdraw, RequestBlock}, Words: i18n.Text{
		KK: "сіз туралы дерек таппадық", RU: "данных о вас мы не нашли", EN: "we found no data on you",
	}},
	{Code: "data_correct", Article: "94-V 25(2)(8)", Kinds: []RequestKind{RequestRectify}, Words: i18n.Text{
		KK: "деректер дұрыс: қате екені расталмады", RU: "данные верны: ошибка не подтвердилась", EN: "the data is right: no mistake was confirmed",
	}},
	{Code: "no_violation", Article: "94-V 25(2)(8)", Kinds: []RequestKind{RequestBlock, RequestTakedown, RequestErase}, Words: i18n.Text{
		KK: "деректерді өңдеуде заң бұзушылық анықталмады", RU: "нарушения при обработке данных не подтвердилось", EN: "no violation in the processing was confirmed",
	}},
	{Code: "violation_stands", Article: "94-V 25(2)(8)", Kinds: []RequestKind{RequestUnblock}, Words: i18n.Text{
		KK: "бұзушылық белгілері әлі тексерілуде: сол уақытқа дейін деректер бұғатта қалады",
		RU: "признаки нарушения ещё проверяются: до этого данные остаются заблокированными",
		EN: "signs of a violation are still being examined: until then the data stays blocked",
	}},
	{Code: "decided_by_staff", Article: "94-V 19-1(3)", Kinds: []RequestKind{RequestObjection}, Words: i18n.Text{
		KK: "шешімді қызметкер қайта қарап, өзгеріссіз қалдырды", RU: "сотрудник пересмотрел решение и оставил его в силе",
		EN: "a member of staff has looked at the decision again and upholds it",
	}},
	{Code: "terms_of_refund", Article: "ТҚҚ · ЗПП 42-4; АК · ГК 401", Kinds: []RequestKind{RequestClaim}, Words: i18n.Text{
		KK: "ақша төлемге дейін көрсетілген қайтару шарттарына сай қайтарылады", RU: "деньги возвращаются по условиям, показанным до оплаты",
		EN: "money is returned on the terms that were shown before paying",
	}},
	{Code: "claim_unfounded", Article: "ТҚҚ · ЗПП 42-4", Kinds: []RequestKind{RequestClaim}, Words: i18n.Text{
		KK: "талаптың негізі расталмады", RU: "основания претензии не подтвердились", EN: "the claim's grounds were not confirmed",
	}},
}

// GroundsFor lists the reasons that an answer to a kind of request may rest on.
func GroundsFor(k RequestKind) (out []Reason) {
	for _, r := range reasons {
		if len(r.Kinds) == 0 || slices.Contains(r.Kinds, k) {
			out = append(out, r)
		}
	}
	return out
}

// GroundOf returns a reason by its code.
func GroundOf(code string) (Reason, bool) {
	i := slices.IndexFunc(reasons, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		return Reason{}, false
	}
	return reasons[i], true
}
