package ticketpdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/privacy"
)

var (
	now  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	text = "SAHNA1." + strings.Repeat("AHW4K7QZ2N5LPDY3", 10) + "XQ"
)

func maker(t *testing.T) *Maker {
	t.Helper()
	b, err := i18n.New(i18n.Messages, Messages)
	if err != nil {
		t.Fatal(err)
	}
	return &Maker{bundle: b, clock: clock.NewFake(now), operator: privacy.Operator{
		Name: i18n.Text{KK: "«Сахна Билет» ЖШС", RU: "ТОО «Сахна Билет»", EN: "Sahna Bilet LLP"}, ShortName: "Sahna", BIN: "180940012345",
		Address: i18n.Text{KK: "050000, Алматы қ., Абылай хан даңғылы, 60", RU: "050000, г. Алматы, пр. Абылай хана, 60"},
		Phones:  []string{"+7 727 300 00 00"}, Accent: "#0b6b57",
	}}
}

var organiser = catalog.Organiser{
	Name: i18n.Text{KK: "М. Әуезов атындағы қазақ драма театры", RU: "Казахский драматический театр имени М. Ауэзова"}, BIN: "990340000123",
	Address: i18n.Text{KK: "Алматы, Абай даңғылы, 103", RU: "Алматы, пр. Абая, 103"}, Phone: "+7 727 392 00 00",
	Refund: i18n.Text{
		KK: "Қойылымға дейін 3 күннен артық уақыт қалса — толық, 3 күннен аз қалса — бағасының 70 %-ы, басталғаннан кейін қайтарылмайды. Қойылым болмай қалса, ақша толық қайтарылады.",
		RU: "Более чем за 3 дня до спектакля — полностью, позже — 70 % цены, после начала не возвращается. Если спектакль не состоится, деньги вернём полностью.",
		EN: "In full until 3 days before, 70 % later, nothing after the start. If the performance does not take place, you get everything back.",
	},
}

var performance = catalog.Performance{
	ID: "p", Zone: "Asia/Almaty", StartsAt: time.Date(2026, 11, 27, 14, 0, 0, 0, time.UTC), DoorsAt: time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC),
	Currency: money.KZT,
	Zones:    []catalog.PriceZone{{ID: "z", Name: i18n.Text{KK: "Қызыл аймақ", RU: "Красная зона", EN: "Red zone"}}},
	Types:    []catalog.TicketType{{ID: "t", Code: "adult", Name: i18n.Text{KK: "Ересек", RU: "Взрослый", EN: "Adult"}}},
}

func sample(m *Maker, lang i18n.Lang) page {
	p := m.bundle.Printer(lang)
	pl := place{section: i18n.Text{KK: "Партер, сол жағы", RU: "Партер, левая сторона", EN: "Stalls, left"}, row: "12", number: "34", entrance: i18n.Text{KK: "B"}}
	ticket := boxoffice.Ticket{OrderCode: "K7MX-2PQA", ZoneID: "z", TypeID: "t", Price: money.Tenge(12000)}
	venue := catalog.Venue{
		Name:     i18n.Text{KK: "М. Әуезов театры", RU: "Театр имени М. Ауэзова", EN: "Auezov Theatre"},
		CityName: i18n.Text{KK: "Алматы", RU: "Алматы", EN: "Almaty"}, Address: i18n.Text{KK: "Абай даңғылы, 103", RU: "пр. Абая, 103", EN: "103 Abai Avenue"},
	}
	hall := catalog.Hall{Name: i18n.Text{KK: "Үлкен зал", RU: "Большой зал", EN: "Great hall"}}
	out := page{
		operator: "Sahna", age: "12+", code: groups("7K4MPQ2X9R"), qr: text,
		title:    p.Text(i18n.Text{KK: "Қыз Жібек", RU: "Кыз-Жибек", EN: "Kyz Zhibek"}),
		subtitle: p.Text(i18n.Text{KK: "Лирикалық драма, екі бөлімді", RU: "Лирическая драма в двух действиях", EN: "A lyrical drama in two acts"}),
		date:     p.Date(performance.StartsAt, now, performance.Zone), time: p.Clock(performance.StartsAt, performance.Zone),
		seat:  seatCells(p, pl, performance, ticket),
		facts: facts(p, performance, hall, venue, pl, ticket),
		legal: []string{m.legal(i18n.KK, organiser), m.legal(i18n.RU, organiser)},
	}
	if lang == i18n.EN {
		out.refund = p.Text(organiser.Refund)
	}
	return out
}

// run asks one of poppler's or zbar's tools about a file; ./check installs them.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// artefacts keeps pictures for people to look at when SAHNA_ARTEFACTS names a folder.
func artefacts(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("SAHNA_ARTEFACTS"); dir != "" {
		return dir
	}
	return t.TempDir()
}

