package privacy

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// ErrNobody is a person whom nothing is written to and nothing is kept for: a trap, when the program or its person asks. It says
// what an erased person says.
var ErrNobody = fault.New(fault.Gone, "privacy.nobody")

// ErrTrapCount is a number of traps that makes no sense.
var ErrTrapCount = fault.New(fault.Invalid, "privacy.trap_count")

// mostTraps bounds how many are laid at once.
const mostTraps = 50

// Traps are records of persons who do not exist. They look like others and are known only by the vault's marks; an employee who
// opens one without need raises an alarm. They get no letters, run no terms and count in no figures.
type Traps struct {
	p         *Privacy
	people    *people.People
	incidents *Incidents
	jobs      *jobs.Queue
	mail      mail.Sender
	bundle    *i18n.Bundle
	plant     func(ctx context.Context, tx *db.DB, person string) error
}

// Alarm is an opening of a trap.
type Alarm struct {
	ID         string
	Actor      string // "staff:<account id>"
	Reason     string // that was given for the look
	Incident   string // number of the incident that it became
	At         time.Time
	Refused    bool // the look was refused: the attempt is enough
	AnsweredBy string
	AnsweredAt time.Time
}

// alarmJob mails an alarm to the officers.
type alarmJob struct {
	AlarmID string `json:"alarm_id"`
}

// Kind names the job.
func (alarmJob) Kind() string { return "privacy_alarm" }

// NewTraps makes the traps and registers their job; call it before jobs start and after SetVault. plant lets the box office put an
// unpaid order to a person's name.
func NewTraps(p *Privacy, pe *people.People, n *Incidents, q *jobs.Queue, m mail.Sender, b *i18n.Bundle, plant func(ctx context.Context, tx *db.DB, person string) error) *Traps {
	t := &Traps{p: p, people: pe, incidents: n, jobs: q, mail: m, bundle: b, plant: plant}
	p.traps = t
	jobs.Handle(q, t.tell)
	return t
}

