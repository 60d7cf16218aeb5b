package privacy

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// Event is what starts a term.
type Event string

// The events that start terms.
const (
	EventConsent     Event = "consent"     // the consent that the field rests on
	EventOrder       Event = "order"       // the last order
	EventPerformance Event = "performance" // the end of the last performance that was bought
	EventSignIn      Event = "sign_in"     // the last sign-in
	EventAnswer      Event = "answer"      // the last answer to a request
	EventUpload      Event = "upload"      // a document was sent; it ends earlier, with its check
	EventEnd         Event = "end"         // processing ended; what is kept from then on names nobody
	EventNone        Event = ""            // nothing is kept
)

// Events lists the events that a term may start with.
var Events = []Event{EventConsent, EventOrder, EventPerformance, EventSignIn, EventAnswer, EventUpload, EventEnd}

// Unit is what a term is counted in.
type Unit string

// The units of terms.
const (
	Days   Unit = "day"
	Months Unit = "month"
	Years  Unit = "year"
)

// Units lists the units of terms.
var Units = []Unit{Days, Months, Years}

// Keep is how long data is kept: so many units after an event.
type Keep struct {
	Count int   `json:"count"`
	Unit  Unit  `json:"unit"`
	Event Event `json:"event"`
}

// termZone is where the days of terms are counted: the operator is in Kazakhstan.
var termZone = func() *time.Location {
	z, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err) // tzdata is compiled in
	}
	return z
}()

// Last is the last day of the term that an event's moment starts; on the day after, the data is destroyed.
func (k Keep) Last(at time.Time) calendar.Day { return calendar.DayOf(k.end(at), termZone) }

func (k Keep) end(at time.Time) time.Time {
	t := at.In(termZone)
	switch k.Unit {
	case Years:
		return addMonths(t, 12*k.Count)
	case Months:
		return addMonths(t, k.Count)
	}
	return t.AddDate(0, 0, k.Count)
}

// addMonths ends on the month's last day where the month has no such day (Civil Code, article 174).
func addMonths(t time.Time, n int) time.Time {
	out := t.AddDate(0, n, 0)
	if out.Day() != t.Day() {
		out = out.AddDate(0, 0, -out.Day())
	}
	return out
}

// eventWords say a term; %s is the span.
var eventWords = map[Event]i18n.Text{
	EventConsent: {
		KK: "келісім берілгеннен кейін %s немесе ол қайтарып алынғанға дейін", RU: "%s после согласия или до его отзыва",
		EN: "%s after the consent, or until it is withdrawn",
	},
	EventOrder:       {KK: "соңғы тапсырыстан кейін %s", RU: "%s после последнего заказа", EN: "%s after the last order"},
	EventPerformance: {KK: "соңғы іс-шара өткеннен кейін %s", RU: "%s после последнего мероприятия", EN: "%s after the last event"},
	EventSignIn: {
		KK: "соңғы кіруден кейін %s немесе кабинет жабылғанға дейін", RU: "%s после последнего входа или до закрытия кабинета",
		EN: "%s after the last sign-in, or until the account is closed",
	},
	EventAnswer: {KK: "өтінішке жауап берілгеннен кейін %s", RU: "%s после ответа на обращение", EN: "%s after the answer"},
	EventUpload: {
		KK: "құжат жіберілгеннен кейін ең көбі %s, тексерілген соң бірден жойылады", RU: "не дольше %s после отправки документа; после проверки уничтожается сразу",
		EN: "%s after the document was sent at longest; destroyed at once when it was checked",
	},
	EventEnd: {
		KK: "өңдеу аяқталғаннан кейін %s, аты-жөнінсіз", RU: "%s после окончания обработки, без имени",
		EN: "%s after processing ends, without a name",
	},
	EventNone: {KK: "дербес деректер сақталмайды", RU: "персональные данные не хранятся", EN: "no personal data is kept"},
}

// EventName says an event without a span, for forms.
func EventName(e Event) i18n.Text { return eventNames[e] }

var eventNames = map[Event]i18n.Text{
	EventConsent:     {KK: "келісім берілгеннен кейін", RU: "после согласия", EN: "after the consent"},
	EventOrder:       {KK: "соңғы тапсырыстан кейін", RU: "после последнего заказа", EN: "after the last order"},
	EventPerformance: {KK: "соңғы іс-шарадан кейін", RU: "после последнего мероприятия", EN: "after the last event"},
	EventSignIn:      {KK: "соңғы кіруден кейін", RU: "после последнего входа", EN: "after the last sign-in"},
	EventAnswer:      {KK: "жауап берілгеннен кейін", RU: "после ответа", EN: "after the answer"},
	EventUpload:      {KK: "құжат жіберілгеннен кейін", RU: "после отправки документа", EN: "after a document was sent"},
	EventEnd:         {KK: "өңдеу аяқталғаннан кейін", RU: "после окончания обработки", EN: "after processing ends"},
}

// Words say the term.
func (k Keep) Words() i18n.Text {
	w := eventWords[k.Event]
	if k.Event == EventNone {
		return w
	}
	return i18n.Text{KK: fmt.Sprintf(w.KK, k.span(i18n.KK)), RU: fmt.Sprintf(w.RU, k.span(i18n.RU)), EN: fmt.Sprintf(w.EN, k.span(i18n.EN))}
}

var unitWords = map[Unit]map[i18n.Lang][3]string{ // one, few, many
	Days:   {i18n.KK: {"күн", "күн", "күн"}, i18n.RU: {"день", "дня", "дней"}, i18n.EN: {"day", "days", "days"}},
	Months: {i18n.KK: {"ай", "ай", "ай"}, i18n.RU: {"месяц", "месяца", "месяцев"}, i18n.EN: {"month", "months", "months"}},
	Years:  {i18n.KK: {"жыл", "жыл", "жыл"}, i18n.RU: {"год", "года", "лет"}, i18n.EN: {"year", "years", "years"}},
}

func (k Keep) span(l i18n.Lang) string {
	form := 2
	tens, ones := k.Count%100, k.Count%10
	switch {
	case k.Count == 1, l == i18n.RU && ones == 1 && tens != 11:
		form = 0
	case l == i18n.RU && ones >= 2 && ones <= 4 && (tens < 12 || tens > 14):
		form = 1
	}
	return strconv.Itoa(k.Count) + " " + unitWords[k.Unit][l][form]
}
