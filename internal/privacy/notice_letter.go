package privacy

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

const (
	channelMail = "mail"
	channelSite = "site"

	walkBatch  = 500 // persons that one transaction walks over
	lettersRun = 400 // letters that one run of the job sends at most
)

// Notices tells people by mail of a new version: once per person and version, whatever happens in between.
type Notices struct {
	Privacy *Privacy
	Vault   *vault.Vault
	Mail    mail.Sender
	Bundle  *i18n.Bundle
	BaseURL string // no slash at the end
}

// noticeJob goes on with the telling; it has no arguments, for the tables know how far it has come.
type noticeJob struct{}

// Kind names the handler.
func (noticeJob) Kind() string { return "privacy_notice" }

// Register makes the telling go by itself.
func (n *Notices) Register(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ noticeJob) error {
		_, err := n.Run(ctx)
		return err
	})
	q.Every(time.Minute, noticeJob{})
}

// Run goes on with every version that people have to be told of, a bounded piece at a time. It returns how many letters went out.
func (n *Notices) Run(ctx context.Context) (sent int, err error) {
	defer fault.Wrap(&err, "tell of new versions")
	runs, err := listNoticeRuns(ctx, n.Privacy.db)
	if err != nil {
		return 0, err
	}
	for _, r := range runs {
		for r.walkedAt.IsZero() {
			if r, err = n.walk(ctx, r.version); err != nil {
				return sent, err
			}
		}
	}
	for _, r := range runs {
		for sent < lettersRun {
			person, err := nextDue(ctx, n.Privacy.db, r.version)
			if errors.Is(err, db.ErrNoRow) {
				break
			}
			if err != nil {
				return sent, err
			}
			told, err := n.tell(ctx, person, r.version)
			if err != nil {
				return sent, err
			}
			if told {
				sent++
			}
		}
	}
	return sent, nil
}

// walk makes the letters of the next batch of persons and moves the cursor, in one transaction: a crash repeats neither.
func (n *Notices) walk(ctx context.Context, version string) (run noticeRun, err error) {
	p := n.Privacy
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if run, err = findNoticeRun(ctx, tx, version); err != nil || !run.walkedAt.IsZero() {
			return err
		}
		persons, err := personsAfter(ctx, tx, run.cursor, run.madeAt, walkBatch)
		if err != nil {
			return err
		}
		before := run.cursor
		now := p.clock.Now()
		if len(persons) == 0 {
			run.walkedAt = now
		} else {
			run.cursor, run.walked = persons[len(persons)-1], run.walked+len(persons)
		}
		moved, err := moveNoticeRun(ctx, tx, run, before)
		if err != nil || !moved { // another process has walked this batch
			return err
		}
		return insertDue(ctx, tx, persons, version, now)
	})
	return run, err
}

// tell sends one letter. The row says "sending" before the letter leaves and "told" after; when the process dies in between nobody can
// know whether it went, and it is not sent again. The site tells that person all the same.
func (n *Notices) tell(ctx context.Context, person, version string) (told bool, err error) {
	p := n.Privacy
	claimed, err := moveNotice(ctx, p.db, person, version, "due", "sending", p.clock.Now())
	if err != nil || !claimed {
		return false, err
	}
	l, pass, ok, err := n.letter(ctx, person, version)
	if err == nil && ok {
		err = n.Mail.Send(ctx, pass, l)
		if fault.KindOf(err) == fault.Invalid { // an address that no server takes: trying again will not help
			ok, err = false, nil
		}
	}
	ctx = context.WithoutCancel(ctx)
	if err != nil { // it did not leave: the next run tries again
		_, back := moveNotice(ctx, p.db, person, version, "sending", "due", p.clock.Now())
		return false, errors.Join(err, back)
	}
	to := "told"
	if !ok {
		to = "skipped"
	}
	_, err = moveNotice(ctx, p.db, person, version, "sending", to, p.clock.Now())
	return ok && err == nil, err
}

// letter writes to a person in the language of their latest consent; false when there is nobody to write to.
func (n *Notices) letter(ctx context.Context, person, version string) (l mail.Letter, pass outgoing.Pass, ok bool, err error) {
	p := n.Privacy
	pub, err := findPublication(ctx, p.db, version)
	if err != nil {
		return l, pass, false, err
	}
	lang, err := languageOf(ctx, p.db, person)
	if err != nil {
		return l, pass, false, err
	}
	var to string
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		o := vault.Opening{
			Person: person, Purpose: vault.PurposeInteraction, Fields: []vault.Field{vault.Email},
			Actor: systemActor, Reason: "policy_notice",
		}
		got, err := n.Vault.Open(ctx, tx, o)
		if to = got[vault.Email].Reveal(); err != nil || to == "" {
			return err
		}
		pass, err = p.Leaves(ctx, tx, MailGateway, o)
		return err
	})
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Gone, fault.NotFound: // withdrawn, blocked, erased
		return l, pass, false, nil
	}
	if err != nil || to == "" {
		return l, pass, false, err
	}
	return n.write(pub, lang, to), pass, true, nil
}

func (n *Notices) write(pub Publication, lang i18n.Lang, to string) mail.Letter {
	t := n.Bundle.Printer(lang)
	op := n.Privacy.operator
	subject, what := t.T("privacy.notice.subject_policy", "site", op.ShortName), t.T("privacy.notice.policy")
	if pub.Kind == Offer {
		subject, what = t.T("privacy.notice.subject_offer", "site", op.ShortName), t.T("privacy.notice.offer")
	}
	since := t.T("privacy.notice.since", "day", t.FullDate(pub.InForce, zone.String()))
	next := t.T("privacy.notice.small")
	if pub.Material {
		next = t.T("privacy.notice.material")
	}
	link := n.BaseURL + "/" + string(lang) + "/page/" + string(pub.Kind) + "/versions/" + strconv.Itoa(pub.Number) + "#changes"
	rights := t.T("privacy.notice.rights")
	text := strings.Join([]string{what + " " + since, next, t.T("privacy.notice.read") + "\n" + link, rights, op.Name.In(lang)}, "\n\n")
	esc := template.HTMLEscapeString
	html := fmt.Sprintf("<p>%s %s</p><p>%s</p><p><a href=\"%s\">%s</a></p><p>%s</p><p>%s</p>", esc(what), esc(since), esc(next), esc(link),
		esc(t.T("privacy.notice.read")), esc(rights), esc(op.Name.In(lang)))
	return mail.Letter{To: to, Subject: subject, Text: text, HTML: html}
}