// Lay lays traps: persons with names and contacts like others', each with an order that was never paid.
func (t *Traps) Lay(ctx context.Context, n int) (err error) {
	defer fault.Wrap(&err, "lay traps")
	if n < 1 || n > mostTraps {
		return ErrTrapCount.On("count")
	}
	for range n {
		person, err := t.people.NewPerson(ctx)
		if err != nil {
			return err
		}
		values := t.invent()
		err = t.p.db.Transact(ctx, func(tx *db.DB) error {
			if err := t.p.vault.Mark(ctx, tx, person); err != nil {
				return err
			}
			if err := t.p.vault.Seal(ctx, tx, person, values); err != nil {
				return err
			}
			return t.plant(ctx, tx, person)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Count is how many traps are laid.
func (t *Traps) Count(ctx context.Context) (int64, error) { return t.p.vault.Marks(ctx) }

var trapNames = [][4]string{ // surname, name, and both as in an address
	{"Жұмағалиева", "Ақмарал", "zhumagalieva", "akmaral"},
	{"Төлегенов", "Нұрсұлтан", "tulegenov", "nursultan"},
	{"Ковалёва", "Ирина", "kovaleva", "irina"},
	{"Сағындықов", "Ерболат", "sagyndykov", "erbolat"},
	{"Ли", "Виктория", "li", "victoria"},
	{"Байжанова", "Салтанат", "baizhanova", "saltanat"},
	{"Петренко", "Олег", "petrenko", "oleg"},
	{"Қуанышбек", "Дәурен", "kuanyshbek", "dauren"},
	{"Исмаилова", "Лола", "ismailova", "lola"},
	{"Мұқанов", "Тимур", "mukanov", "timur"},
}

func pick(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0
	}
	return int(i.Int64())
}

// invent makes contacts that nobody has: an address of the operator's own domain, a number that is given to nobody.
func (t *Traps) invent() map[vault.Field]string {
	s := trapNames[pick(len(trapNames))]
	g := trapNames[pick(len(trapNames))]
	_, domain, _ := strings.Cut(t.p.operator.Email, "@")
	return map[vault.Field]string{
		vault.Surname: s[0], vault.Name: g[1],
		vault.Email: fmt.Sprintf("%s.%s%d@%s", g[3], s[2], 70+pick(36), domain),
		vault.Phone: fmt.Sprintf("+7701%03d%04d", pick(100), pick(10000)),
	}
}

// isTrap tells whether a person is a trap. Without a vault there are none.
func (p *Privacy) isTrap(ctx context.Context, d *db.DB, person string) (bool, error) {
	if p.vault == nil || p.traps == nil {
		return false, nil
	}
	return p.vault.Marked(ctx, d, person)
}

// trapsAmong tells which of a page of persons are traps.
func (p *Privacy) trapsAmong(ctx context.Context, page []vault.Kept) (map[string]bool, error) {
	if p.vault == nil || p.traps == nil {
		return nil, nil
	}
	ids := make([]string, len(page))
	for i, k := range page {
		ids[i] = k.Person
	}
	return p.vault.MarkedAmong(ctx, p.db, ids)
}

// sprung notes that a trap was opened, makes an incident of it and lets the officers know; in the transaction of the look.
func (t *Traps) sprung(ctx context.Context, tx *db.DB, o vault.Opening) error {
	return t.raise(ctx, tx, Alarm{Actor: o.Actor, Reason: o.Reason, At: t.p.clock.Now()}, "Тұзақ-жазба ашылды · Открыта запись-ловушка")
}

// RefusedMarked implements vault.Watcher: an employee who reached for a trap and was refused raises an alarm too. One who tries again
// while it stands unanswered makes no second one.
func (p *Privacy) RefusedMarked(ctx context.Context, tx *db.DB, e vault.Entry) error {
	if p.traps == nil || !strings.HasPrefix(e.Actor, "staff:") {
		return nil
	}
	stands, err := hasOpenAlarm(ctx, tx, e.Actor)
	if err != nil || stands {
		return err
	}
	return p.traps.raise(ctx, tx, Alarm{Actor: e.Actor, Reason: e.Reason, At: e.At, Refused: true}, "Тұзақ-жазбаны ашпақ болды · Попытка открыть запись-ловушку")
}

// raise makes an incident of an alarm and lets the officers know.
func (t *Traps) raise(ctx context.Context, tx *db.DB, a Alarm, title string) error {
	i, err := t.incidents.Detect(ctx, tx, Detected{Title: title, Actor: bySystem})
	if err != nil {
		return err
	}
	a.ID, a.Incident = db.NewID(), i.Number
	if err := insertAlarm(ctx, tx, a); err != nil {
		return err
	}
	return t.jobs.Enqueue(ctx, tx, alarmJob{AlarmID: a.ID})
}

// Alarms lists the alarms, those that nobody has answered first.
func (t *Traps) Alarms(ctx context.Context, open bool, limit int) ([]Alarm, error) {
	return listAlarms(ctx, t.p.db, open, limit)
}

// Answer takes an alarm down from Today: an officer has seen it; the incident goes on by itself.
func (t *Traps) Answer(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "answer alarm %s", id)
	ok, err := answerAlarm(ctx, t.p.db, id, actor, t.p.clock.Now())
	if err == nil && !ok {
		return ErrAlarmUnknown
	}
	return err
}

// ErrAlarmUnknown is no alarm, or one that was answered.
var ErrAlarmUnknown = fault.New(fault.NotFound, "privacy.alarm_unknown")

// tell mails an alarm to every officer. It says that there is one, and nothing more.
func (t *Traps) tell(ctx context.Context, j alarmJob) (err error) {
	defer fault.Wrap(&err, "mail alarm %s", j.AlarmID)
	staff, err := t.people.Employees(ctx)
	if err != nil {
		return err
	}
	for _, e := range staff {
		if !slices.Contains(e.Roles, people.RoleOfficer) || !e.LeftAt.IsZero() {
			continue
		}
		if terr := t.tellOne(ctx, e); terr != nil {
			err = errors.Join(err, terr)
		}
	}
	return err
}

func (t *Traps) tellOne(ctx context.Context, e people.Employee) error {
	o := vault.Opening{Person: e.PersonID, Purpose: vault.PurposeStaff, Fields: []vault.Field{vault.Email}, Actor: bySystem, Reason: "trap_alarm"}
	var l mail.Letter
	var pass outgoing.Pass
	err := t.p.db.Transact(ctx, func(tx *db.DB) error {
		got, err := t.people.Contacts(ctx, tx, o)
		if err != nil {
			return err
		}
		l.To = got.Email
		pass, err = t.p.Leaves(ctx, tx, MailGateway, o)
		return err
	})
	if err != nil {
		return err
	}
	var text []string
	for _, lang := range []i18n.Lang{i18n.KK, i18n.RU} {
		p := t.bundle.Printer(lang)
		text = append(text, p.T("privacy.trap.letter"), t.p.operator.Site+"/"+string(lang)+"/office")
	}
	l.Subject, l.Text = t.bundle.Printer(i18n.RU).T("privacy.trap.subject"), strings.Join(text, "\n\n")+"\n"
	return t.mail.Send(ctx, pass, l)
}

func insertAlarm(ctx context.Context, tx *db.DB, a Alarm) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_alarm (id, actor, reason, incident, at, refused) VALUES ($1, $2, $3, $4, $5, $6)`,
		a.ID, a.Actor, a.Reason, a.Incident, clock.Micros(a.At), a.Refused)
	return err
}

func hasOpenAlarm(ctx context.Context, tx *db.DB, actor string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM privacy_alarm WHERE answered_at = 0 AND actor = $1`, actor).Scan(&n)
	return n > 0, err
}

func answerAlarm(ctx context.Context, d *db.DB, id, by string, at time.Time) (bool, error) {
	n, err := d.Exec(ctx, `UPDATE privacy_alarm SET answered_by = $2, answered_at = $3 WHERE id = $1 AND answered_at = 0`, id, by, clock.Micros(at))
	return n == 1, err
}

func listAlarms(ctx context.Context, d *db.DB, open bool, limit int) (out []Alarm, err error) {
	query := `SELECT id, actor, reason, incident, at, answered_by, answered_at, refused FROM privacy_alarm`
	if open {
		query += ` WHERE answered_at = 0`
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var a Alarm
		var at, answered int64
		err := scan(&a.ID, &a.Actor, &a.Reason, &a.Incident, &at, &a.AnsweredBy, &answered, &a.Refused)
		a.At, a.AnsweredAt = clock.FromMicros(at), clock.FromMicros(answered)
		out = append(out, a)
		return err
	}, query+` ORDER BY at DESC, id DESC LIMIT $1`, limit)
	return out, err
}
