package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The ways in which a draft does not become a version.
var (
	ErrNoDraft      = fault.New(fault.NotFound, "privacy.draft.no_such_draft")
	ErrDraftMoved   = fault.New(fault.Conflict, "privacy.draft.draft_moved")
	ErrDraftStale   = fault.New(fault.Conflict, "privacy.draft.draft_stale")
	ErrSecondPerson = fault.New(fault.Forbidden, "privacy.draft.second_person")
	ErrPast         = fault.New(fault.Invalid, "privacy.draft.publish_past")
	ErrBeforeLast   = fault.New(fault.Invalid, "privacy.draft.publish_before_last")
	ErrNothingNew   = fault.New(fault.Conflict, "privacy.draft.nothing_changed")
	ErrClauseNumber = fault.New(fault.Invalid, "privacy.draft.clause_number")
)

// DraftState is where a draft stands.
type DraftState string

// A draft is written, reviewed by a second person, and then published or dropped.
const (
	DraftOpen      DraftState = "draft"
	DraftReview    DraftState = "review"
	DraftPublished DraftState = "published"
	DraftDropped   DraftState = "dropped"
)

// Origin is what a draft was made from.
type Origin string

// The origins: the latest version, the built-in text, or a change of the profile or the built-in text noticed at a start.
const (
	OriginVersion Origin = "version"
	OriginBuiltin Origin = "builtin"
	OriginProfile Origin = "profile"
)

// systemActor is the program itself.
const systemActor = "system"

// What people do with a draft.
const (
	ActMade      = "made"
	ActEdited    = "edited"
	ActSubmitted = "submitted"
	ActReturned  = "returned"
	ActPublished = "published"
	ActDropped   = "dropped"
)

// Act is one thing that somebody did with a draft.
type Act struct {
	What  string
	Actor string
	Place string // which clause or part of a consent was edited
	At    time.Time
}

// Draft is a text on its way to a version.
type Draft struct {
	ID        string
	Kind      Kind
	State     DraftState
	Origin    Origin
	BaseID    string // the version that it changes
	Material  bool   // people are asked again
	Revision  int64
	MadeAt    time.Time
	ChangedAt time.Time
	Documents map[i18n.Lang]Document
	Scopes    []Scope
	Acts      []Act // oldest first; empty in lists
}

// Wrote tells whether somebody has a hand in the text: they made, edited or handed it in.
func (d Draft) Wrote(actor string) bool {
	return slices.ContainsFunc(d.Acts, func(a Act) bool {
		return a.Actor == actor && (a.What == ActMade || a.What == ActEdited || a.What == ActSubmitted)
	})
}

// Edit names the draft as its editor saw it: who edits, and which revision they looked at.
type Edit struct {
	Draft    string
	Revision int64
	Actor    string // "staff:<account id>"
}

// NewDraft makes a draft of the latest version (OriginVersion) or of the built-in text (OriginBuiltin).
func (p *Privacy) NewDraft(ctx context.Context, k Kind, from Origin, actor string) (_ Draft, err error) {
	defer fault.Wrap(&err, "draft of %s", k)
	row := draftRow{id: db.NewID(), kind: k, origin: from}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		last, err := lastVersion(ctx, tx, k)
		if errors.Is(err, db.ErrNoRow) {
			return ErrNoVersion
		}
		if err != nil {
			return err
		}
		row.base, row.content = last.id, last.content
		if from == OriginBuiltin {
			c, err := write(k, p.operator)
			if err != nil {
				return err
			}
			text, err := c.canonical()
			if err != nil {
				return err
			}
			row.content = string(text)
		}
		return p.insertNewDraft(ctx, tx, row, actor)
	})
	if err != nil {
		return Draft{}, err
	}
	return p.TextDraft(ctx, row.id)
}

func (p *Privacy) insertNewDraft(ctx context.Context, tx *db.DB, row draftRow, actor string) error {
	if row.id == "" {
		row.id = db.NewID()
	}
	row.state, row.revision, row.madeAt, row.changedAt = DraftOpen, 1, p.clock.Now(), p.clock.Now()
	if err := insertDraft(ctx, tx, row); err != nil {
		return err
	}
	return insertAct(ctx, tx, row.id, Act{What: ActMade, Actor: actor, At: p.clock.Now()})
}

