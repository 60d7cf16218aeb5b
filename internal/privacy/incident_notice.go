package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/pdf"
)

// Audience is whom a notice of an incident is for.
type Audience string

// The audiences.
const (
	AudienceAuthority Audience = "authority"
	AudiencePeople    Audience = "people"
)

// IncidentNotice is the text that an audience is told, in the two languages of the law.
type IncidentNotice struct {
	Incident    string
	Audience    Audience
	KK, RU      string
	Revision    int64 // 0 while it is only generated
	WrittenBy   string
	WrittenAt   time.Time
	ApprovedBy  string
	ApprovedAt  time.Time
	Letter      string // the number of the letter
	DeliveredAt time.Time
	DeliveredBy string
	Channel     string // "portal", "mail", "paper"
	Reference   string // the authority's own number
}

// Approved tells whether a second person has said yes; the text does not change any more.
func (a IncidentNotice) Approved() bool { return !a.ApprovedAt.IsZero() }

// NoticeChannels are the ways by which a notice reaches the authority.
var NoticeChannels = []string{"portal", "mail", "paper"}

// What can be wrong with a notice.
var (
	ErrNoticeText     = fault.New(fault.Invalid, "privacy.incident.text_needed")
	ErrNoticeApproved = fault.New(fault.Conflict, "privacy.incident.approved_already")
	ErrNoticeWritten  = fault.New(fault.Conflict, "privacy.incident.not_written")
	ErrNoticeChannel  = fault.New(fault.Invalid, "privacy.incident.channel_needed")
	ErrNoticeAt       = fault.New(fault.Invalid, "privacy.incident.delivered_wrong")
)

const shortestNotice, longestNotice = 40, 8000

// Notice returns a notice as it was written last, else as it is generated from what is known.
func (n *Incidents) Notice(ctx context.Context, i Incident, a Audience) (out IncidentNotice, err error) {
	defer fault.Wrap(&err, "notice of incident %s", i.ID)
	out, err = findIncidentNotice(ctx, n.p.db, i.ID, a)
	if err == nil && out.Revision == 0 {
		out.KK, out.RU = n.Generate(i, a, i18n.KK), n.Generate(i, a, i18n.RU)
	}
	return out, err
}

// Write keeps the text of a notice; it can be written anew until it is approved.
func (n *Incidents) Write(ctx context.Context, id string, w IncidentNotice, actor string) (err error) {
	defer fault.Wrap(&err, "write a notice of incident %s", id)
	w.KK, w.RU = tidy(w.KK), tidy(w.RU)
	var wrong fault.Fields
	for field, text := range map[string]string{"text_kk": w.KK, "text_ru": w.RU} {
		if l := len([]rune(text)); l < shortestNotice || l > longestNotice {
			wrong = append(wrong, ErrNoticeText.On(field))
		}
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		old, err := findIncidentNotice(ctx, tx, id, w.Audience)
		switch {
		case err != nil:
			return "", err
		case i.State == IncidentOpen || i.Closed() || i.Waits():
			return "", ErrIncidentState
		case old.Approved():
			return "", ErrNoticeApproved
		case old.Revision != w.Revision:
			return "", ErrIncidentMoved
		}
		w.Incident, w.WrittenBy, w.WrittenAt = id, actor, n.p.clock.Now()
		return "written_" + string(w.Audience), writeIncidentNotice(ctx, tx, w)
	}, actor)
}

// Approve is the second person's yes: the notice gets its number, and those concerned are told by jobs.
func (n *Incidents) Approve(ctx context.Context, id string, a Audience, revision int64, actor string) (err error) {
	defer fault.Wrap(&err, "approve a notice of incident %s", id)
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		w, err := findIncidentNotice(ctx, tx, id, a)
		switch {
		case err != nil:
			return "", err
		case a == AudiencePeople && (i.State != IncidentAuthority || i.Tell != "yes"), i.State == IncidentOpen, i.Closed(), i.Waits():
			return "", ErrIncidentState
		case w.Revision == 0:
			return "", ErrNoticeWritten
		case w.Approved():
			return "", ErrNoticeApproved
		case w.Revision != revision:
			return "", ErrIncidentMoved
		case w.WrittenBy == actor:
			return "", ErrIncidentSame
		}
		w.ApprovedBy, w.ApprovedAt = actor, n.p.clock.Now()
		if w.Letter, err = nextNumber(ctx, tx, "letter", w.ApprovedAt.In(zone).Year()); err != nil {
			return "", err
		}
		if err := approveIncidentNotice(ctx, tx, w); err != nil {
			return "", err
		}
		if a == AudiencePeople {
			if err := callConcerned(ctx, tx, id); err != nil {
				return "", err
			}
			if err := n.jobs.Enqueue(ctx, tx, incidentJob{}); err != nil {
				return "", err
			}
		}
		return "approved_" + string(a), nil
	}, actor)
}

