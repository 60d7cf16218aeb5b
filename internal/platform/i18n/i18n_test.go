package i18n_test

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

func bundle(t *testing.T) *i18n.Bundle {
	t.Helper()
	b, err := i18n.New(i18n.Messages, fstest.MapFS{
		"messages/kk.toml": {Data: []byte("[probe]\nseats = {one = \"{{.count}} орын\", other = \"{{.count}} орын\"}\n")},
		"messages/ru.toml": {Data: []byte("[probe]\nseats = {one = \"{{.count}} место\", few = \"{{.count}} места\", many = \"{{.count}} мест\", other = \"{{.count}} места\"}\n")},
		"messages/en.toml": {Data: []byte("[probe]\nseats = {one = \"{{.count}} seat\", other = \"{{.count}} seats\"}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPlurals(t *testing.T) {
	b := bundle(t)
	for _, x := range []struct {
		lang  i18n.Lang
		count int
		want  string
	}{
		{i18n.RU, 1, "1 место"},
		{i18n.RU, 2, "2 места"},
		{i18n.RU, 5, "5 мест"},
		{i18n.RU, 11, "11 мест"},
		{i18n.RU, 21, "21 место"},
		{i18n.EN, 1, "1 seat"},
		{i18n.EN, 0, "0 seats"},
		{i18n.KK, 7, "7 орын"},
	} {
		if got := b.Printer(x.lang).T("probe.seats", "count", x.count); got != x.want {
			t.Errorf("%s %d: %q, want %q", x.lang, x.count, got, x.want)
		}
	}
}

func TestDecimalsHaveTheirComma(t *testing.T) {
	b := bundle(t)
	for lang, want := range map[i18n.Lang]string{i18n.KK: "206,1", i18n.RU: "206,1", i18n.EN: "206.1"} {
		if got := b.Printer(lang).Decimal(206.12, 1); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

func TestUnknownMessageIsSeen(t *testing.T) {
	if got := bundle(t).Printer(i18n.EN).T("probe.nothing"); got != "[probe.nothing]" {
		t.Errorf("got %q", got)
	}
}

func TestFaultsTellNothingInternal(t *testing.T) {
	p := bundle(t).Printer(i18n.RU)
	if got := p.Fault(errors.New("table exploded")); got != p.T("fault.internal") {
		t.Errorf("got %q", got)
	}
	if got := p.Fault(fault.New(fault.NotFound, "")); got != p.T("fault.not_found") {
		t.Errorf("got %q", got)
	}
}

func TestFoldForgives(t *testing.T) {
	for _, x := range [][2]string{
		{"Ёлка", "елка"},
		{"Қыз Жібек", "кыз жибек"},
		{"ӘҒҚҢӨҰҮҺІ", "агкноуухи"},
		{"  Кыз—Жибек! ", "кыз жибек"},
		{"Café", "cafe"},
		{"", ""},
	} {
		if got := i18n.Fold(x[0]); got != x[1] {
			t.Errorf("Fold(%q) = %q, want %q", x[0], got, x[1])
		}
	}
}

func TestDatesAsPeopleSayThem(t *testing.T) {
	b := bundle(t)
	at := time.Date(2026, 11, 27, 14, 0, 0, 0, time.UTC) // 19:00 in Almaty
	for lang, want := range map[i18n.Lang]string{
		i18n.KK: "жұма, 27 қараша, 19:00", i18n.RU: "пт, 27 ноября, 19:00", i18n.EN: "Fri, 27 November, 19:00",
	} {
		if got := b.Printer(lang).Moment(at, at, "Asia/Almaty"); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if got := b.Printer(i18n.RU).Date(at, at.AddDate(1, 0, 0), "Asia/Almaty"); got != "пт, 27 ноября 2026" {
		t.Errorf("of another year: %q", got)
	}
	// Kazakhstan moved its clocks on 2024-03-01: the same instant of a day is another hour.
	before := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	if got := b.Printer(i18n.RU).Clock(before, "Asia/Almaty"); got != "18:00" {
		t.Errorf("before the move: %s", got)
	}
	if got := b.Printer(i18n.RU).Clock(before.AddDate(0, 0, 1), "Asia/Almaty"); got != "17:00" {
		t.Errorf("after the move: %s", got)
	}
}

func TestLanguageOfABrowser(t *testing.T) {
	for header, want := range map[string]i18n.Lang{
		"": i18n.KK, "ru-RU,ru;q=0.9": i18n.RU, "en-US": i18n.EN, "kk-KZ": i18n.KK, "de": i18n.KK, "%%%": i18n.KK, "de,en;q=0.5": i18n.EN,
	} {
		if got := i18n.Match(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
