package privacy

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// Choice is a consent for one recipient by itself: without it nothing goes there (94-V, articles 7(6) and 16; policy 5.4.1).
type Choice struct {
	Scope     string // the consent under which the data is used
	Recipient Recipient
	Purposes  []vault.Purpose
	Fields    []vault.Field
	Box       Scope // as it is shown; its code is Code
}

// Code names the choice among a form's boxes: "service.mail_gateway".
func (c Choice) Code() string { return c.Scope + "." + c.Recipient.Code }

// Boxes are what a form of consents shows: the policy's own scopes, and a box for each recipient that rests on a consent.
type Boxes struct {
	Version  Version
	Register string // the register's version, which a form sends back as it sends the policy's
	Choices  []Choice
}

// Choice finds the box of a recipient.
func (b Boxes) Choice(code string) (Choice, bool) {
	i := slices.IndexFunc(b.Choices, func(c Choice) bool { return c.Code() == code })
	if i < 0 {
		return Choice{}, false
	}
	return b.Choices[i], true
}

// Boxes returns what is to be asked now.
func (p *Privacy) Boxes(ctx context.Context) (b Boxes, err error) {
	defer fault.Wrap(&err, "what consents are asked")
	if b.Version, err = p.inForce(ctx, p.db, Policy); err != nil {
		return Boxes{}, err
	}
	r, err := p.register(ctx, p.db)
	if err != nil {
		return Boxes{}, err
	}
	b.Register, b.Choices = r.ID, r.choices(b.Version)
	return b, nil
}

// asks tells whether a recipient gets data of the purpose only with a consent of its own. Letters, messages and payments carried within
// the country are what the service itself needs, and its consent names them; whoever else gets data, and whoever gets it abroad, is chosen.
func (e Entry) asks(to Recipient) bool {
	carrier := to.Kind == KindMail || to.Kind == KindSMS || to.Kind == KindPayment
	return e.Ground == GroundConsent && to.Kind != KindState && (to.Country != home || !carrier)
}