// TextDraft returns a draft with what was done with it.
func (p *Privacy) TextDraft(ctx context.Context, id string) (_ Draft, err error) {
	defer fault.Wrap(&err, "draft %s", id)
	return readDraft(ctx, p.db, id)
}

func readDraft(ctx context.Context, d *db.DB, id string) (Draft, error) {
	row, err := findTextDraft(ctx, d, id)
	if errors.Is(err, db.ErrNoRow) {
		return Draft{}, ErrNoDraft
	}
	if err != nil {
		return Draft{}, err
	}
	out, err := row.draft()
	if err != nil {
		return Draft{}, err
	}
	out.Acts, err = listActs(ctx, d, id)
	return out, err
}

// TextDrafts lists the drafts that are open or in review, newest first.
func (p *Privacy) TextDrafts(ctx context.Context) (out []Draft, err error) {
	defer fault.Wrap(&err, "drafts")
	rows, err := listDrafts(ctx, p.db, true)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		d, err := r.draft()
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// change edits an open draft's text under the guard of its revision.
func (p *Privacy) change(ctx context.Context, e Edit, place string, f func(c *content, material *bool) error) (err error) {
	defer fault.Wrap(&err, "edit draft %s", e.Draft)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		row, err := findTextDraft(ctx, tx, e.Draft)
		if errors.Is(err, db.ErrNoRow) {
			return ErrNoDraft
		}
		if err != nil {
			return err
		}
		var c content
		if err := json.Unmarshal([]byte(row.content), &c); err != nil {
			return err
		}
		if err := f(&c, &row.material); err != nil {
			return err
		}
		text, err := c.canonical()
		if err != nil {
			return err
		}
		row.content, row.changedAt, row.revision = string(text), p.clock.Now(), e.Revision
		if changed, err := updateDraft(ctx, tx, row); err != nil || !changed {
			return orDraftMoved(err)
		}
		return insertAct(ctx, tx, e.Draft, Act{What: ActEdited, Actor: e.Actor, Place: place, At: p.clock.Now()})
	})
}

func orDraftMoved(err error) error {
	if err != nil {
		return err
	}
	return ErrDraftMoved
}

// EditClause writes one clause in all languages. at counts from 0. An empty Kazakh or Russian text is refused.
func (p *Privacy) EditClause(ctx context.Context, e Edit, at int, text i18n.Text) error {
	return p.change(ctx, e, "clause", func(c *content, _ *bool) error {
		if at < 0 || at >= len(c.KK.Clauses) {
			return ErrIncomplete.On("clause")
		}
		text, err := clauseText(text, c.KK.Clauses[at].Number, c.english())
		if err != nil {
			return err
		}
		for _, l := range i18n.Langs {
			if d := c.document(l); at < len(d.Clauses) {
				d.Clauses[at].Text = exactly(text, l)
			}
		}
		return nil
	})
}

// EditTitle writes the document's title in all languages.
func (p *Privacy) EditTitle(ctx context.Context, e Edit, text i18n.Text) error {
	return p.change(ctx, e, "title", func(c *content, _ *bool) error {
		text, err := clauseText(text, "", c.english())
		var wrong fault.Fields
		if errors.As(err, &wrong) {
			for i, w := range wrong {
				wrong[i] = w.On(strings.Replace(w.Field, "text.", "title.", 1))
			}
			return wrong
		}
		if err != nil {
			return err
		}
		for _, l := range i18n.Langs {
			if l != i18n.EN || c.english() {
				c.document(l).Title = exactly(text, l)
			}
		}
		return nil
	})
}

var clauseNumber = regexp.MustCompile(`^[0-9]{1,2}(\.[0-9]{1,2}){0,3}$`)

// AddClause puts a new clause after the one at a place; its number must be free.
func (p *Privacy) AddClause(ctx context.Context, e Edit, after int, number string, text i18n.Text) error {
	return p.change(ctx, e, number, func(c *content, _ *bool) error {
		if !clauseNumber.MatchString(number) || slices.Contains(numbersOf(c.KK), number) {
			return ErrClauseNumber.On("number")
		}
		text, err := clauseText(text, number, c.english())
		if err != nil {
			return err
		}
		if after < -1 || after >= len(c.KK.Clauses) {
			return ErrIncomplete.On("clause")
		}
		for _, l := range i18n.Langs {
			if d := c.document(l); after < len(d.Clauses) {
				d.Clauses = slices.Insert(d.Clauses, after+1, Clause{Number: number, Level: 1 + strings.Count(number, "."), Text: exactly(text, l)})
			}
		}
		return nil
	})
}