// Delivered is when and how the authority got its notice.
type Delivered struct {
	At        time.Time // now when zero
	Channel   string
	Reference string
	Actor     string
}

// Deliver notes that the authority has the approved notice: the clock stops at that instant.
func (n *Incidents) Deliver(ctx context.Context, id string, d Delivered) (err error) {
	defer fault.Wrap(&err, "deliver the notice of incident %s", id)
	now := n.p.clock.Now()
	if d.At.IsZero() {
		d.At = now
	}
	d.Reference = tidy(d.Reference)
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		w, err := findIncidentNotice(ctx, tx, id, AudienceAuthority)
		if err != nil {
			return "", err
		}
		if i.State != IncidentAssessed || !w.Approved() {
			return "", ErrIncidentState
		}
		var wrong fault.Fields
		if d.Channel != "portal" && d.Channel != "mail" && d.Channel != "paper" {
			wrong = append(wrong, ErrNoticeChannel.On("channel"))
		}
		if d.At.After(now) || d.At.Before(w.ApprovedAt.Truncate(time.Minute)) {
			wrong = append(wrong, ErrNoticeAt.On("delivered"))
		}
		if len([]rune(d.Reference)) > longestTitle {
			wrong = append(wrong, ErrIncidentLong.On("reference"))
		}
		if err := wrong.OrNil(); err != nil {
			return "", err
		}
		w.DeliveredAt, w.DeliveredBy, w.Channel, w.Reference = d.At, d.Actor, d.Channel, d.Reference
		if err := deliverIncidentNotice(ctx, tx, w); err != nil {
			return "", err
		}
		if err := meetIncidentClocks(ctx, tx, id, d.At); err != nil {
			return "", err
		}
		i.State, i.AuthorityAt = IncidentAuthority, d.At
		return "delivered", updateIncident(ctx, tx, i)
	}, d.Actor)
}

// Generate writes a notice from what is known.
func (n *Incidents) Generate(i Incident, a Audience, l i18n.Lang) string {
	p, op := n.bundle.Printer(l), n.p.operator
	fields := ""
	for k, f := range i.Categories {
		if k > 0 {
			fields += ", "
		}
		fields += p.Text(FieldName(f))
	}
	when := p.FullDate(i.DetectedAt, zoneName) + ", " + p.Clock(i.DetectedAt, zoneName)
	kv := []any{
		"number", i.Number, "operator", p.Text(op.Name), "bin", op.BIN, "address", p.Text(op.Address), "when", when, "nature", p.Text(i.Nature),
		"fields", fields, "approximate", i.Approximate, "consequences", p.Text(i.Consequences), "measures", p.Text(i.Measures), "contact", i.Contact,
	}
	if a == AudiencePeople {
		return p.T("privacy.incident.people_text", kv...)
	}
	return p.T("privacy.incident.authority_text", kv...)
}

const zoneName = "Asia/Almaty"

// Print is an approved notice as a numbered letter in Kazakh and in Russian.
func (n *Incidents) Print(ctx context.Context, i Incident, a Audience) (_ []byte, name string, err error) {
	defer fault.Wrap(&err, "print a notice of incident %s", i.ID)
	w, err := findIncidentNotice(ctx, n.p.db, i.ID, a)
	if err != nil {
		return nil, "", err
	}
	if !w.Approved() {
		return nil, "", ErrIncidentUnknown
	}
	body, err := n.print(w)
	return body, "sahna-" + w.Letter + ".pdf", err
}

func (n *Incidents) print(w IncidentNotice) ([]byte, error) {
	doc := pdf.New("kk", "№ "+w.Letter, w.ApprovedAt)
	op := n.p.operator
	for _, l := range letterLangs {
		p := n.bundle.Printer(l)
		text, title := w.KK, p.T("privacy.incident.authority_title")
		if l == i18n.RU {
			text = w.RU
		}
		if w.Audience == AudiencePeople {
			title = p.T("privacy.incident.people_title")
		}
		doc.Page()
		doc.Head(p.Text(op.Name), p.T("privacy.letter.bin", "bin", op.BIN), p.Text(op.Address), op.Site)
		doc.Fact(p.T("privacy.letter.number"), w.Letter)
		doc.Fact(p.T("privacy.letter.date"), day(p, w.ApprovedAt))
		doc.Title(title)
		doc.Text(text)
		doc.Fact(p.T("privacy.letter.officer"), n.contact())
	}
	return doc.Bytes()
}

// noRow is a notice that nobody has written yet.
func noRow(a IncidentNotice, err error) (IncidentNotice, error) {
	if errors.Is(err, db.ErrNoRow) {
		return a, nil
	}
	return a, err
}
