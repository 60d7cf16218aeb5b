package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// start compares the built-in text with what is published. As long as nobody has published by hand it is published at once, so that
// a new site has its policy; afterwards a change of it becomes a draft for the officer. Other processes that call the site otherwise
// keep the text from being theirs by turns: then it returns how they call it, and does nothing.
func (p *Privacy) start(ctx context.Context, k Kind, c content) (otherwise string, err error) {
	defer fault.Wrap(&err, "publish %s", k)
	if err := c.complete(k, true); err != nil {
		return "", err
	}
	text, err := c.canonical()
	if err != nil {
		return "", err
	}
	for range 3 { // a second process may publish the same text at the same moment
		err = p.db.Transact(ctx, func(tx *db.DB) error {
			if err := touchSite(ctx, tx, p.operator.Site, p.clock.Now()); err != nil {
				return err
			}
			byHand, err := publishedByHand(ctx, tx, k)
			if err != nil {
				return err
			}
			before, err := findBuiltin(ctx, tx, k)
			if err != nil && !errors.Is(err, db.ErrNoRow) {
				return err
			}
			if otherwise, err = p.calledOtherwise(ctx, tx, k, before); err != nil || otherwise != "" {
				return err
			}
			changed, err := keepBuiltin(ctx, tx, k, string(text), p.clock.Now())
			if err != nil {
				return err
			}
			if !byHand {
				return p.publishAtOnce(ctx, tx, k, string(text))
			}
			if !changed || before == "" {
				return nil
			}
			return p.proposeDraft(ctx, tx, k, before, c)
		})
		if !errors.Is(err, db.ErrDuplicate) {
			break
		}
	}
	return otherwise, err
}

// publishAtOnce puts a text in force when it differs from the latest version.
func (p *Privacy) publishAtOnce(ctx context.Context, tx *db.DB, k Kind, text string) error {
	last, err := lastVersion(ctx, tx, k)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return err
	}
	if last.content == text {
		return nil
	}
	return insertVersion(ctx, tx, versionRow{
		id: db.NewID(), kind: k, number: last.number + 1, hash: ChainHash(last.hash, []byte(text)),
		previous: last.hash, content: text, inForce: p.clock.Now(),
	})
}

// proposeDraft makes a draft of the latest version with what has changed in the built-in text, so that clauses written by hand stay. An
// earlier proposal that nobody has touched gives way.
func (p *Privacy) proposeDraft(ctx context.Context, tx *db.DB, k Kind, before string, now content) error {
	last, err := lastVersion(ctx, tx, k)
	if err != nil {
		return err
	}
	var was, current content
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(last.content), &current); err != nil {
		return err
	}
	merged := merge(current, was, now)
	text, err := merged.canonical()
	if err != nil || string(text) == last.content {
		return err
	}
	if err := p.dropProposals(ctx, tx, k); err != nil {
		return err
	}
	return p.insertNewDraft(ctx, tx, draftRow{kind: k, origin: OriginProfile, base: last.id, content: string(text)}, systemActor)
}

func (p *Privacy) dropProposals(ctx context.Context, tx *db.DB, k Kind) error {
	old, err := listDrafts(ctx, tx, true)
	if err != nil {
		return err
	}
	for _, d := range old {
		if d.kind != k || d.origin != OriginProfile || d.state != DraftOpen || d.revision != 1 {
			continue
		}
		if _, err := moveDraft(ctx, tx, d.id, d.revision, DraftOpen, DraftDropped, p.clock.Now()); err != nil {
			return err
		}
		if err := insertAct(ctx, tx, d.id, Act{What: ActDropped, Actor: systemActor, At: p.clock.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// merge takes from now what differs from was, and leaves the rest of current as people wrote it. When the built-in text has other
// clauses than before there is no telling which belongs where: it is proposed whole.
func merge(current, was, now content) content {
	if !slices.Equal(numbersOf(was.KK), numbersOf(now.KK)) {
		return now
	}
	out := current
	out.KK, out.RU, out.EN = mergeDocument(current.KK, was.KK, now.KK), mergeDocument(current.RU, was.RU, now.RU), mergeDocument(current.EN, was.EN, now.EN)
	out.Scopes = slices.Clone(current.Scopes)
	for _, s := range now.Scopes {
		i := slices.IndexFunc(out.Scopes, func(x Scope) bool { return x.Code == s.Code })
		j := slices.IndexFunc(was.Scopes, func(x Scope) bool { return x.Code == s.Code })
		switch {
		case i < 0 && j < 0:
			out.Scopes = append(out.Scopes, s)
		case i >= 0 && (j < 0 || was.Scopes[j] != s):
			out.Scopes[i] = mergeScope(out.Scopes[i], was.Scopes, j, s)
		}
	}
	return out
}

func mergeScope(current Scope, was []Scope, at int, now Scope) Scope {
	if at < 0 {
		return now
	}
	old := was[at]
	olds, news, mine := old.Parts.list(), now.Parts.list(), current.Parts.list()
	for i := range mine {
		if *olds[i] != *news[i] {
			*mine[i] = *news[i]
		}
	}
	if old.Summary != now.Summary {
		current.Summary = now.Summary
	}
	current.Text = current.Parts.text()
	return current
}

func mergeDocument(current, was, now Document) Document {
	out := Document{Title: current.Title, Clauses: slices.Clone(current.Clauses)}
	if was.Title != now.Title {
		out.Title = now.Title
	}
	for i, c := range now.Clauses {
		if i >= len(was.Clauses) || was.Clauses[i].Text == c.Text {
			continue
		}
		for j := range out.Clauses {
			if out.Clauses[j].Number == c.Number && (c.Number != "" || i == j) {
				out.Clauses[j].Text = c.Text
			}
		}
	}
	return out
}

func numbersOf(d Document) []string {
	var out []string
	for _, c := range d.Clauses {
		out = append(out, c.Number)
	}
	return out
}

// document gives the text in a language, to be written to.
func (c *content) document(l i18n.Lang) *Document {
	switch l {
	case i18n.KK:
		return &c.KK
	case i18n.RU:
		return &c.RU
	}
	return &c.EN
}
