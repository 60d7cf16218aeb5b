package privacy_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

const (
	officer = "staff:officer"
	second  = "staff:second"
)

// draftOf makes a draft whose clause 7.4 says something new.
func draftOf(t *testing.T, p *privacy.Privacy, words string, material bool) privacy.Draft {
	t.Helper()
	ctx := t.Context()
	d, err := p.NewDraft(ctx, privacy.Policy, privacy.OriginVersion, officer)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.EditClause(ctx, edit(d, officer), place(t, d, "7.4"), i18n.Text{KK: words + " kk", RU: words + " ru", EN: words + " en"}); err != nil {
		t.Fatal(err)
	}
	if err := p.SetMaterial(ctx, edit(again(t, p, d), officer), material); err != nil {
		t.Fatal(err)
	}
	return again(t, p, d)
}

// reviewed hands a draft in.
func reviewed(t *testing.T, p *privacy.Privacy, words string, material bool) privacy.Draft {
	t.Helper()
	d := draftOf(t, p, words, material)
	if err := p.Submit(t.Context(), edit(d, officer)); err != nil {
		t.Fatal(err)
	}
	return again(t, p, d)
}

func again(t *testing.T, p *privacy.Privacy, d privacy.Draft) privacy.Draft {
	t.Helper()
	d, err := p.TextDraft(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func edit(d privacy.Draft, actor string) privacy.Edit {
	return privacy.Edit{Draft: d.ID, Revision: d.Revision, Actor: actor}
}

func place(t *testing.T, d privacy.Draft, number string) int {
	t.Helper()
	for i, c := range d.Documents[i18n.KK].Clauses {
		if c.Number == number {
			return i
		}
	}
	t.Fatalf("no clause %s", number)
	return -1
}

func inForce(t *testing.T, p *privacy.Privacy) privacy.Version {
	t.Helper()
	v, err := p.InForce(t.Context(), privacy.Policy)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestADraftIsPublishedByASecondPersonAndNeverInThePast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		p := open(t, d, now, privacytest.Operator())
		first := inForce(t, p)
		now.Advance(time.Hour)
		open := draftOf(t, p, "Changed", true)
		if _, err := p.Publish(ctx, edit(open, second), time.Time{}); !errors.Is(err, privacy.ErrDraftMoved) {
			t.Errorf("a draft that nobody reviewed: %v", err)
		}
		if err := p.Submit(ctx, edit(open, officer)); err != nil {
			t.Fatal(err)
		}
		draft := again(t, p, open)
		if _, err := p.Publish(ctx, edit(draft, officer), time.Time{}); !errors.Is(err, privacy.ErrSecondPerson) {
			t.Errorf("published by its writer: %v", err)
		}
		if _, err := p.Publish(ctx, edit(draft, second), now.Now().Add(-time.Second)); !errors.Is(err, privacy.ErrPast) {
			t.Errorf("published in the past: %v", err)
		}
		if err := p.EditClause(ctx, edit(draft, second), 3, i18n.Text{KK: "x", RU: "x", EN: "x"}); !errors.Is(err, privacy.ErrDraftMoved) {
			t.Errorf("edited in review: %v", err)
		}
		at := now.Now().Add(48 * time.Hour)
		v, err := p.Publish(ctx, edit(draft, second), at)
		if err != nil {
			t.Fatal(err)
		}
		if v.Number != 2 || v.Previous != first.Hash || !v.InForce.Equal(at) {
			t.Errorf("published %d after %s from %s", v.Number, v.Previous, v.InForce)
		}
		now.Advance(48*time.Hour - time.Microsecond)
		if got := inForce(t, p); got.ID != first.ID {
			t.Error("the version is in force before its instant")
		}
		now.Advance(time.Microsecond)
		if got := inForce(t, p); got.ID != v.ID {
			t.Error("the version is not in force at its instant")
		}
		pubs, err := p.Publications(ctx, privacy.Policy)
		if err != nil || len(pubs) != 1 || pubs[0].Writer != officer || pubs[0].Reviewer != second || !pubs[0].Material {
			t.Errorf("publications: %+v %v", pubs, err)
		}
		if wrong, err := p.Verify(ctx); err != nil || len(wrong) > 0 {
			t.Errorf("chain: %v %v", wrong, err)
		}
		if _, err := p.Publish(ctx, edit(again(t, p, draft), second), time.Time{}); !errors.Is(err, privacy.ErrDraftMoved) {
			t.Errorf("published twice: %v", err)
		}
		for _, sql := range []string{
			`UPDATE privacy_publication SET writer = 'x'`, `UPDATE privacy_draft SET content = '{}' WHERE state = 'published'`,
			`UPDATE privacy_draft_act SET actor = 'x'`, `DELETE FROM privacy_publication`,
		} {
			if _, err := d.Exec(ctx, sql); err == nil {
				t.Errorf("%s went through", sql)
			}
		}
	})
}