// scopesFor are the consents under which a field of the purpose goes to a recipient: its own, or those of the fields of to that it goes
// with. A name alone, without an address to send it with, goes nowhere.
func (e Entry) scopesFor(f vault.Field, to []vault.Field) []string {
	if s := e.scopeOf(f); s != "" {
		return []string{s}
	}
	if len(e.Scopes) == 0 {
		return []string{ScopeService}
	}
	var out []string
	for _, with := range to {
		if s := e.scopeOf(with); s != "" && slices.Contains(e.Fields, with) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// choices lists the recipients that rest on a consent, in the register's order, with the words of their boxes.
func (r Processing) choices(v Version) (out []Choice) {
	for _, e := range r.Entries {
		for _, code := range e.Recipients {
			to, _ := r.Recipient(code)
			if !e.asks(to) {
				continue
			}
			for _, f := range e.Fields {
				if !slices.Contains(to.Fields, f) {
					continue
				}
				for _, s := range e.scopesFor(f, to.Fields) {
					out = addChoice(out, Choice{Scope: s, Recipient: to, Purposes: []vault.Purpose{e.Purpose}, Fields: []vault.Field{f}})
				}
			}
		}
	}
	out = slices.DeleteFunc(out, func(c Choice) bool { _, ok := v.Scope(c.Scope); return !ok })
	for i := range out {
		out[i].Box = out[i].box(v)
	}
	return out
}

func addChoice(list []Choice, c Choice) []Choice {
	i := slices.IndexFunc(list, func(have Choice) bool { return have.Code() == c.Code() })
	if i < 0 {
		return append(list, c)
	}
	list[i].Purposes, list[i].Fields = union(list[i].Purposes, c.Purposes), union(list[i].Fields, c.Fields)
	return list
}

// covers tells whether an agreement to c is one to giving these fields to a recipient as it is now.
func (c Choice) covers(to Recipient, fields []vault.Field) bool {
	return c.Recipient.Name == to.Name && c.Recipient.Country == to.Country && c.Recipient.Kind == to.Kind &&
		!slices.ContainsFunc(fields, func(f vault.Field) bool { return !slices.Contains(c.Fields, f) })
}

// box writes the consent in its eight parts, of those of the scope and of what the register says about the recipient.
func (c Choice) box(v Version) Scope {
	base, _ := v.Scope(c.Scope)
	s := Scope{Code: c.Code(), Lasts: base.Lasts, Parts: base.Parts}
	for _, l := range i18n.Langs {
		w := func(key string) string { return choiceWords[key].In(l) }
		whom := c.Recipient.Name.In(l) + ", " + CountryName(c.Recipient.Country, l)
		what := FieldNames(c.Fields, l)
		var why []string
		for _, p := range c.Purposes {
			why = append(why, PurposeName(p).In(l))
		}
		border := w("stays")
		if c.Recipient.Country != home {
			border = fillWord(w("leaves"), "country", CountryName(c.Recipient.Country, l))
		}
		other := fillWord(w("other"), "why", strings.Join(why, ", "))
		if c.Recipient.Kind == KindMail {
			other += " " + w("no_mail")
		}
		put(&s.Summary, l, fillWord(fillWord(fillWord(w("summary"), "whom", whom), "what", what), "why", strings.Join(why, ", ")))
		put(&s.Parts.ThirdParties, l, fillWord(w("third"), "whom", whom))
		put(&s.Parts.Border, l, border)
		put(&s.Parts.Data, l, what+".")
		put(&s.Parts.Other, l, other)
	}
	s.Text = s.Parts.text()
	return s
}

func fillWord(text, mark, value string) string { return strings.ReplaceAll(text, "{"+mark+"}", value) }

func put(t *i18n.Text, l i18n.Lang, s string) {
	switch l {
	case i18n.KK:
		t.KK = s
	case i18n.RU:
		t.RU = s
	case i18n.EN:
		t.EN = s
	}
}

// These words are part of a consent: they stand here, not among the messages, and every text that was shown is kept by its hash.
var choiceWords = map[string]i18n.Text{
	"summary": {
		KK: "Деректерімді мына алушыға беруге келісемін: {whom}. Берілетіні: {what}. Мақсаты: {why}.",
		RU: "Согласен передавать мои данные получателю: {whom}. Что: {what}. Зачем: {why}.",
		EN: "I agree that my data goes to: {whom}. What: {what}. What for: {why}.",
	},
	"third":   {KK: "Иә, тек мынаған: {whom}.", RU: "Да, только этому получателю: {whom}.", EN: "Yes, only to: {whom}."},
	"stays":   {KK: "Жоқ. Алушы Қазақстанда.", RU: "Нет. Получатель находится в Казахстане.", EN: "No. The recipient is in Kazakhstan."},
	"leaves":  {KK: "Иә: {country}.", RU: "Да: {country}.", EN: "Yes: {country}."},
	"no_mail": {KK: "Онсыз хат жіберілмейді; билеттер тапсырыс бетінде қалады.", RU: "Без него письма не отправляются; билеты остаются на странице заказа.", EN: "Without it no letters are sent; tickets stay on the order's page."},
	"other": {
		KK: "Мақсаты: {why}. Бұл — осы алушы үшін бөлек келісім: бермесеңіз де билет сатып аласыз. Оны «Менің деректерім» бетінде кез келген сәтте қайтарып алуға болады, содан кейін бұл алушыға ештеңе кетпейді.",
		RU: "Цель: {why}. Это отдельное согласие для одного получателя: билет можно купить и без него. Отозвать его можно в любой момент на странице «Мои данные», после этого получателю ничего не уходит.",
		EN: "Purpose: {why}. This is a consent for one recipient by itself: tickets can be bought without it. It can be withdrawn at any time on the page “My data”; then nothing goes to this recipient any more.",
	},
}

// agreed refuses what rests on a consent for its recipient and does not have it: given, neither withdrawn nor over, and to this very
// recipient as it is now.
func (p *Privacy) agreed(ctx context.Context, tx *db.DB, e Entry, to Recipient, t TransferTo) error {
	if !e.asks(to) {
		return nil
	}
	if e.Purpose == vault.PurposeIdentification { // an employee signs in because of the employment
		if is, err := people.IsStaff(ctx, tx, t.Person); err != nil || is {
			return err
		}
	}
	asked := map[string]bool{}
	for _, f := range t.Fields {
		for _, s := range e.scopesFor(f, to.Fields) {
			if e.scopeOf(f) == "" && len(e.Scopes) > 0 || asked[s] { // it goes along with another field
				continue
			}
			asked[s] = true
			ok, err := p.agreedTo(ctx, tx, t.Person, s, to, t.Fields)
			if err != nil {
				return err
			}
			if !ok {
				return ErrNoConsent.With("scope", s).With("recipient", to.Code)
			}
		}
	}
	if len(asked) == 0 {
		return ErrNoConsent.With("recipient", to.Code)
	}
	return nil
}

func (p *Privacy) agreedTo(ctx context.Context, d *db.DB, person, scope string, to Recipient, fields []vault.Field) (bool, error) {
	registers, err := registersAgreedTo(ctx, d, person, scope, to.Code, p.clock.Now())
	if err != nil {
		return false, err
	}
	for _, id := range registers {
		c, err := p.choiceThen(ctx, d, id, scope, to.Code)
		if err != nil {
			return false, err
		}
		if c.covers(to, fields) {
			return true, nil
		}
	}
	return false, nil
}

// choiceThen is the choice as a version of the register had it; the zero one, which covers nothing, when it had none.
func (p *Privacy) choiceThen(ctx context.Context, d *db.DB, registerID, scope, recipient string) (Choice, error) {
	v, err := p.registerByID(ctx, d, registerID)
	if errors.Is(err, db.ErrNoRow) {
		return Choice{}, nil
	}
	if err != nil {
		return Choice{}, err
	}
	all := Version{Scopes: []Scope{{Code: scope}}}
	b := Boxes{Choices: v.choices(all)}
	c, _ := b.Choice(scope + "." + recipient)
	return c, nil
}

// registerByID is a version of the register; a version never changes, so it is read once.
func (p *Privacy) registerByID(ctx context.Context, d *db.DB, id string) (RegisterVersion, error) {
	if v, ok := p.registers.Load(id); ok {
		return v.(RegisterVersion), nil
	}
	v, err := findRegister(ctx, d, id)
	if err == nil {
		p.registers.Store(id, v)
	}
	return v, err
}

// Chosen is where a person stands with a recipient that rests on a consent.
type Chosen struct {
	Choice
	Given Consent // the newest; zero when never asked
	Holds bool    // it allows all that the register names now
	Older bool    // it stands, but was given to something else: another country, other fields
	Gone  bool    // the register names the recipient no more; the consent stands until it is withdrawn
}

// ChosenBy lists the recipients that rest on a consent, and where a person stands with each.
func (p *Privacy) ChosenBy(ctx context.Context, person string, b Boxes) (out []Chosen, err error) {
	defer fault.Wrap(&err, "recipients that %s has chosen", person)
	given, err := listConsents(ctx, p.db, person)
	if err != nil {
		return nil, err
	}
	now := p.clock.Now()
	seen := map[string]bool{}
	for _, c := range b.Choices {
		x := Chosen{Choice: c}
		if i := slices.IndexFunc(given, func(g Consent) bool { return g.Scope == c.Scope && g.Recipient == c.Recipient.Code }); i >= 0 {
			x.Given = given[i]
			if x.Given.StandsAt(now) {
				if x.Holds, err = p.agreedTo(ctx, p.db, person, c.Scope, c.Recipient, c.Fields); err != nil {
					return nil, err
				}
				x.Older = !x.Holds
			}
		}
		seen[c.Code()] = true
		out = append(out, x)
	}
	for _, g := range given {
		key := g.Scope + "." + g.Recipient
		if g.Recipient == "" || seen[key] {
			continue
		}
		seen[key] = true
		if !g.StandsAt(now) || g.registerID == "" {
			continue
		}
		then, err := p.choiceThen(ctx, p.db, g.registerID, g.Scope, g.Recipient)
		if err != nil {
			return nil, err
		}
		then.Box = then.box(b.Version)
		out = append(out, Chosen{Choice: then, Given: g, Gone: true})
	}
	return out, nil
}

// RecipientNamed is a recipient as the register named it at a moment.
func (p *Privacy) RecipientNamed(ctx context.Context, code string, at time.Time) (Recipient, error) {
	versions, err := p.Registers(ctx)
	return recipientAt(versions, code, at), err
}
