package office

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/privacy"
)

// duty is a case that somebody waits for, with its clock.
type duty struct {
	Due         time.Time // zero when no clock runs any more
	Color, Left string
	Href, Text  string
}

// duties are the cases that the reader may work on, of every kind, the earliest clock first.
func (o *Office) duties(ctx context.Context, v visit) (out []duty, err error) {
	now := o.Clock.Now()
	for _, read := range []func(context.Context, visit, time.Time) ([]duty, error){
		o.incidentDuties, o.requestDuties, o.disclosureDuties, o.enquiryDuties, o.documentDuties,
	} {
		some, err := read(ctx, v, now)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortStableFunc(out, func(a, b duty) int {
		if a.Due.IsZero() != b.Due.IsZero() { // what has no clock comes last
			if a.Due.IsZero() {
				return 1
			}
			return -1
		}
		return a.Due.Compare(b.Due)
	})
	return out, nil
}

func (o *Office) incidentDuties(ctx context.Context, v visit, now time.Time) (out []duty, err error) {
	if !v.may(seesRegister) {
		return nil, nil
	}
	list, err := o.Incidents.List(ctx, true, dutiesShown)
	for _, i := range list {
		d := duty{Color: "muted", Left: incidentState(v, i.State), Href: v.URL("/office/incidents/" + i.Number)}
		d.Text = v.T("office.incident.title", "number", i.Number) + ": " + i.Title
		for _, t := range i.Timers {
			if t.MetAt.IsZero() {
				d.Due, d.Color, d.Left = t.Due, alarmColor(t.Alarm(now)), alarmWords(v, t, now)
			}
		}
		out = append(out, d)
	}
	return out, err
}

func (o *Office) requestDuties(ctx context.Context, v visit, now time.Time) (out []duty, err error) {
	if !v.may(answers) {
		return nil, nil
	}
	list, err := o.Privacy.Requests(ctx, privacy.RequestFilter{Open: true}, dutiesShown)
	for _, r := range list {
		out = append(out, duty{r.Due, dueColor(r.Due, now), dueWords(v, r.Due, now), v.URL("/office/requests/" + r.Number), r.Number + " · " + privacy.KindName(v.Printer, r.Kind)})
	}
	return out, err
}

func (o *Office) disclosureDuties(ctx context.Context, v visit, now time.Time) (out []duty, err error) {
	if !v.may(approvesRegister) {
		return nil, nil
	}
	list, err := o.Disclosures.List(ctx, "")
	for _, d := range list[:min(len(list), dutiesShown)] {
		text := d.Number + " · " + d.Body + " · " + disclosureState(v, d.State)
		out = append(out, duty{d.Due, dueColor(d.Due, now), dueWords(v, d.Due, now), v.URL("/office/disclosures/" + d.Number), text})
	}
	return out, err
}

func (o *Office) enquiryDuties(ctx context.Context, v visit, now time.Time) (out []duty, err error) {
	if !v.may(answersEnquiries) || o.Enquiries == nil {
		return nil, nil
	}
	list, err := o.Enquiries.List(ctx, true, dutiesShown)
	for _, e := range list {
		out = append(out, duty{e.Due, dueColor(e.Due, now), dueWords(v, e.Due, now), v.URL("/office/enquiries/" + e.Number), v.T("office.enquiry.title", "number", e.Number)})
	}
	return out, err
}

// documentDuties is one line: they are checked from their queue, and the oldest is destroyed unchecked on its day.
func (o *Office) documentDuties(ctx context.Context, v visit, now time.Time) ([]duty, error) {
	if !v.may(reviewsDocuments) {
		return nil, nil
	}
	first, err := o.Documents.Queue(ctx, time.Time{}, "", 1)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	n, err := o.Documents.CountWaiting(ctx)
	due := first[0].Until
	return []duty{{due, dueColor(due, now), dueWords(v, due, now), v.URL("/office/documents"), v.T("office.nav.documents") + " · " + v.T("office.documents.waiting", "count", n)}}, err
}
