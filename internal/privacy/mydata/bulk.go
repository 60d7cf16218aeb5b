package mydata

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// Bulk is the handing out of what is held on many persons. One employee decides and another approves; both stand in the journal of
// every person.
type Bulk struct {
	Actor, Approver string   // "staff:<account id>"
	Persons         []string // nil: everybody on whom contacts are held
}

// BulkTally counts what came of persons.
type BulkTally struct{ Done, Blocked, Gone int }

// Sum is how many persons have been looked at.
func (t BulkTally) Sum() int { return t.Done + t.Blocked + t.Gone }

const (
	bulkPage     = 500 // persons in a file
	bulkTogether = 50  // persons who share a commit
	bulkLooks    = 200 // newest lines of a person's journal
)

// bulkLine is a line of a file.
type bulkLine struct {
	Person string `json:"person"`
	PersonData
}

// ExportAll hands over JSON lines, a page of persons at a time, each opening journalled; page says where they go, progress hears after
// each commit how many are done. Blocked persons are left out and counted.
func (m *Maker) ExportAll(ctx context.Context, b Bulk, page func(n int, lines []byte) error, progress func(BulkTally)) (t BulkTally, err error) {
	defer fault.Wrap(&err, "export in bulk")
	if b.Actor == "" || b.Approver == "" || b.Actor == b.Approver {
		return t, privacy.ErrApprover
	}
	after, rest := "", b.Persons
	for n := 1; ; n++ {
		var ids []string
		if b.Persons == nil {
			ids, after, err = m.nextPersons(ctx, after)
		} else {
			ids = rest[:min(len(rest), bulkPage)]
			rest = rest[len(ids):]
		}
		if err != nil || len(ids) == 0 {
			return t, err
		}
		var out bytes.Buffer
		for part := range slices.Chunk(ids, bulkTogether) {
			if err := m.exportSome(ctx, b, part, &t, json.NewEncoder(&out)); err != nil {
				return t, err
			}
			progress(t)
		}
		if err := page(n, out.Bytes()); err != nil {
			return t, err
		}
	}
}

// nextPersons lists the persons after one on whom contacts are held; the records of requests have none.
func (m *Maker) nextPersons(ctx context.Context, after string) (ids []string, last string, err error) {
	for len(ids) == 0 {
		kept, err := m.Vault.KeptAfter(ctx, after, bulkPage)
		if err != nil || len(kept) == 0 {
			return nil, after, err
		}
		for _, k := range kept {
			if slices.ContainsFunc(k.Fields, func(f vault.Field) bool { return slices.Contains(people.ContactFields, f) }) {
				ids = append(ids, k.Person)
			}
		}
		after = kept[len(kept)-1].Person
	}
	return ids, after, nil
}

// exportSome opens what is held on some persons in one transaction, with the journal's lines, and then asks the rooms.
func (m *Maker) exportSome(ctx context.Context, b Bulk, ids []string, t *BulkTally, to *json.Encoder) error {
	var opened map[string]map[vault.Field]vault.Secret
	var some BulkTally
	err := m.DB.Transact(ctx, func(tx *db.DB) error {
		opened, some = map[string]map[vault.Field]vault.Secret{}, BulkTally{}
		for _, id := range ids {
			held, err := m.Vault.Open(ctx, tx, vault.Opening{Person: id, Purpose: vault.PurposeRights, Fields: people.HeldFields, Actor: b.Actor, Reason: "bulk_export"})
			switch {
			case errors.Is(err, vault.ErrBlocked):
				some.Blocked++
				continue
			case errors.Is(err, vault.ErrDestroyed), errors.Is(err, vault.ErrNoPerson):
				some.Gone++
				continue
			case err != nil:
				return err
			}
			if _, err := m.Vault.Note(ctx, tx, vault.Deed{Person: id, Verb: vault.VerbExport, Purpose: vault.PurposeRights, Actor: b.Actor, Reason: "bulk_export:" + b.Approver}); err != nil {
				return err
			}
			opened[id] = held
			some.Done++
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		held, ok := opened[id]
		if !ok {
			continue
		}
		line, err := m.bulkLine(ctx, id, held)
		if err == nil {
			err = to.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	t.Done, t.Blocked, t.Gone = t.Done+some.Done, t.Blocked+some.Blocked, t.Gone+some.Gone
	return nil
}

func (m *Maker) bulkLine(ctx context.Context, id string, held map[vault.Field]vault.Secret) (l bulkLine, err error) {
	l = bulkLine{id, PersonData{Fields: map[vault.Field]string{}}}
	for f, s := range held {
		l.Fields[f] = s.Reveal()
	}
	records, err := m.Privacy.Export(ctx, id)
	if err != nil {
		return l, err
	}
	for _, r := range records {
		l.Records = append(l.Records, Record{r.Room, r.Kind, r.Purpose, r.At, string(r.Until), r.Data})
	}
	requests, err := m.Privacy.RequestsOf(ctx, id)
	if err != nil {
		return l, err
	}
	for _, r := range requests {
		l.Requests = append(l.Requests, RequestData{r.Number, r.Kind, r.ReceivedAt, r.AnsweredAt, r.Result})
	}
	quiet, err := m.Privacy.Quiet(ctx, id) // the file may reach its person
	if err != nil {
		return l, err
	}
	part, err := m.Vault.EntriesOf(ctx, id, vault.Page{Limit: bulkLooks, Unproved: true})
	if err != nil {
		return l, err
	}
	var told []vault.Entry
	for _, e := range part.Entries {
		if quiet(e.Entry) {
			continue
		}
		told = append(told, e.Entry)
		l.Journal = append(l.Journal, LookData{e.ID, e.At, e.Verb, e.Purpose, e.Fields, e.Actor, e.Reason})
	}
	l.Received, err = m.received(ctx, id, told, i18n.KK)
	return l, err
}
