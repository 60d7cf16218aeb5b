package privacy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

func nextDisclosure(ctx context.Context, tx *db.DB, year int) (string, error) {
	var n int64
	err := tx.QueryRow(ctx, `INSERT INTO privacy_disclosure_counter (number, last) VALUES ($1, 1)
		ON CONFLICT (number) DO UPDATE SET last = privacy_disclosure_counter.last + 1 RETURNING last`, year).Scan(&n)
	return fmt.Sprintf("D-%d-%05d", year, n), err
}

func insertDisclosure(ctx context.Context, tx *db.DB, d Disclosure) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure (id, number, case_id, ground_id, body, their_no, their_date, wanted_on, state, revision,
			received_at, entered_by, due_at, sealed_by, public_key, quiet_until, proposed_by, approved_by, refusal, closed_at, in_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '', '', '', '', '', 0, FALSE)`,
		d.ID, d.Number, d.caseID, d.Ground.ID, d.Body, d.TheirNo, d.TheirDate, d.WantedOn, d.State, d.Revision, clock.Micros(d.ReceivedAt),
		d.EnteredBy, clock.Micros(d.Due))
	return err
}

const selectDisclosure = `SELECT d.id, d.number, d.case_id, d.body, d.their_no, d.their_date, d.wanted_on, d.state, d.revision, d.received_at,
	d.entered_by, d.due_at, d.sealed_by, d.public_key, d.quiet_until, d.proposed_by, d.approved_by, d.refusal, d.closed_at, d.in_time, ` + groundColumns + `
	FROM privacy_disclosure d JOIN privacy_disclosure_ground g ON g.id = d.ground_id `

func scanDisclosure(scan func(...any) error) (d Disclosure, err error) {
	var received, due, closed, added int64
	err = scan(append([]any{
		&d.ID, &d.Number, &d.caseID, &d.Body, &d.TheirNo, &d.TheirDate, &d.WantedOn, &d.State, &d.Revision, &received,
		&d.EnteredBy, &due, &d.SealedBy, &d.PublicKey, &d.QuietUntil, &d.ProposedBy, &d.ApprovedBy, &d.Refusal, &closed, &d.InTime,
	}, groundInto(&d.Ground, &added)...)...)
	d.ReceivedAt, d.Due, d.ClosedAt, d.Ground.AddedAt = clock.FromMicros(received), clock.FromMicros(due), clock.FromMicros(closed), clock.FromMicros(added)
	return d, err
}

func findDisclosure(ctx context.Context, d *db.DB, number string) (Disclosure, error) {
	return scanDisclosure(d.QueryRow(ctx, selectDisclosure+`WHERE d.number = $1`, number).Scan)
}

// listDisclosures lists what is open by its clock, or everything by the day it came, newest first.
func listDisclosures(ctx context.Context, d *db.DB, state DisclosureState, limit int) (out []Disclosure, err error) {
	query := selectDisclosure + `WHERE d.state IN ('received', 'proposed') AND $1 = '' ORDER BY d.due_at, d.id LIMIT $2`
	if state != "" {
		query = selectDisclosure + `WHERE d.state = $1 ORDER BY d.due_at DESC, d.id LIMIT $2`
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		one, err := scanDisclosure(scan)
		out = append(out, one)
		return err
	}, query, string(state), limit)
	return out, err
}

func insertDisclosureTimers(ctx context.Context, tx *db.DB, id string, ts []Timer) error {
	for _, t := range ts {
		term := ""
		if t.Term.Count > 0 { // a day that their letter names has none
			term = t.Term.String()
		}
		if _, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_clock (disclosure_id, clock, term, source, strict_at, due_at, estimated)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, t.Clock, term, t.Source, clock.Micros(t.Strict), clock.Micros(t.Due), t.Estimated); err != nil {
			return err
		}
	}
	return nil
}

func readDisclosureTimers(ctx context.Context, d *db.DB, id string) (out []Timer, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var t Timer
		var term string
		var strict, due int64
		if err := scan(&t.Clock, &term, &t.Source, &strict, &due, &t.Estimated); err != nil {
			return err
		}
		t.Strict, t.Due = clock.FromMicros(strict), clock.FromMicros(due)
		if term != "" {
			var err error
			if t.Term, err = calendar.ParseTerm(term); err != nil {
				return err
			}
		}
		out = append(out, t)
		return nil
	}, `SELECT clock, term, source, strict_at, due_at, estimated FROM privacy_disclosure_clock WHERE disclosure_id = $1 ORDER BY due_at, clock`, id)
	return out, err
}

// moveDisclosure changes a case that is still as it was read; false when it is not.
func moveDisclosure(ctx context.Context, tx *db.DB, d Disclosure, before string, from DisclosureState) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_disclosure SET state = $4, revision = $5, sealed_by = $6, public_key = $7, quiet_until = $8,
			proposed_by = $9, approved_by = $10, refusal = $11, closed_at = $12, in_time = $13
		WHERE id = $1 AND revision = $2 AND state = $3`,
		d.ID, before, from, d.State, d.Revision, d.SealedBy, d.PublicKey, d.QuietUntil, d.ProposedBy, d.ApprovedBy, d.Refusal, clock.Micros(d.ClosedAt), d.InTime)
	return n == 1, err
}

