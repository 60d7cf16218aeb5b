package door

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// The scanner's own two addresses, for its script. Integrators use /api/v1.

// listBody is the list of a performance for the time without a network, or what has changed in it. Its tickets follow, each a row.
type listBody struct {
	Performance string    `json:"performance"`
	Lang        i18n.Lang `json:"lang"` // of the places
	At          int64     `json:"at"`   // times in milliseconds
	Version     string    `json:"version"`
	Since       string    `json:"since"` // only what changed since that version; empty: all
	Of          int       `json:"of"`    // tickets in the whole list
	From        int64     `json:"from"`
	Until       int64     `json:"until"`
	Cancelled   bool      `json:"cancelled"`
	Key         []byte    `json:"key"`
	Salt        string    `json:"salt"`
}

// listRow is [id, code, place, small, void, entered].
type listRow [6]any

func (d *Door) list(w http.ResponseWriter, r *http.Request) {
	p := d.page(r, "")
	dev, err := d.device(r)
	if err != nil {
		d.problem(w, r, p, err)
		return
	}
	l, err := d.Admission.List(r.Context(), dev, r.FormValue("performance"), r.FormValue("since"))
	if err != nil {
		d.problem(w, r, p, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := writeList(w, p, l); err != nil { // the reader left, mostly
		d.UI.Log.DebugContext(r.Context(), "send a list", "err", err)
	}
}

// writeList sends a list row by row: a stadium's would be megabytes at once.
func writeList(w io.Writer, p ui.Page, l admission.List) error {
	b := listBody{
		Performance: l.PerformanceID, Lang: p.Lang, At: l.At.UnixMilli(), Of: l.Of, From: l.From.UnixMilli(), Until: l.Until.UnixMilli(),
		Version: l.Version, Since: l.Since, Cancelled: l.Cancelled, Key: l.Key, Salt: l.Salt,
	}
	head, err := json.Marshal(b)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 16<<10)
	_, _ = out.Write(head[:len(head)-1]) // a bufio.Writer keeps its error for Flush
	_, _ = out.WriteString(`,"tickets":[`)
	u := newUsher(p)
	for i, t := range l.Tickets {
		place, small := u.words(t.Place)
		var entered int64
		if !t.EnteredAt.IsZero() {
			entered = t.EnteredAt.UnixMilli()
		}
		row, err := json.Marshal(listRow{t.ID, t.Code, place, small, t.Void, entered})
		if err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_, _ = out.Write(row)
	}
	_, _ = out.WriteString("]}")
	return out.Flush()
}

// scansBody is what a scanner reports: one scan as it happens, or many after a time without a network.
type scansBody struct {
	Performance string `json:"performance"`
	Scans       []struct {
		ID      string           `json:"id"`
		Code    string           `json:"code"`
		Gate    string           `json:"gate"`
		At      int64            `json:"at"`
		Offline bool             `json:"offline"`
		Say     admission.Result `json:"say"`
	} `json:"scans"`
}

type answersBody struct {
	Results []pastView `json:"results"`
	In      int        `json:"in"`
	Sold    int        `json:"sold"`
}

const maxScans = 200

var errScans = fault.New(fault.Invalid, "door.scans_wrong")

func (d *Door) scans(w http.ResponseWriter, r *http.Request) {
	p := d.page(r, "")
	dev, err := d.device(r)
	if err != nil {
		d.problem(w, r, p, err)
		return
	}
	body, err := readScans(r)
	if err != nil {
		d.problem(w, r, p, err)
		return
	}
	out, err := d.report(r.Context(), p, dev, body)
	if err != nil {
		d.problem(w, r, p, err)
		return
	}
	d.answer(w, r, http.StatusOK, out)
}

func readScans(r *http.Request) (b scansBody, err error) {
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return b, fault.New(fault.TooLarge, "")
		}
		return b, errScans.Because(err)
	}
	if b.Performance == "" || strings.ContainsRune(b.Performance, 0) || len(b.Scans) == 0 || len(b.Scans) > maxScans {
		return b, errScans
	}
	for _, s := range b.Scans {
		if s.ID == "" || s.At < 0 {
			return b, errScans
		}
	}
	return b, nil
}

