package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// LateReasons are why an answer may come after its term. A late answer is still owed and given; the reason stands in the letter.
var LateReasons = []string{"awaited_facts", "awaited_organiser", "awaited_applicant", "our_mistake"}

// ErrLateReason is a late answer without its reason.
var ErrLateReason = fault.New(fault.Invalid, "privacy.request.late_needed")

// LateWords says why an answer is late.
func LateWords(p *i18n.Printer, reason string) string {
	switch reason {
	case "awaited_facts":
		return p.T("privacy.late.awaited_facts")
	case "awaited_organiser":
		return p.T("privacy.late.awaited_organiser")
	case "awaited_applicant":
		return p.T("privacy.late.awaited_applicant")
	}
	return p.T("privacy.late.our_mistake")
}

// excuse keeps the reason of an answer that comes after the earliest clock has run out.
func (d *Desk) excuse(ctx context.Context, tx *db.DB, r Request, a Decision) error {
	now := d.p.clock.Now()
	if now.Before(r.Due) {
		return nil
	}
	if !slices.Contains(LateReasons, a.Late) {
		return fault.Fields{ErrLateReason.On("late")}
	}
	return insertLate(ctx, tx, r.ID, a.Late, a.Actor, now)
}

// LateReason is why a request was answered late; "" when it was not, or by a button.
func (d *Desk) LateReason(ctx context.Context, r Request) (string, error) {
	return findLate(ctx, d.p.db, r.ID)
}

func insertLate(ctx context.Context, tx *db.DB, request, reason, actor string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_request_late (request_id, reason, said_by, said_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (request_id) DO UPDATE SET reason = $2, said_by = $3, said_at = $4`, request, reason, actor, clock.Micros(at))
	return err
}

func findLate(ctx context.Context, d *db.DB, request string) (reason string, err error) {
	err = d.QueryRow(ctx, `SELECT reason FROM privacy_request_late WHERE request_id = $1`, request).Scan(&reason)
	if errors.Is(err, db.ErrNoRow) {
		return "", nil
	}
	return reason, err
}

// reachable lets staff enter what came by post from somebody with no telephone, or with an address on paper alone.
func reachable(wrong fault.Fields, c people.Contacts, postal string) fault.Fields {
	return slices.DeleteFunc(wrong, func(e *fault.Error) bool {
		return errors.Is(e, people.ErrPhoneNeeded) && c.Phone == "" || errors.Is(e, people.ErrEmailNeeded) && c.Email == "" && len([]rune(postal)) >= shortestText
	})
}

// letterhead is what a request keeps of who asks: contacts, and the address of those who wrote on paper.
type letterhead struct {
	people.Contacts
	Postal string `json:",omitempty"`
}

// Postal is the address on paper that an answer goes to; "" when there is none, or it is gone.
func (d *Desk) Postal(ctx context.Context, tx *db.DB, r Request, actor, reason string) (_ string, err error) {
	defer fault.Wrap(&err, "postal address of request %s", r.ID)
	if r.caseID == "" {
		return "", nil
	}
	var h letterhead
	if err := d.openHead(ctx, tx, r, actor, reason, &h); err != nil {
		if k := fault.KindOf(err); k == fault.Gone || errors.Is(err, vault.ErrBlocked) {
			return "", nil
		}
		return "", err
	}
	return h.Postal, nil
}

func (d *Desk) openHead(ctx context.Context, tx *db.DB, r Request, actor, reason string, h *letterhead) error {
	v, err := d.p.vault.Open(ctx, tx, vault.Opening{
		Person: r.caseID, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.RequestContacts}, Actor: actor, Reason: reason,
	})
	if text := v[vault.RequestContacts].Reveal(); err == nil && text != "" {
		return json.Unmarshal([]byte(text), h)
	}
	return err
}