// RemoveClause takes a clause out.
func (p *Privacy) RemoveClause(ctx context.Context, e Edit, at int) error {
	return p.change(ctx, e, "removed", func(c *content, _ *bool) error {
		if at < 0 || at >= len(c.KK.Clauses) {
			return ErrIncomplete.On("clause")
		}
		for _, l := range i18n.Langs {
			if d := c.document(l); at < len(d.Clauses) {
				d.Clauses = slices.Delete(d.Clauses, at, at+1)
			}
		}
		return nil
	})
}

// clauseText trims a clause's text and refuses an empty Kazakh, Russian or, where the text is in English too, English one.
func clauseText(t i18n.Text, number string, english bool) (i18n.Text, error) {
	t = oneLine(t)
	var wrong fault.Fields
	for _, l := range i18n.Langs {
		if exactly(t, l) == "" && (l != i18n.EN || english) {
			wrong = append(wrong, ErrClauseEmpty.On("text."+string(l)).With("clause", number).With("lang", string(l)))
		}
	}
	return t, wrong.OrNil()
}

// oneLine makes a clause one paragraph: line breaks typed in a form are spaces.
func oneLine(t i18n.Text) i18n.Text {
	in := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return i18n.Text{KK: in(t.KK), RU: in(t.RU), EN: in(t.EN)}
}

// EditScope writes a consent: its summary and its eight parts. An empty part is refused with its name.
func (p *Privacy) EditScope(ctx context.Context, e Edit, code string, summary i18n.Text, parts Parts) error {
	return p.change(ctx, e, code, func(c *content, _ *bool) error {
		i := slices.IndexFunc(c.Scopes, func(s Scope) bool { return s.Code == code })
		if i < 0 {
			return ErrIncomplete.On("scopes")
		}
		s := Scope{Code: code, Required: c.Scopes[i].Required, Lasts: c.Scopes[i].Lasts, Summary: oneLine(summary), Parts: parts}
		for _, t := range s.Parts.list() {
			*t = oneLine(*t)
		}
		s.Text = s.Parts.text()
		if err := s.complete(c.english()); err != nil {
			return err
		}
		c.Scopes[i] = s
		return nil
	})
}

// SetMaterial says whether people are asked again.
func (p *Privacy) SetMaterial(ctx context.Context, e Edit, yes bool) error {
	return p.change(ctx, e, "material", func(_ *content, material *bool) error {
		*material = yes
		return nil
	})
}

// Submit hands a draft to a second person. It must be whole by now.
func (p *Privacy) Submit(ctx context.Context, e Edit) error {
	return p.move(ctx, e, DraftOpen, DraftReview, ActSubmitted, func(ctx context.Context, tx *db.DB, d Draft) error {
		return p.publishable(ctx, tx, d)
	})
}

// Return sends a draft back to its writer.
func (p *Privacy) Return(ctx context.Context, e Edit) error {
	return p.move(ctx, e, DraftReview, DraftOpen, ActReturned, nil)
}

// Drop ends a draft that nobody wants.
func (p *Privacy) Drop(ctx context.Context, e Edit) error {
	d, err := p.TextDraft(ctx, e.Draft)
	if err != nil {
		return err
	}
	return p.move(ctx, e, d.State, DraftDropped, ActDropped, nil)
}

func (p *Privacy) move(ctx context.Context, e Edit, from, to DraftState, what string, check func(context.Context, *db.DB, Draft) error) (err error) {
	defer fault.Wrap(&err, "move draft %s to %s", e.Draft, to)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		d, err := readDraft(ctx, tx, e.Draft)
		if err != nil {
			return err
		}
		if d.State != from || from == DraftPublished || from == DraftDropped {
			return ErrDraftMoved
		}
		if check != nil {
			if err := check(ctx, tx, d); err != nil {
				return err
			}
		}
		if moved, err := moveDraft(ctx, tx, e.Draft, e.Revision, from, to, p.clock.Now()); err != nil || !moved {
			return orDraftMoved(err)
		}
		return insertAct(ctx, tx, e.Draft, Act{What: what, Actor: e.Actor, At: p.clock.Now()})
	})
}