func TestAnEmptyClauseOrPartIsRefusedByName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		p := open(t, d, vaulttest.Clock(), privacytest.Operator())
		draft, err := p.NewDraft(ctx, privacy.Policy, privacy.OriginBuiltin, officer)
		if err != nil {
			t.Fatal(err)
		}
		for field, text := range map[string]i18n.Text{"text.kk": {RU: "r", EN: "e"}, "text.ru": {KK: "k", RU: " \n ", EN: "e"}, "text.en": {KK: "k", RU: "r"}} {
			if err := p.EditClause(ctx, edit(draft, officer), 4, text); !errors.Is(err, privacy.ErrClauseEmpty) || !strings.Contains(err.Error(), field) {
				t.Errorf("%s empty: %v", field, err)
			}
		}
		for i, key := range privacy.PartKeys {
			s := draft.Scopes[0]
			parts := s.Parts
			parts.List()[i].Text.RU = "  "
			err := p.EditScope(ctx, edit(draft, officer), s.Code, s.Summary, parts)
			if err == nil || !strings.Contains(err.Error(), "privacy.part_empty.") || !strings.Contains(err.Error(), key+".ru") {
				t.Errorf("part %s empty: %v", key, err)
			}
		}
		if err := p.EditScope(ctx, edit(draft, officer), draft.Scopes[0].Code, i18n.Text{}, draft.Scopes[0].Parts); !errors.Is(err, privacy.ErrSummaryEmpty) {
			t.Errorf("empty summary: %v", err)
		}
		if err := p.EditTitle(ctx, edit(draft, officer), i18n.Text{KK: "k", EN: "e"}); !errors.Is(err, privacy.ErrClauseEmpty) || !strings.Contains(err.Error(), "title.ru") {
			t.Errorf("empty title: %v", err)
		}
		if got := again(t, p, draft); got.Revision != draft.Revision {
			t.Error("a refused edit has changed the draft")
		}
		if err := p.Submit(ctx, edit(draft, officer)); !errors.Is(err, privacy.ErrNothingNew) {
			t.Errorf("a draft without a change: %v", err)
		}
		if err := p.EditTitle(ctx, edit(draft, officer), i18n.Text{KK: "Құпиялық", RU: "Конфиденциальность", EN: "Privacy"}); err != nil {
			t.Fatal(err)
		}
		got := again(t, p, draft)
		if list := got.Changes(inForce(t, p), i18n.RU); len(list) != 1 || list[0].Number != privacy.TitleChange || list[0].New != "Конфиденциальность" {
			t.Errorf("a new title reads as %+v", list)
		}
		if err := p.Submit(ctx, edit(got, officer)); err != nil {
			t.Errorf("a new title alone: %v", err)
		}
	})
}

func TestClausesComeAndGoAndNobodyOverwritesWhatTheyHaveNotSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		p := open(t, d, vaulttest.Clock(), privacytest.Operator())
		before := inForce(t, p)
		draft, err := p.NewDraft(ctx, privacy.Policy, privacy.OriginVersion, officer)
		if err != nil {
			t.Fatal(err)
		}
		text := i18n.Text{KK: "Жаңа", RU: "Новое", EN: "New"}
		last := len(draft.Documents[i18n.KK].Clauses) - 1
		if err := p.AddClause(ctx, edit(draft, officer), last, "7.6", text); !errors.Is(err, privacy.ErrClauseNumber) {
			t.Errorf("a number taken: %v", err)
		}
		if err := p.AddClause(ctx, edit(draft, officer), last, "7.7", text); err != nil {
			t.Fatal(err)
		}
		if err := p.RemoveClause(ctx, edit(draft, second), place(t, draft, "7.3")); !errors.Is(err, privacy.ErrDraftMoved) {
			t.Errorf("an edit of what was not seen: %v", err)
		}
		draft = again(t, p, draft)
		if err := p.RemoveClause(ctx, edit(draft, second), place(t, draft, "7.3")); err != nil {
			t.Fatal(err)
		}
		draft = again(t, p, draft)
		want := []privacy.Change{{Number: "7.7", Level: 2, New: "Новое"}, {Number: "7.3", Level: 2, Old: "Если одно из условий политики окажется недействительным, остальные сохраняют силу."}}
		if diff := cmp.Diff(want, draft.Changes(before, i18n.RU)); diff != "" {
			t.Errorf("the diff says (-want +got):\n%s", diff)
		}
		if !draft.Wrote(second) {
			t.Error("whoever edited has written")
		}
	})
}

