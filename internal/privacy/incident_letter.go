package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// Run goes on with searches and letters, a bounded piece at a time. It returns how many letters went out.
func (n *Incidents) Run(ctx context.Context) (sent int, err error) {
	defer fault.Wrap(&err, "go on with incidents")
	searches, err := openSearches(ctx, n.p.db)
	if err != nil {
		return 0, err
	}
	for _, s := range searches {
		if err := n.goOn(ctx, s); err != nil {
			return 0, err
		}
	}
	waiting, err := incidentsToTell(ctx, n.p.db)
	if err != nil {
		return 0, err
	}
	for _, id := range waiting {
		for sent < lettersRun {
			person, err := nextConcerned(ctx, n.p.db, id)
			if errors.Is(err, db.ErrNoRow) {
				break
			}
			if err != nil {
				return sent, err
			}
			told, err := n.tell(ctx, id, person)
			if err != nil {
				return sent, err
			}
			if told {
				sent++
			}
		}
		if err := n.finish(ctx, id); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// tell sends one letter. The row says "sending" before the letter leaves and "told" after; when the process dies in between nobody
// can know whether it went, and it is not sent again: My data tells that person all the same.
func (n *Incidents) tell(ctx context.Context, id, person string) (told bool, err error) {
	claimed, err := moveConcerned(ctx, n.p.db, id, person, "due", "sending", "", time.Time{})
	if err != nil || !claimed {
		return false, err
	}
	l, pass, why, err := n.letter(ctx, id, person)
	if err == nil && why == "" {
		err = n.mail.Send(ctx, pass, l)
		if fault.KindOf(err) == fault.Invalid { // an address that no server takes: trying again will not help
			why, err = "no_address", nil
		}
		told = err == nil && why == ""
	}
	ctx = context.WithoutCancel(ctx)
	if err != nil { // it did not leave: the next run tries again
		_, back := moveConcerned(ctx, n.p.db, id, person, "sending", "due", "", time.Time{})
		return false, errors.Join(err, back)
	}
	state := "told"
	if why != "" && why != "same_address" {
		state = "skipped"
	}
	_, err = moveConcerned(ctx, n.p.db, id, person, "sending", state, why, n.p.clock.Now())
	return told, err
}

// letter writes to a person; why says that no letter goes to them.
func (n *Incidents) letter(ctx context.Context, id, person string) (l mail.Letter, pass outgoing.Pass, why string, err error) {
	w, err := findIncidentNotice(ctx, n.p.db, id, AudiencePeople)
	if err != nil {
		return l, pass, "", err
	}
	lang, err := languageOf(ctx, n.p.db, person)
	if err != nil {
		return l, pass, "", err
	}
	to := ""
	err = n.p.db.Transact(ctx, func(tx *db.DB) error {
		// Being told of a breach is the person's right, not a service that they may have withdrawn from.
		o := vault.Opening{Person: person, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email}, Actor: bySystem, Reason: "incident_notice"}
		got, err := n.p.vault.Open(ctx, tx, o)
		if err != nil {
			return err
		}
		if to = got[vault.Email].Reveal(); to == "" {
			return nil
		}
		others, err := n.p.vault.Find(ctx, tx, vault.Email, to)
		if err != nil {
			return err
		}
		before, err := anyConcerned(ctx, tx, id, person, others)
		if err != nil {
			return err
		}
		if before { // somebody with the same address is told: one letter is enough
			why = "same_address"
			return nil
		}
		pass, err = n.p.Leaves(ctx, tx, MailGateway, o)
		return err
	})
	switch {
	case errors.Is(err, vault.ErrBlocked):
		return l, pass, "blocked", nil
	case err != nil && (fault.KindOf(err) == fault.Gone || fault.KindOf(err) == fault.NotFound):
		return l, pass, "erased", nil
	case err != nil, why != "":
		return l, pass, why, err
	case to == "":
		return l, pass, "no_address", nil
	}
	l, err = n.write(w, lang, to)
	return l, pass, "", err
}

// write puts the person's own language first; the law's two languages both stand in the letter.
func (n *Incidents) write(w IncidentNotice, lang i18n.Lang, to string) (mail.Letter, error) {
	body, err := n.print(w)
	if err != nil {
		return mail.Letter{}, err
	}
	first, second := w.KK, w.RU
	if lang == i18n.RU {
		first, second = second, first
	}
	p := n.bundle.Printer(lang)
	return mail.Letter{
		To: to, Subject: p.T("privacy.incident.subject", "site", n.p.operator.ShortName, "number", w.Letter),
		Text:        first + "\n\n—\n\n" + second + "\n\n" + p.Text(n.p.operator.Name) + "\n" + n.p.operator.Site + "/" + string(lang) + "/page/my-data",
		Attachments: []mail.Attachment{{Name: "sahna-" + w.Letter + ".pdf", Type: "application/pdf", Data: body}},
	}, nil
}

// finish notes that everybody concerned has been told.
func (n *Incidents) finish(ctx context.Context, id string) error {
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		w, err := findIncidentNotice(ctx, tx, id, AudiencePeople)
		if err != nil || i.State != IncidentAuthority || !w.Approved() {
			return "", err
		}
		if busy, err := n.busy(ctx, tx, id); err != nil || busy {
			return "", err
		}
		i.State, i.PeopleAt = IncidentPeople, n.p.clock.Now()
		return "told", updateIncident(ctx, tx, i)
	}, bySystem)
}

// busy tells whether a search or a letter of an incident is still under way.
func (n *Incidents) busy(ctx context.Context, d *db.DB, id string) (bool, error) {
	searches, err := listSearches(ctx, d, id)
	if err != nil {
		return false, err
	}
	for _, s := range searches {
		if s.DoneAt.IsZero() {
			return true, nil
		}
	}
	t, err := countConcerned(ctx, d, id)
	return t.Due > 0, err
}

// Told is how far the telling has come.
type Told struct {
	Found   int // known, and not to be told yet
	Due     int
	Told    int
	Same    int // of those told: by the letter of another purchase under the same address
	Skipped map[string]int
	Unsure  int // the process died while the letter went out: not sent again, My data tells
}

// All counts everybody whom an incident concerns.
func (t Told) All() int {
	n := t.Found + t.Due + t.Told + t.Unsure
	for _, k := range t.Skipped {
		n += k
	}
	return n
}

// Telling tells how far the letters of an incident have come.
func (n *Incidents) Telling(ctx context.Context, id string) (Told, error) {
	return countConcerned(ctx, n.p.db, id)
}

// Concerning is an incident as the person whom it concerned reads of it.
type Concerning struct {
	ID, Number string
	At         time.Time // of the notice
	KK, RU     string
}

// IncidentsOf lists the incidents that a person was told concerned them, newest first.
func (p *Privacy) IncidentsOf(ctx context.Context, person string) (_ []Concerning, err error) {
	defer fault.Wrap(&err, "incidents of %s", person)
	return incidentsOf(ctx, p.db, person)
}

// incidentRecords are what stands about incidents under a person's id.
func incidentRecords(ctx context.Context, d *db.DB, person string) (out []Record, err error) {
	list, err := incidentsOf(ctx, d, person)
	for _, i := range list {
		out = append(out, Record{Room: "privacy", Kind: "incident", ID: i.ID, Purpose: vault.PurposeRights, At: i.At, Data: map[string]string{"number": i.Number}})
	}
	return out, err
}
