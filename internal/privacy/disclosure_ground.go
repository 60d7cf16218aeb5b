package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// DisclosureGround is an article of law by which data may be disclosed without consent, from a day on.
type DisclosureGround struct {
	ID        string
	Code      string
	Kind      string // "state" (policy 5.3.1), "law" (5.3.2)
	Article   string
	Words     i18n.Text
	Quiet     bool // it may forbid telling the person until a day
	From, To  calendar.Day
	Confirmed bool
	AddedBy   string
	AddedAt   time.Time
}

// firstGrounds are the articles that the program knows; an officer adds others and corrects these by later rows.
var firstGrounds = []DisclosureGround{
	{Code: "law_enforcement", Kind: "state", Article: "94-V 9 1)", Quiet: true, Words: i18n.Text{
		KK: "құқық қорғау органдары мен соттардың қызметі, атқарушылық іс жүргізу", RU: "деятельность правоохранительных органов и судов, исполнительное производство",
		EN: "work of law enforcement and courts, enforcement of their decisions",
	}},
	{Code: "statistics", Kind: "state", Article: "94-V 9 2)", Words: i18n.Text{
		KK: "мемлекеттік статистикалық қызмет", RU: "государственная статистическая деятельность", EN: "state statistics",
	}},
	{Code: "treaty", Kind: "law", Article: "94-V 9 4)", Words: i18n.Text{
		KK: "ратификацияланған халықаралық шартты орындау", RU: "исполнение ратифицированного международного договора", EN: "a ratified treaty",
	}},
	{Code: "protection", Kind: "law", Article: "94-V 9 5)", Words: i18n.Text{
		KK: "адамның құқықтары мен бостандықтарын қорғау, келісім алу мүмкін болмағанда", RU: "защита прав и свобод человека, когда согласие получить невозможно",
		EN: "protecting somebody’s rights and freedoms where consent cannot be had",
	}},
	{Code: "taxes", Kind: "state", Article: "94-V 9; Салық кодексі · Налоговый кодекс", Words: i18n.Text{
		KK: "мемлекеттік кірістер органдарының салықтық бақылауы", RU: "налоговый контроль органов государственных доходов", EN: "tax control by state revenue bodies",
	}},
	{Code: "data_authority", Kind: "state", Article: "94-V 27-1", Words: i18n.Text{
		KK: "дербес деректерді қорғау саласындағы уәкілетті органның тексеруі", RU: "проверка уполномоченного органа в сфере защиты персональных данных",
		EN: "an inspection by the authorised body for personal data",
	}},
}

// groundsFrom is the day since which the first rows hold: that of the law itself. What was amended since is to be confirmed.
const groundsFrom calendar.Day = "2013-11-25"

func (p *Privacy) seedGrounds(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "seed the grounds of disclosures")
	return p.db.Transact(ctx, func(tx *db.DB) error {
		for _, g := range firstGrounds {
			g.ID, g.From, g.AddedBy, g.AddedAt = "ground-"+g.Code, groundsFrom, bySystem, clock.FromMicros(0)
			if err := insertGround(ctx, tx, g); err != nil {
				return err
			}
		}
		return nil
	})
}

// DisclosureGrounds lists the grounds that hold on a day; the later of two rows of a code counts.
func (p *Privacy) DisclosureGrounds(ctx context.Context, day calendar.Day) (out []DisclosureGround, err error) {
	all, err := listGrounds(ctx, p.db)
	return groundsOn(all, day), err
}

// DisclosureGroundRows lists all rows, those too that no longer hold.
func (p *Privacy) DisclosureGroundRows(ctx context.Context) ([]DisclosureGround, error) {
	return listGrounds(ctx, p.db)
}

func groundsOn(all []DisclosureGround, day calendar.Day) (out []DisclosureGround) {
	for _, g := range all { // by code, day and time of entry
		if g.From > day {
			continue
		}
		i := slices.IndexFunc(out, func(have DisclosureGround) bool { return have.Code == g.Code })
		if i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
		out = append(out, g)
	}
	return slices.DeleteFunc(out, func(g DisclosureGround) bool { return g.To != "" && g.To <= day })
}

// ErrGroundWrong is a ground that lacks its article, its words or its day.
var ErrGroundWrong = fault.New(fault.Invalid, "privacy.disclosure.ground_wrong")

// AddDisclosureGround enters a ground from a day on; cases that are there keep theirs.
func (p *Privacy) AddDisclosureGround(ctx context.Context, g DisclosureGround, actor string) (err error) {
	defer fault.Wrap(&err, "add a ground of disclosures")
	var wrong fault.Fields
	if !isRecipient(g.Code) || g.Code == "" {
		wrong = append(wrong, ErrGroundWrong.On("code"))
	}
	if g.Kind != "state" && g.Kind != "law" {
		wrong = append(wrong, ErrGroundWrong.On("kind"))
	}
	if n := len([]rune(g.Article)); n < 3 || n > 200 {
		wrong = append(wrong, ErrGroundWrong.On("article"))
	}
	for name, words := range map[string]string{"words_kk": g.Words.KK, "words_ru": g.Words.RU} {
		if n := len([]rune(words)); n < 3 || n > 300 {
			wrong = append(wrong, ErrGroundWrong.On(name))
		}
	}
	if _, err := calendar.ParseDay(string(g.From)); err != nil {
		wrong = append(wrong, ErrGroundWrong.On("from"))
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	g.ID, g.AddedBy, g.AddedAt = db.NewID(), actor, p.clock.Now()
	return p.db.Transact(ctx, func(tx *db.DB) error { return insertGround(ctx, tx, g) })
}
