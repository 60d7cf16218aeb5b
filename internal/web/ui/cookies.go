package ui

import (
	"net/http"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// Cookie is a line of the cookie register. A cookie that has no line may not be set: internal/cookies_test.go walks the code.
type Cookie struct {
	Name     string // as browsers see it; one that ends in * stands for all names that begin so
	Optional bool   // set only after a yes on the page of cookies
	What     i18n.Text
	Term     i18n.Text
}

// Cookies is the cookie register: first-party, all of them, and none for advertising.
var Cookies = []Cookie{
	{
		Name: SessionCookie,
		What: i18n.Text{KK: "кабинетке кіргеніңізді біледі", RU: "помнит, что вы вошли в кабинет", EN: "knows that you are signed in"},
		Term: i18n.Text{KK: "соңғы келгеннен кейін 30 күн, ең көбі 180 күн; қызметкерге 12 сағат", RU: "30 дней после последнего визита, не дольше 180; сотруднику 12 часов", EN: "30 days after the last visit, 180 at most; 12 hours for staff"},
	}, {
		Name: "sahna_basket",
		What: i18n.Text{KK: "төленбеген орындарыңызды ұстап тұрады", RU: "держит ваши неоплаченные места", EN: "keeps the seats that you have not paid yet"},
		Term: i18n.Text{KK: "бронь мерзімі мен тапсырыс төленгенше", RU: "пока держится бронь и не оплачен заказ", EN: "while the hold lasts and the order is unpaid"},
	}, {
		Name: "sahna_attempt",
		What: i18n.Text{KK: "хаттағы кодты дәл осы браузермен байланыстырады", RU: "связывает код из письма с этим браузером", EN: "ties the code of a letter to this browser"},
		Term: i18n.Text{KK: "код күшін жойғанша", RU: "пока действует код", EN: "while the code is good"},
	}, {
		Name: "sahna_my_data",
		What: i18n.Text{KK: "тіркелгісіз сатып алған адамға деректерін көрсетеді", RU: "показывает данные тому, кто покупал без кабинета", EN: "shows their data to who bought without an account"},
		Term: i18n.Text{KK: "жарты сағат", RU: "полчаса", EN: "half an hour"},
	}, {
		Name: "sahna_device",
		What: i18n.Text{KK: "кіреберістегі сканер құрылғысын таниды (қызметкерлер үшін)", RU: "узнаёт устройство сканера на входе (для сотрудников)", EN: "knows the scanner at the door (staff)"},
		Term: i18n.Text{KK: "құрылғы өшірілгенше", RU: "пока устройство не отключат", EN: "until the device is revoked"},
	}, {
		Name: "sahna_claim",
		What: i18n.Text{KK: "жіберген өтінішіңізді тек осы браузерге көрсетеді", RU: "показывает отправленное обращение только этому браузеру", EN: "shows what you have sent to this browser alone"},
		Term: i18n.Text{KK: "бір сағат", RU: "час", EN: "an hour"},
	}, {
		Name: "sahna_place_*",
		What: i18n.Text{KK: "күту бөлмесіндегі кезегіңізді сақтайды", RU: "хранит ваше место в очереди", EN: "keeps your place in a waiting room"},
		Term: i18n.Text{KK: "сатылым бітіп, кезек жабылғанша", RU: "пока идёт очередь", EN: "while the queue lasts"},
	}, {
		Name: "sahna_pass_*",
		What: i18n.Text{KK: "күту бөлмесінен кейін сатып алуға жібереді", RU: "пускает к покупке после очереди", EN: "lets you buy after the queue"},
		Term: i18n.Text{KK: "рұқсат біткенше", RU: "пока действует пропуск", EN: "while the pass is good"},
	}, {
		Name: ChoiceCookie,
		What: i18n.Text{KK: "осы беттегі таңдауыңызды сақтайды", RU: "помнит ваш выбор на этой странице", EN: "keeps your choice on this page"},
		Term: i18n.Text{KK: "бір жыл", RU: "год", EN: "a year"},
	}, {
		Name: LanguageCookie, Optional: true,
		What: i18n.Text{KK: "тілсіз мекенжайды ашқанда соңғы тіліңізді ұсынады", RU: "открывает адрес без языка на вашем последнем языке", EN: "opens an address without a language in the one that you read last"},
		Term: i18n.Text{KK: "бір жыл", RU: "год", EN: "a year"},
	},
}

// The cookies of the choice itself and of what it allows.
const (
	ChoiceCookie   = "sahna_cookies"  // "all" or "needed"
	LanguageCookie = "sahna_language" // optional
)

const cookieYear = 365 * 24 * time.Hour

// CookieChoice is what a visitor has chosen: "all", "needed", or "" while nothing was chosen, which allows nothing optional.
func CookieChoice(r *http.Request) string {
	c, err := r.Cookie(ChoiceCookie)
	if err != nil || c.Value != "all" && c.Value != "needed" {
		return ""
	}
	return c.Value
}

// Choose keeps a visitor's choice, and takes back what it no longer allows.
func (u *UI) Choose(w http.ResponseWriter, r *http.Request, all bool) {
	if all {
		u.SetCookie(w, ChoiceCookie, "all", cookieYear)
		return
	}
	u.SetCookie(w, ChoiceCookie, "needed", cookieYear)
	if _, err := r.Cookie(LanguageCookie); err == nil {
		u.SetCookie(w, LanguageCookie, "", -1)
	}
}

// Languages is the middleware that notes the language of who has allowed it, and reads it for the address without one.
func (u *UI) Languages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if CookieChoice(r) != "all" || r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, "/static/") || forMachines(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		was := ""
		if c, err := r.Cookie(LanguageCookie); err == nil {
			was = c.Value
		}
		if r.URL.Path == "/" {
			if l, ok := i18n.Parse(was); ok {
				http.Redirect(w, r, "/"+string(l)+"/", http.StatusSeeOther)
				return
			}
		} else if hasLang(r.URL.Path) && areaOf(r.URL.Path) == "site" {
			if l := LangOf(r); string(l) != was {
				u.SetCookie(w, LanguageCookie, string(l), cookieYear)
			}
		}
		next.ServeHTTP(w, r)
	})
}