func TestADraftOfAnOldVersionIsNotPublished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		p := open(t, d, now, privacytest.Operator())
		one, two := reviewed(t, p, "One", false), reviewed(t, p, "Two", false)
		now.Advance(time.Hour)
		if _, err := p.Publish(ctx, edit(one, second), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Publish(ctx, edit(two, second), time.Time{}); !errors.Is(err, privacy.ErrDraftStale) {
			t.Errorf("the second of two drafts: %v", err)
		}
		three := reviewed(t, p, "Three", false)
		if _, err := p.Publish(ctx, edit(three, second), now.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		four := reviewed(t, p, "Four", false)
		if _, err := p.Publish(ctx, edit(four, second), now.Now().Add(time.Minute)); !errors.Is(err, privacy.ErrBeforeLast) {
			t.Errorf("in force before the version that it follows: %v", err)
		}
	})
}

func TestTheStartOnlyProposesOnceAVersionWasPublishedByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		op := privacytest.Operator()
		p := open(t, d, now, op)
		if _, err := p.Publish(ctx, edit(reviewed(t, p, "By hand", false), second), time.Time{}); err != nil {
			t.Fatal(err)
		}
		drafts := func(p *privacy.Privacy) []privacy.Draft {
			t.Helper()
			out, err := p.TextDrafts(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := drafts(open(t, d, now, op)); len(got) != 0 {
			t.Fatalf("a start without a change proposes %d drafts", len(got))
		}
		op.Phones = []string{"+7 727 222 22 22"}
		for range 2 { // the second start has nothing new to say
			now.Advance(time.Hour)
			p = open(t, d, now, op)
		}
		if v := inForce(t, p); v.Number != 2 {
			t.Fatalf("the start has published version %d", v.Number)
		}
		got := drafts(p)
		if len(got) != 1 || got[0].Origin != privacy.OriginProfile {
			t.Fatalf("drafts: %+v", got)
		}
		changes := got[0].Changes(inForce(t, p), i18n.RU)
		if len(changes) == 0 || !strings.Contains(changes[0].New, "222 22 22") {
			t.Errorf("the proposal says %+v", changes)
		}
		if c := got[0].Documents[i18n.RU].Clauses[place(t, got[0], "7.4")]; c.Text != "By hand ru" {
			t.Errorf("the proposal has lost what was written by hand: %q", c.Text)
		}
		op.Phones = []string{"+7 727 333 33 33"}
		if got := drafts(open(t, d, now, op)); len(got) != 1 || !strings.Contains(got[0].Changes(inForce(t, p), i18n.RU)[0].New, "333 33 33") {
			t.Errorf("an untouched proposal does not give way to the next: %d", len(got))
		}
	})
}

// failing is a context that ends at its nth look: work under it stops wherever it happens to be.
type failing struct {
	context.Context
	left   *atomic.Int64
	cancel context.CancelFunc
}

func (f failing) look() {
	if f.left.Add(-1) == 0 {
		f.cancel()
	}
}

func (f failing) Done() <-chan struct{} { f.look(); return f.Context.Done() }
func (f failing) Err() error            { f.look(); return f.Context.Err() }

func TestAPublicationThatStopsAnywhereIsNeitherHalfDoneNorDoneTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := vaulttest.Clock()
		p := open(t, d, now, privacytest.Operator())
		draft := reviewed(t, p, "Stopped", true)
		for after := int64(1); ; after++ {
			inner, cancel := context.WithCancel(t.Context())
			left := &atomic.Int64{}
			left.Store(after)
			_, err := p.Publish(failing{inner, left, cancel}, edit(draft, second), time.Time{})
			cancel()
			published := whole(t, d, p, draft)
			if published && err == nil {
				if after < 5 {
					t.Errorf("only %d places were tried", after)
				}
				break
			}
			if published {
				break // the answer was lost, the publication was not
			}
			if err == nil {
				t.Fatal("no error and no version")
			}
			if after > 2000 {
				t.Fatal("never published")
			}
		}
		if _, err := p.Publish(t.Context(), edit(draft, second), time.Time{}); !errors.Is(err, privacy.ErrDraftMoved) {
			t.Errorf("published again: %v", err)
		}
		if wrong, err := p.Verify(t.Context()); err != nil || len(wrong) > 0 {
			t.Errorf("chain: %v %v", wrong, err)
		}
	})
}

