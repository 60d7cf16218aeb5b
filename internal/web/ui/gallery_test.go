package ui_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// inside gives a component its children.
func inside(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

// parts is every component, as a form that came back with errors.
func parts(p ui.Page) templ.Component {
	f := ui.NewForm(p, url.Values{"email": {"<not an address>"}, "name": {"Айгүл"}, "kind": {"b"}},
		fault.Fields{fault.New(fault.Invalid, "").On("email"), fault.New(fault.Invalid, "").On("about"), fault.New(fault.Invalid, "").On("consents")})
	long := "Қатысушыларымыздың келісімінсіз жарияланбайтын мәліметтер"
	poster := "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(ui.Poster("Қыз Жібек", "opera", "Лирикалық опера"))
	return templ.Join(
		templ.Raw(`<h1>Қыз Жібек: Ұлы дала әуендері, ғасырлар үні</h1><p class="lead">`+long+`</p>`),
		ui.Notice("ok", "Бәрі дайын"), ui.Notice("warn", "Орын аз қалды"), ui.Notice("danger", "Төлем өтпеді"), ui.Notice("info", long),
		ui.Countdown(p, p.UI.Clock.Now().Add(9*time.Minute+5*time.Second), "Қалды"),
		ui.Tabs("Жанр", []ui.Tab{{Label: "Барлығы", Active: true, Href: "#"}, {Label: "Опера", Count: "3", Href: "#"}, {Label: "Концерт", Href: "#"}, {Label: "Балаларға арналған қойылымдар", Href: "#"}}),
		templ.Raw(`<div class="columns"><form method="post">`),
		ui.FormErrors(p, f),
		ui.Field(p, ui.Input{Form: f, Name: "email", Label: "Электрондық пошта", Hint: "Билетті осында жібереміз", Type: "email", Autocomplete: "email", Required: true}),
		ui.Field(p, ui.Input{Form: f, Name: "name", Label: "Аты"}), ui.Field(p, ui.Input{Form: f, Name: "about", Label: "Сұрағыңыз", Lines: 3, Hint: "Қысқа болсын"}),
		ui.Select(p, ui.Choice{Form: f, Name: "kind", Label: "Түрі", Options: []ui.Option{{Value: "a", Label: "Ересек"}, {Value: "b", Label: "Бала"}}}),
		ui.Checkbox(p, ui.Check{Form: f, Name: "consents", Value: "service", Label: "Тапсырысты орындауға келісемін", Summary: "Атыңыз бен поштаңыз билет үшін керек", Full: "Толық мәтін.\n\nЕкінші абзац.", Required: true}),
		ui.Checkbox(p, ui.Check{Form: f, Name: "consents", Value: "marketing", Label: "Жаңалық жіберіңіз"}),
		ui.Button(ui.Action{Label: "Төлеу 12 000 ₸", Icon: "ticket"}), ui.Button(ui.Action{Label: "Артқа", Kind: "secondary", Href: "#"}), ui.Button(ui.Action{Label: "Қайтару", Kind: "danger"}), ui.Button(ui.Action{Label: "Кейін", Kind: "quiet", Href: "#"}),
		templ.Raw(`</form><div>`),
		inside(ui.Card(), templ.Raw(`<h2>Билет</h2><p>`), ui.Badge("age", "12+"), ui.Badge("ok", "Төленді"), ui.Badge("warn", "Күтуде"), ui.Badge("danger", "Жарамсыз"), ui.Badge("accent", "Жаңа"), templ.Raw(`</p><img class="poster" width="300" height="400" alt="" src="`+poster+`">`)),
		templ.Raw(`</div></div>`),
		inside(ui.Table("Бағалар", []ui.Column{{Label: "Аймақ"}, {Label: "Бағасы", Number: true}}), templ.Raw(`<tr><th scope="row">Партер</th><td class="number">12 000 ₸</td></tr><tr><th scope="row">Балкон</th><td class="number">4 000 ₸</td></tr>`)),
		ui.Pager(p, ui.Pages{Previous: "#", Next: "#"}),
		inside(ui.Empty("Ештеңе табылмады", "Басқа сөзбен іздеп көріңіз"), ui.Button(ui.Action{Label: "Бәрін көру", Href: "#"})),
	)
}

// Every component on every screen, in light and dark: nothing wider than a phone, nothing that axe finds serious.
func TestGallery(t *testing.T) {
	u, _ := uitest.New(t)
	mux := http.NewServeMux()
	u.Mount(mux)
	mux.HandleFunc("GET /{lang}/parts", func(w http.ResponseWriter, r *http.Request) {
		p := u.Page(r, "Бөлшектер")
		u.Render(w, r, http.StatusOK, p, parts(p))
	})
	mux.HandleFunc("GET /{lang}/posters", func(w http.ResponseWriter, r *http.Request) {
		u.Render(w, r, http.StatusOK, u.Page(r, "Posters"), templ.Raw(wallOfPosters()))
	})
	s := httptest.NewServer(u.Serve(mux))
	t.Cleanup(s.Close)
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Tablet.InDark(), browsertest.Desktop, browsertest.Phone.InDark()} {
		b := browsertest.Open(t, screen)
		for name, path := range map[string]string{"parts": "/parts", "not-found": "/none", "posters": "/posters"} {
			b.Go(s.URL + "/" + string(i18n.Langs[i%3]) + path)
			b.Fits()
			b.Accessible()
			b.Shot("ui-" + name)
		}
		b.Go(s.URL + "/kk/parts")
		if focused := browsertest.Eval[string](b, `document.activeElement.className`); !strings.Contains(focused, "notice-danger") {
			t.Errorf("%s: a form with errors puts the reader at %q", screen.Name, focused)
		}
		b.Do(chromedp.Click(chromedp.CSS(`.notice-danger a`)))
		if id := browsertest.Eval[string](b, `location.hash`); id != "#f-email" {
			t.Errorf("%s: the first error leads to %q", screen.Name, id)
		}
	}
}

func wallOfPosters() string {
	var b strings.Builder
	b.WriteString(`<h1>Posters</h1><div class="row">`)
	for _, x := range [][2]string{
		{"Абай", "opera"},
		{"Қарагөз", "theatre"},
		{"Аққу көлі", "ballet"},
		{"Наурыз мейрамының үлкен концерті", "concert"},
		{"Қайрат — Астана", "sport"},
		{"Ночь синтезаторов", "club"},
		{"Алтын адам", "museum"},
		{"Алдар көсе", "children"},
		{"The Spirit of Tengri", "festival"},
		{"Стендап жұма", "comedy"},
	} {
		b.WriteString(`<img width="200" height="267" alt="` + x[0] + `" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString(ui.Poster(x[0], x[1], "")) + `">`)
	}
	return b.String() + `</div>`
}