func write(t *testing.T, name string, pdf []byte) string {
	t.Helper()
	path := filepath.Join(artefacts(t), name+".pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTicketReadsInEveryLanguage(t *testing.T) {
	m := maker(t)
	words := map[i18n.Lang][]string{
		i18n.KK: {"Қыз Жібек", "жұма, 27 қараша", "19:00", "Партер, сол жағы", "Қатар", "12", "34", "Кіреберіс", "М. Әуезов театры", "Абай даңғылы", "12 000 ₸", "Ересек", "12+", "K7MX-2PQA", "7K4M-PQ2X-9R", "18:00"},
		i18n.RU: {"Кыз-Жибек", "пт, 27 ноября", "19:00", "Партер, левая сторона", "Ряд", "Место", "Театр имени М. Ауэзова", "Взрослый", "Покажите этот код"},
		i18n.EN: {"Kyz Zhibek", "Fri, 27 November", "Stalls, left", "Row", "Seat", "Auezov Theatre", "Adult", "you get everything back"},
	}
	// The law's part, whatever the ticket's language.
	legal := []string{"Билетті сатушы: «Сахна Билет» ЖШС, БСН 180940012345", "Ұйымдастырушы: М. Әуезов", "Билет продал: ТОО «Сахна Билет»", "БИН 990340000123", "Ақшаны қайтару:", "Возврат денег:"}
	for lang, want := range words {
		pdf, err := m.print(lang, []page{sample(m, lang)})
		if err != nil {
			t.Fatal(err)
		}
		if len(pdf) > 80<<10 {
			t.Errorf("%s: %d KB", lang, len(pdf)>>10)
		}
		path := write(t, "ticket-"+string(lang), pdf)
		got := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", path, "-")), " ")
		got = strings.ReplaceAll(got, "\u00a0", " ")
		for _, w := range append(want, legal...) {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in %s", lang, w, got)
			}
		}
	}
}

func TestCameraReadsTheCode(t *testing.T) {
	m := maker(t)
	pdf, err := m.print(i18n.KK, []page{sample(m, i18n.KK)})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "ticket-code", pdf)
	png := strings.TrimSuffix(path, ".pdf")
	for _, dpi := range []string{"72", "150"} { // a small screen, and paper
		run(t, "pdftoppm", "-png", "-singlefile", "-r", dpi, path, png)
		if got := strings.TrimSpace(run(t, "zbarimg", "-q", "--raw", png+".png")); got != text {
			t.Errorf("at %s dpi the camera reads %q, want %q", dpi, got, text)
		}
	}
}

func TestHardContentStaysOnThePage(t *testing.T) {
	m := maker(t)
	p := sample(m, i18n.KK)
	p.title = "Ұлы дала симфониясы: Құрманғазы атындағы Қазақ мемлекеттік академиялық халық аспаптары оркестрінің мерейтойлық концерті және достарымен кеш"
	p.subtitle = strings.Repeat("Жеңімпаздардың қатысуымен ", 12)
	p.date = "дүйсенбі, 30 қыркүйек 2027 ж."
	p.seat[0].value = "Солтүстік-шығыс жақтағы жоғарғы трибуна, 214-сектор"
	p.seat[1].value, p.seat[2].value = "Ложа 12А", "1023"
	p.facts[0].value = "Әл-Фараби атындағы Қазақ ұлттық университетінің Студенттер сарайы"
	p.facts = append(p.facts, fact{label: "Біліп жүріңіз", value: "Бағананың артында, сахнаның сол жағы толық көрінбейді"})
	p.legal[0] += strings.Repeat(" Қосымша шарттар сайтта жазылған.", 12)
	void := sample(m, i18n.RU)
	void.void = true
	standing := sample(m, i18n.RU)
	standing.seat = standing.seat[:1]
	pdf, err := m.print(i18n.KK, []page{p, void, standing})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "ticket-hard", pdf)
	if got := strings.Count(run(t, "pdftotext", path, "-"), "\f"); got != 3 {
		t.Errorf("%d pages, want 3", got)
	}
	for line := range strings.SplitSeq(run(t, "pdftotext", "-bbox", path, "-"), "\n") {
		if x := attribute(line, "xMax"); x > pageW/25.4*72 || attribute(line, "yMax") > pageH/25.4*72 {
			t.Errorf("over the edge: %s", line)
		}
	}
	png := strings.TrimSuffix(path, ".pdf")
	run(t, "pdftoppm", "-png", "-r", "100", path, png)
	if err := exec.Command("zbarimg", "-q", "--raw", png+"-2.png").Run(); err == nil {
		t.Error("a void ticket has a code")
	}
}

func attribute(line, name string) (v float64) {
	_, rest, ok := strings.Cut(line, name+`="`)
	if !ok || !strings.Contains(line, "<word") {
		return 0
	}
	num, _, _ := strings.Cut(rest, `"`)
	whole, frac, _ := strings.Cut(num, ".")
	for _, d := range whole {
		v = v*10 + float64(d-'0')
	}
	if frac != "" && frac[0] >= '5' {
		v += 0.5
	}
	return v
}

func TestSameTicketSameBytes(t *testing.T) {
	m := maker(t)
	one, err := m.print(i18n.KK, []page{sample(m, i18n.KK), sample(m, i18n.KK)})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		two, err := m.print(i18n.KK, []page{sample(m, i18n.KK), sample(m, i18n.KK)})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Fatal("the same tickets printed twice differ")
		}
	}
}

func TestTypeStandsOutOnAnyAccent(t *testing.T) {
	for _, a := range []string{"#0b6b57", "#ffd400", "#ffffff", "#000000", "#808080", "#ff5500", "", "red"} {
		c := accentOf(a)
		if got := contrast(c, c.on()); got < 4.5 {
			t.Errorf("%q: contrast %.1f", a, got)
		}
	}
}

func BenchmarkTicket(b *testing.B) {
	bundle, err := i18n.New(i18n.Messages, Messages)
	if err != nil {
		b.Fatal(err)
	}
	m := &Maker{bundle: bundle, clock: clock.NewFake(now)}
	p := sample(m, i18n.KK)
	for b.Loop() {
		if _, err := m.print(i18n.KK, []page{p}); err != nil {
			b.Fatal(err)
		}
	}
}