// whole fails when a publication is half there, and tells whether it is there.
func whole(t *testing.T, d *db.DB, p *privacy.Privacy, draft privacy.Draft) bool {
	t.Helper()
	count := func(sql string) (n int) {
		t.Helper()
		if err := d.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	state := 0
	if again(t, p, draft).State == privacy.DraftPublished {
		state = 1
	}
	got := []int{
		state, count(`SELECT count(*) - 1 FROM privacy_version WHERE kind = 'privacy'`), count(`SELECT count(*) FROM privacy_publication`),
		count(`SELECT count(*) FROM privacy_notice_run`), count(`SELECT count(*) FROM privacy_draft_act WHERE act = 'published'`),
	}
	for _, n := range got {
		if n != state {
			t.Fatalf("half published: draft, version, publication, notice and act are %v", got)
		}
	}
	return state == 1
}

func TestEveryWriteOfAPublicationMayFail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		p := open(t, d, vaulttest.Clock(), privacytest.Operator())
		draft := reviewed(t, p, "Broken", true)
		for _, table := range []string{"privacy_version", "privacy_publication", "privacy_notice_run", "privacy_draft_act", "privacy_draft"} {
			undo := breakTable(t, d, table)
			if _, err := p.Publish(ctx, edit(draft, second), time.Time{}); err == nil {
				t.Errorf("published though %s could not be written", table)
			}
			if whole(t, d, p, draft) {
				t.Errorf("%s broken, and yet published", table)
			}
			undo()
		}
		if _, err := p.Publish(ctx, edit(draft, second), time.Time{}); err != nil || !whole(t, d, p, draft) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// breakTable makes every write to a table fail until it is undone.
func breakTable(t *testing.T, d *db.DB, table string) (undo func()) {
	t.Helper()
	do := func(sql string) {
		t.Helper()
		if _, err := d.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if d.Engine() == db.SQLite {
		for _, verb := range []string{"INSERT", "UPDATE"} {
			do(`CREATE TRIGGER broken_` + verb + ` BEFORE ` + verb + ` ON ` + table + ` BEGIN SELECT RAISE(ABORT, 'broken'); END`)
		}
		return func() { do(`DROP TRIGGER broken_INSERT`); do(`DROP TRIGGER broken_UPDATE`) }
	}
	do(`CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION privacy_refuse()`)
	return func() { do(`DROP TRIGGER broken ON ` + table) }
}

func TestASuspendedClauseKeepsItsVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		p := open(t, d, now, privacytest.Operator())
		v := inForce(t, p)
		if _, err := p.Suspend(ctx, privacy.Suspension{VersionID: v.ID, Clause: "9.9", Reason: i18n.Text{KK: "с"}, AskedBy: officer}); !errors.Is(err, privacy.ErrNoClause) || !errors.Is(err, privacy.ErrReasonNeeded) {
			t.Errorf("a clause that is not there, without its Russian reason: %v", err)
		}
		if _, err := p.Suspend(ctx, privacy.Suspension{VersionID: v.ID, Clause: "7.2", Reason: i18n.Text{KK: "с", RU: "с"}, From: now.Now().Add(-time.Hour), AskedBy: officer}); !errors.Is(err, privacy.ErrPast) {
			t.Errorf("in the past: %v", err)
		}
		s, err := p.Suspend(ctx, privacy.Suspension{
			VersionID: v.ID, Clause: "7.2", Reason: i18n.Text{KK: "Сот шешімі", RU: "Решение суда"},
			Until: now.Now().Add(72 * time.Hour), AskedBy: officer,
		})
		if err != nil {
			t.Fatal(err)
		}
		holds := func() bool {
			t.Helper()
			got, err := p.Suspended(ctx, inForce(t, p))
			if err != nil {
				t.Fatal(err)
			}
			return got["7.2"].Reason.RU == "Решение суда"
		}
		if holds() {
			t.Error("suspended by one person alone")
		}
		if err := p.ApproveSuspension(ctx, s.ID, officer); !errors.Is(err, privacy.ErrSecondPerson) {
			t.Errorf("approved by whoever asked: %v", err)
		}
		now.Advance(time.Hour)
		if err := p.ApproveSuspension(ctx, s.ID, second); err != nil {
			t.Fatal(err)
		}
		if !holds() {
			t.Error("not suspended")
		}
		list, err := p.Suspensions(ctx, privacy.Policy)
		if err != nil || len(list) != 1 || list[0].From.Before(list[0].ApprovedAt) {
			t.Errorf("it holds from before it was approved: %+v %v", list, err)
		}
		if _, err := p.Publish(ctx, edit(reviewed(t, p, "Elsewhere", false), second), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if !holds() {
			t.Error("a version with the same clause brings it back")
		}
		if got, err := p.Version(ctx, v.ID); err != nil || got.Hash != v.Hash {
			t.Errorf("the hash has changed: %v", err)
		}
		now.Advance(71 * time.Hour)
		if holds() {
			t.Error("still suspended after its end")
		}
		if err := p.LiftSuspension(ctx, s.ID, officer); err != nil {
			t.Fatal(err)
		}
		if err := p.LiftSuspension(ctx, s.ID, officer); !errors.Is(err, privacy.ErrSuspensionMoved) {
			t.Errorf("lifted twice: %v", err)
		}
		if wrong, err := p.Verify(ctx); err != nil || len(wrong) > 0 {
			t.Errorf("chain: %v %v", wrong, err)
		}
	})
}
