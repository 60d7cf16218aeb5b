package i18n

import (
	"fmt"
	"time"
	_ "time/tzdata" // the machine may have no zone files, and Kazakhstan's changed on 2024-03-01
)

var months = map[Lang][12]string{
	KK: {"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"},
	RU: {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

var weekdays = map[Lang][7]string{
	KK: {"жексенбі", "дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі"},
	RU: {"вс", "пн", "вт", "ср", "чт", "пт", "сб"},
	EN: {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
}

// Zone returns a time zone by name; an unknown one is Asia/Almaty, where nearly all halls are.
func Zone(name string) *time.Location {
	if l, err := time.LoadLocation(name); err == nil && name != "" {
		return l
	}
	l, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		return time.UTC // cannot be: tzdata is embedded
	}
	return l
}

// Date writes the day as people say it: "жұма, 27 қараша", "пт, 27 ноября", "Fri, 27 November".
// The year is written only when it is not now's.
func (p *Printer) Date(t, now time.Time, zone string) string {
	t = t.In(Zone(zone))
	s := fmt.Sprintf("%s, %d %s", weekdays[p.lang][t.Weekday()], t.Day(), months[p.lang][t.Month()-1])
	if y := now.In(Zone(zone)).Year(); y != t.Year() {
		s += " " + p.year(t.Year())
	}
	return s
}

func (p *Printer) year(y int) string {
	if p.lang == KK {
		return fmt.Sprintf("%d ж.", y)
	}
	return fmt.Sprint(y)
}

// Clock writes the hour: "19:00".
func (p *Printer) Clock(t time.Time, zone string) string { return t.In(Zone(zone)).Format("15:04") }

// Moment writes day and hour: "жұма, 27 қараша, 19:00".
func (p *Printer) Moment(t, now time.Time, zone string) string {
	return p.Date(t, now, zone) + ", " + p.Clock(t, zone)
}

var nominative = [12]string{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"}

// Month writes a month with its year: "2026 ж. қараша", "ноябрь 2026", "November 2026".
func (p *Printer) Month(t time.Time) string {
	switch p.lang {
	case KK:
		return fmt.Sprintf("%d ж. %s", t.Year(), months[KK][t.Month()-1])
	case RU:
		return fmt.Sprintf("%s %d", nominative[t.Month()-1], t.Year())
	}
	return fmt.Sprintf("%s %d", months[EN][t.Month()-1], t.Year())
}

// FullDate writes the day with its year, as documents do: "27 қараша 2026 ж.", "27 ноября 2026 г.", "27 November 2026".
func (p *Printer) FullDate(t time.Time, zone string) string {
	t = t.In(Zone(zone))
	s := fmt.Sprintf("%d %s %d", t.Day(), months[p.lang][t.Month()-1], t.Year())
	switch p.lang {
	case KK:
		return s + " ж."
	case RU:
		return s + " г."
	}
	return s
}