func insertDisclosureAct(ctx context.Context, tx *db.DB, id, act, actor string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_act (id, disclosure_id, act, actor, at) VALUES ($1, $2, $3, $4, $5)`,
		db.NewID(), id, act, actor, clock.Micros(at))
	return err
}

func readDisclosureActs(ctx context.Context, d *db.DB, id string) (out []DisclosureAct, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var a DisclosureAct
		var at int64
		err := scan(&a.Act, &a.Actor, &at)
		a.At = clock.FromMicros(at)
		out = append(out, a)
		return err
	}, `SELECT act, actor, at FROM privacy_disclosure_act WHERE disclosure_id = $1 ORDER BY at, id LIMIT 1000`, id)
	return out, err
}

func putDisclosed(ctx context.Context, tx *db.DB, id string, place int, of DisclosedOf) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_person (disclosure_id, person_id, place, needs, fields, outcome, at)
		VALUES ($1, $2, $3, $4, $5, '', 0)
		ON CONFLICT (disclosure_id, person_id) DO UPDATE SET needs = excluded.needs, fields = excluded.fields`,
		id, of.Person, place, joinNeeds(of.Needs), joinFields(of.Fields))
	return err
}

func dropDisclosed(ctx context.Context, tx *db.DB, id, person string) error {
	_, err := tx.Exec(ctx, `DELETE FROM privacy_disclosure_person WHERE disclosure_id = $1 AND person_id = $2 AND outcome = ''`, id, person)
	return err
}

func endDisclosed(ctx context.Context, tx *db.DB, id, person, outcome string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_disclosure_person SET outcome = $3, at = $4 WHERE disclosure_id = $1 AND person_id = $2 AND outcome = ''`,
		id, person, outcome, clock.Micros(at))
	return n == 1, err
}

func readDisclosed(ctx context.Context, d *db.DB, id string) (out []DisclosedOf, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var of DisclosedOf
		var needs, fields string
		var at int64
		err := scan(&of.Person, &needs, &fields, &of.Outcome, &at)
		of.Needs, of.Fields, of.At = splitNeeds(needs), splitFields(fields), clock.FromMicros(at)
		out = append(out, of)
		return err
	}, `SELECT person_id, needs, fields, outcome, at FROM privacy_disclosure_person WHERE disclosure_id = $1 ORDER BY place, person_id LIMIT 2000`, id)
	return out, err
}

// openDisclosed are the fields that an approved disclosure may still give of a person.
func openDisclosed(ctx context.Context, d *db.DB, number, person string) ([]vault.Field, error) {
	var fields string
	err := d.QueryRow(ctx, `SELECT p.fields FROM privacy_disclosure d JOIN privacy_disclosure_person p ON p.disclosure_id = d.id
		WHERE d.number = $1 AND d.state = 'given' AND p.person_id = $2 AND p.outcome = ''`, number, person).Scan(&fields)
	return splitFields(fields), err
}

func putDisclosureFile(ctx context.Context, tx *db.DB, id string, f DisclosureFile, sealed []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_file (disclosure_id, kind, size, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (disclosure_id) DO UPDATE SET kind = excluded.kind, size = excluded.size, sealed = excluded.sealed`, id, f.Kind, f.Size, sealed)
	return err
}

