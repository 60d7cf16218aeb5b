package privacy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// Where a person whom an incident concerns was found.
const (
	SourceJournal = "journal" // somebody opened their data in the window
	SourceAll     = "all"     // everybody whose data is held
	SourceList    = "list"    // named by staff
)

// Search is a search for those whom an incident concerns.
type Search struct {
	ID, Incident string
	Source       string
	Looks        vault.LookFilter // of the journal
	Seen         int              // persons looked at; of a list, its lines
	Found        int
	Missing      int // pseudonyms and lines that lead to nobody: erased since, or never known
	MadeBy       string
	MadeAt       time.Time
	DoneAt       time.Time // zero while it goes on
	cursor       string
}

// What can be wrong with a search.
var (
	ErrSearchWindow = fault.New(fault.Invalid, "privacy.incident.window_wrong")
	ErrSearchList   = fault.New(fault.Invalid, "privacy.incident.list_empty")
	ErrSearchLong   = fault.New(fault.Invalid, "privacy.incident.list_long")
)

// mostListed is how many lines one list may have.
const mostListed = 2000

// Search finds those whom an incident concerns, by a job: through the journal, or everybody.
func (n *Incidents) Search(ctx context.Context, id string, s Search) (err error) {
	defer fault.Wrap(&err, "search for incident %s", id)
	now := n.p.clock.Now()
	if s.Source == SourceJournal && (s.Looks.From.IsZero() || !s.Looks.From.Before(s.Looks.Until) || s.Looks.From.After(now)) {
		return fault.Fields{ErrSearchWindow.On("until")}
	}
	s.ID, s.Incident, s.MadeAt = db.NewID(), id, now
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		if i.Closed() {
			return "", ErrIncidentState
		}
		if err := insertSearch(ctx, tx, s); err != nil {
			return "", err
		}
		return "searched", n.jobs.Enqueue(ctx, tx, incidentJob{})
	}, s.MadeBy)
}

// Name takes those whom a list names, by e-mail address, phone number or, where persons knows it, the code of an order. The
// list itself is not kept.
func (n *Incidents) Name(ctx context.Context, id, list, actor string, persons func(ctx context.Context, code string) string) (s Search, err error) {
	defer fault.Wrap(&err, "name persons for incident %s", id)
	lines := strings.FieldsFunc(tidy(list), func(r rune) bool { return r == '\n' || r == ',' || r == ';' })
	var found []string
	s = Search{ID: db.NewID(), Incident: id, Source: SourceList, MadeBy: actor, MadeAt: n.p.clock.Now(), DoneAt: n.p.clock.Now()}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if s.Seen++; s.Seen > mostListed {
			return s, fault.Fields{ErrSearchLong.On("list").With("max", mostListed)}
		}
		ids, err := n.named(ctx, line, persons)
		if err != nil {
			return s, err
		}
		if len(ids) == 0 {
			s.Missing++
		}
		found = append(found, ids...)
	}
	if s.Seen == 0 {
		return s, fault.Fields{ErrSearchList.On("list")}
	}
	err = n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		if i.Closed() {
			return "", ErrIncidentState
		}
		if s.Found, err = n.concern(ctx, tx, id, SourceList, found); err != nil {
			return "", err
		}
		return "listed", insertSearch(ctx, tx, s)
	}, actor)
	return s, err
}

func (n *Incidents) named(ctx context.Context, line string, persons func(ctx context.Context, code string) string) ([]string, error) {
	switch {
	case strings.Contains(line, "@"):
		return n.p.vault.Find(ctx, n.p.db, vault.Email, line)
	case strings.HasPrefix(line, "+"):
		return n.p.vault.Find(ctx, n.p.db, vault.Phone, strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(line))
	case persons != nil:
		if id := persons(ctx, line); id != "" {
			return []string{id}, nil
		}
	}
	return nil, nil
}

// concern adds persons to an incident, each once; those found after the notice was approved are told too.
func (n *Incidents) concern(ctx context.Context, tx *db.DB, id, source string, persons []string) (int, error) {
	persons, err := n.whose(ctx, tx, persons)
	if err != nil || len(persons) == 0 {
		return 0, err
	}
	state := "found"
	if a, err := findIncidentNotice(ctx, tx, id, AudiencePeople); err != nil {
		return 0, err
	} else if a.Approved() {
		state = "due"
	}
	return insertConcerned(ctx, tx, id, source, state, persons, n.p.clock.Now())
}

// whose puts in the place of a request's own id the person who asked.
func (n *Incidents) whose(ctx context.Context, tx *db.DB, persons []string) ([]string, error) {
	slices.Sort(persons)
	persons = slices.Compact(persons)
	askers, err := personsOfCases(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range persons {
		if asker, is := askers[id]; is {
			id = asker
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// goOn does what is left of a search. Each page and its place go in one transaction: a crash repeats or loses none.
func (n *Incidents) goOn(ctx context.Context, s Search) (err error) {
	defer fault.Wrap(&err, "search %s", s.ID)
	var pseudonyms map[string]int
	if s.Source == SourceJournal {
		looks, err := n.p.vault.SearchLooks(ctx, s.Looks)
		if err != nil {
			return err
		}
		pseudonyms = looks.Pseudonyms
	}
	for s.DoneAt.IsZero() {
		found, seen, last, err := n.p.vault.PersonsUnder(ctx, pseudonyms, s.cursor, n.page)
		if err != nil {
			return err
		}
		before := s.cursor
		err = n.p.db.Transact(ctx, func(tx *db.DB) error {
			next := s
			if last == "" {
				next.DoneAt = n.p.clock.Now()
			} else {
				next.cursor = last
			}
			next.Seen += seen
			next.Found += len(found)
			if !next.DoneAt.IsZero() && pseudonyms != nil {
				next.Missing = len(pseudonyms) - next.Found
			}
			mine, err := moveSearch(ctx, tx, next, before)
			if err != nil {
				return err
			}
			if !mine { // another process has looked at this page
				if next, err = findSearch(ctx, tx, s.ID); err != nil {
					return err
				}
			} else if s.Source == SourceAll {
				if found, err = withFieldsHeld(ctx, tx, n.p.vault, found); err != nil {
					return err
				}
			}
			if mine {
				if _, err := n.concern(ctx, tx, s.Incident, s.Source, found); err != nil {
					return err
				}
			}
			s = next
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// withFieldsHeld leaves out keys that nothing is sealed under.
func withFieldsHeld(ctx context.Context, tx *db.DB, v *vault.Vault, persons []string) (out []string, err error) {
	for _, id := range persons {
		held, err := v.Inventory(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if len(held) > 0 {
			out = append(out, id)
		}
	}
	return out, nil
}

// Searches lists what was searched for an incident, oldest first.
func (n *Incidents) Searches(ctx context.Context, id string) ([]Search, error) {
	return listSearches(ctx, n.p.db, id)
}
