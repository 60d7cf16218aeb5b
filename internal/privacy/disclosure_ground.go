package privacy

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
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
	Confirmed bool   // two people have read it in its source
	Source    string // where: the law's address and edition
	AddedBy   string
	AddedAt   time.Time

	ApprovedBy string
}

// firstGrounds are the articles that the program knows; two people confirm them, add others and correct these by later rows.
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

// What can be wrong with a proposal of a ground.
var (
	ErrGroundWrong   = fault.New(fault.Invalid, "privacy.disclosure.ground_wrong") // it lacks its article, its words, its source or its day
	ErrGroundUnknown = fault.New(fault.NotFound, "privacy.disclosure.ground_unknown")
	ErrGroundTwoEyes = fault.New(fault.Forbidden, "privacy.disclosure.ground_two_eyes")
)

var groundCode = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,59}$`)

// check refuses a ground that does not say by which article, in which words, since when and where it was read.
func (g *DisclosureGround) check() error {
	for _, s := range []*string{&g.Article, &g.Words.KK, &g.Words.RU, &g.Words.EN, &g.Source} {
		*s = plainWords(*s)
	}
	var wrong fault.Fields
	want := func(ok bool, field string) {
		if !ok {
			wrong = append(wrong, ErrGroundWrong.On(field))
		}
	}
	want(groundCode.MatchString(g.Code), "code")
	want(g.Kind == "state" || g.Kind == "law", "kind")
	want(between(g.Article, 3, 200), "article")
	want(between(g.Words.KK, 3, 300), "words_kk")
	want(between(g.Words.RU, 3, 300), "words_ru")
	want(g.Words.EN == "" || between(g.Words.EN, 3, 300), "words_en")
	want(between(g.Source, 3, 300), "source")
	_, err := calendar.ParseDay(string(g.From))
	want(err == nil, "from")
	if g.To != "" {
		_, err := calendar.ParseDay(string(g.To))
		want(err == nil && g.To >= g.From, "to")
	}
	return wrong.OrNil()
}

// ProposeDisclosureGround is the first of two: a new ground, or an old one confirmed, changed or ended. An earlier proposal for the
// same ground goes.
func (p *Privacy) ProposeDisclosureGround(ctx context.Context, g DisclosureGround, actor string) (err error) {
	defer fault.Wrap(&err, "propose a ground of disclosures")
	if err := g.check(); err != nil {
		return err
	}
	g.ID, g.AddedBy, g.AddedAt = db.NewID(), actor, p.clock.Now()
	return p.db.Transact(ctx, func(tx *db.DB) error { return insertProposal(ctx, tx, g) })
}

// ProposedDisclosureGrounds lists what waits for a colleague's yes.
func (p *Privacy) ProposedDisclosureGrounds(ctx context.Context) ([]DisclosureGround, error) {
	return listProposals(ctx, p.db)
}

// ApproveDisclosureGround is the second of two: the ground holds from its day on, confirmed by both; cases that are there keep theirs.
func (p *Privacy) ApproveDisclosureGround(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "approve a ground of disclosures")
	return p.endProposal(ctx, id, actor, func(tx *db.DB, g DisclosureGround) error {
		if g.AddedBy == actor {
			return ErrGroundTwoEyes
		}
		g.Confirmed, g.ApprovedBy, g.AddedAt = true, actor, p.clock.Now()
		return insertGround(ctx, tx, g)
	})
}

// DropDisclosureGround takes a proposal back; nothing that holds changes.
func (p *Privacy) DropDisclosureGround(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "drop a ground of disclosures")
	return p.endProposal(ctx, id, actor, func(*db.DB, DisclosureGround) error { return nil })
}

func (p *Privacy) endProposal(ctx context.Context, id, actor string, end func(tx *db.DB, g DisclosureGround) error) error {
	return p.db.Transact(ctx, func(tx *db.DB) error {
		all, err := listProposals(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(g DisclosureGround) bool { return g.ID == id })
		if i < 0 {
			return ErrGroundUnknown
		}
		if err := hasStaffRole(ctx, tx, actor, people.RoleOfficer, people.RoleAdmin); err != nil {
			return err
		}
		if ours, err := deleteProposal(ctx, tx, id); err != nil || !ours {
			return orUnknownGround(err)
		}
		return end(tx, all[i])
	})
}

func orUnknownGround(err error) error {
	if err != nil {
		return err
	}
	return ErrGroundUnknown
}