func (d *Door) report(ctx context.Context, p ui.Page, dev admission.Device, b scansBody) (out answersBody, err error) {
	perf, err := d.Catalog.Performance(ctx, b.Performance)
	if err != nil {
		return out, err
	}
	for _, s := range b.Scans {
		scan := admission.Scan{ID: s.ID, Code: s.Code, GateID: s.Gate, Expected: b.Performance, Offline: s.Offline, OfflineSay: s.Say}
		if s.Offline && s.At > 0 {
			scan.At = time.UnixMilli(s.At).UTC()
		}
		v, err := d.Admission.Admit(ctx, dev, scan)
		if fault.KindOf(err) == fault.Invalid { // one odd scan does not keep the others from being reported
			out.Results = append(out.Results, pastView{ID: s.ID, Result: admission.Refused, Word: resultWord(p, admission.Refused), Reason: p.Fault(err)})
			continue
		}
		if err != nil {
			return out, err
		}
		if v.AdmittedBy, err = d.inLanguage(ctx, p, perf.PlanHash, v.AdmittedBy); err != nil {
			return out, err
		}
		x, err := d.told(ctx, p, perf.Zone, s.ID, v)
		if err != nil {
			return out, err
		}
		at := scan.At
		if at.IsZero() {
			at = d.Clock.Now()
		}
		x.Clock = p.Clock(at, perf.Zone)
		if v.Ticket.ID != "" {
			x.Hash = d.Admission.HashFor(dev, b.Performance, v.Ticket)
		}
		out.Results = append(out.Results, x)
	}
	out.In, out.Sold, err = d.Admission.Occupancy(ctx, b.Performance)
	return out, err
}

// told puts a verdict into words: where the guest goes, or which performance the ticket is for.
func (d *Door) told(ctx context.Context, p ui.Page, zone, id string, v admission.Verdict) (pastView, error) {
	x := answer(p, zone, id, v)
	switch {
	case v.Ticket.ID == "":
	case v.Reason == admission.ReasonPerformance || v.Reason == admission.ReasonVenue:
		perf, err := d.Catalog.Performance(ctx, v.Ticket.PerformanceID)
		if err != nil {
			return x, err
		}
		c, err := d.choice(ctx, p, perf)
		if err != nil {
			return x, err
		}
		x.Place, x.Small = c.Title, p.Moment(perf.StartsAt, d.Clock.Now(), perf.Zone)+" · "+c.Where
	default:
		place, err := d.Admission.Place(ctx, v.Ticket)
		if err != nil {
			return x, err
		}
		x.Place, x.Small = placeWords(p, place)
	}
	return x, nil
}

func (d *Door) answer(w http.ResponseWriter, r *http.Request, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		d.UI.Log.ErrorContext(r.Context(), "answer the scanner", "err", err)
		status, b = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader left: nobody to tell
}

// problem is an error for the script: a problem document in the scanner's language.
func (d *Door) problem(w http.ResponseWriter, r *http.Request, p ui.Page, err error) {
	status := ui.StatusOf(err)
	if status >= http.StatusInternalServerError {
		d.UI.Log.ErrorContext(r.Context(), "scanner", "request", ui.RequestID(r.Context()), "route", r.Pattern, "err", err)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	d.answer(w, r, status, map[string]any{"status": status, "title": p.Fault(err)})
}

// serviceWorker stands at an address that stays, so that browsers find the new one after an update. Its folder is its scope.
func serviceWorker(w http.ResponseWriter, r *http.Request) {
	b, ok := ui.AssetFile("door-sw.js")
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b) // the reader left: nobody to tell
}