func findDisclosureFile(ctx context.Context, d *db.DB, id string) (f DisclosureFile, sealed []byte, err error) {
	err = d.QueryRow(ctx, `SELECT kind, size, sealed FROM privacy_disclosure_file WHERE disclosure_id = $1`, id).Scan(&f.Kind, &f.Size, &sealed)
	return f, sealed, err
}

func insertPackage(ctx context.Context, tx *db.DB, id string, p DisclosedPacket, sealed []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_disclosure_package (disclosure_id, made_at, size, hash, sealed) VALUES ($1, $2, $3, $4, $5)`,
		id, clock.Micros(p.MadeAt), p.Size, p.Hash, sealed)
	return err
}

func findPackage(ctx context.Context, d *db.DB, id string) (p DisclosedPacket, sealed []byte, err error) {
	var at int64
	err = d.QueryRow(ctx, `SELECT made_at, size, hash, sealed FROM privacy_disclosure_package WHERE disclosure_id = $1`, id).
		Scan(&at, &p.Size, &p.Hash, &sealed)
	p.MadeAt = clock.FromMicros(at)
	return p, sealed, err
}

func emptyPackage(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_disclosure_package SET sealed = $2 WHERE disclosure_id = $1`, id, []byte{})
	return err
}

// listDisclosedTo lists what was given of a person, newest first.
func listDisclosedTo(ctx context.Context, d *db.DB, person string) (out []DisclosedToState, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var x DisclosedToState
		var fields, needs string
		var at int64
		err := scan(&x.Number, &x.Body, &x.Article, &x.Words.KK, &x.Words.RU, &x.Words.EN, &x.quietUntil, &fields, &needs, &at)
		x.Fields, x.Needs, x.At = splitFields(fields), splitNeeds(needs), clock.FromMicros(at)
		out = append(out, x)
		return err
	}, `SELECT d.number, d.body, g.article, g.words_kk, g.words_ru, g.words_en, d.quiet_until, p.fields, p.needs, p.at
		FROM privacy_disclosure_person p JOIN privacy_disclosure d ON d.id = p.disclosure_id JOIN privacy_disclosure_ground g ON g.id = d.ground_id
		WHERE p.person_id = $1 AND p.outcome = 'given' ORDER BY p.at DESC, d.number LIMIT 200`, person)
	return out, err
}

// disclosureCounts counts cases by year of receipt and state; persons are those whose data was given.
func disclosureCounts(ctx context.Context, d *db.DB, from, to time.Time) (f DisclosureYear, err error) {
	err = d.QueryRow(ctx, `SELECT count(*), COALESCE(SUM(CASE WHEN state IN ('given', 'handed') THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), 0)
		FROM privacy_disclosure WHERE received_at >= $1 AND received_at < $2`, clock.Micros(from), clock.Micros(to)).Scan(&f.Received, &f.Given, &f.Refused)
	if err != nil {
		return f, err
	}
	err = d.QueryRow(ctx, `SELECT count(DISTINCT p.person_id) FROM privacy_disclosure d JOIN privacy_disclosure_person p ON p.disclosure_id = d.id
		WHERE d.received_at >= $1 AND d.received_at < $2 AND p.outcome = 'given'`, clock.Micros(from), clock.Micros(to)).Scan(&f.Persons)
	return f, err
}

func firstDisclosure(ctx context.Context, d *db.DB) (time.Time, error) {
	var at int64
	err := d.QueryRow(ctx, `SELECT COALESCE(MIN(received_at), 0) FROM privacy_disclosure`).Scan(&at)
	return clock.FromMicros(at), err
}

func joinNeeds(ns []Need) string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = string(n)
	}
	return strings.Join(out, ",")
}

func splitNeeds(s string) (out []Need) {
	for n := range strings.SplitSeq(s, ",") {
		if n != "" {
			out = append(out, Need(n))
		}
	}
	return out
}
