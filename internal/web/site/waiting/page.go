package waiting

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/ui"
)

// about is what a room is for, in words.
type about struct {
	Room   waitroom.Room
	Title  string
	When   string
	Zone   string
	Target string // where who comes in goes
	Poster string
}

// entranceView is the page that everybody sees alike: what is waited for, and a button to take a place.
type entranceView struct {
	ui.Page
	about
	Form    ui.Form
	Opens   string // "" when it is open
	Presale string
	Codes   bool
	Draw    string // the published file, "" when there is no draw
}

// placeView is one's own place.
type placeView struct {
	ui.Page
	about
	Told told
	Link string // carries the place to another device
	Draw string
	Base string
	Wait int // seconds, for a browser without scripts that works off its task by waiting
	Task string
}

// told is a status in words, as the page shows it and its script reads it.
type told struct {
	Stage string `json:"stage"`
	Head  string `json:"head"`
	Place string `json:"place"` // the number alone, large
	Text  string `json:"text"`
	Pace  string `json:"pace"`
	ID    string `json:"id"`
	Go    string `json:"go,omitempty"` // where to go in
	Again int    `json:"again"`        // milliseconds
}

func (d *Door) about(ctx context.Context, p ui.Page, id string) (a about, err error) {
	if a.Room, err = d.Rooms.Standing(id); err != nil {
		return a, err
	}
	s, err := d.subject(ctx, a.Room)
	if err != nil {
		return a, err
	}
	a.Target, a.Zone = p.URL("/event/"+s.event.Slug), "Asia/Almaty"
	if s.show.ID != "" {
		a.When, a.Zone = p.Moment(s.show.StartsAt, d.UI.Clock.Now(), s.show.Zone), s.show.Zone
		a.Target = p.URL("/performance/" + id)
	}
	a.Title = p.Text(s.event.Title)
	a.Poster = p.URL("/event/" + s.event.Slug + "/poster.svg")
	return a, nil
}

// aboutAnyway is the same for who waits already, without the name when this process never knew it and cannot ask.
func (d *Door) aboutAnyway(ctx context.Context, p ui.Page, id string) about {
	a, err := d.about(ctx, p, id)
	if err != nil {
		a.Title, a.Zone = p.T("waiting.line"), "Asia/Almaty"
	}
	return a
}

// subject is what people wait for: an event, or one performance of it.
type subject struct {
	event catalog.Event
	show  catalog.Performance
}

// subject reads what a room is for. While the database is away it is as it was.
func (d *Door) subject(ctx context.Context, room waitroom.Room) (s subject, err error) {
	eventID := room.ID
	if room.Kind != waitroom.ForEvent {
		s.show, err = d.Catalog.Performance(ctx, room.ID)
		eventID = s.show.EventID
	}
	if err == nil {
		s.event, err = d.Catalog.Event(ctx, eventID)
	}
	if err == nil {
		d.subjects.Store(room.ID, s)
		return s, nil
	}
	if was, known := d.subjects.Load(room.ID); known && fault.KindOf(err) != fault.NotFound {
		return was.(subject), nil
	}
	return s, err
}

func (d *Door) page(r *http.Request, id string) ui.Page {
	p := d.UI.Page(r, "")
	p.Path, p.Query, p.NoIndex = "/waiting/"+id, "", true
	p.Styles, p.Scripts = []string{"waiting.css"}, []string{"waiting.js"}
	return p
}

// entrance is the same for everybody, so it is made once for all who come.
func (d *Door) entrance(w http.ResponseWriter, r *http.Request) {
	d.UI.Kept(w, r, func(w http.ResponseWriter, r *http.Request) { d.showEntrance(w, r, nil) })
}

func (d *Door) showEntrance(w http.ResponseWriter, r *http.Request, problem error) {
	id := r.PathValue("id")
	p := d.page(r, id)
	a, err := d.about(r.Context(), p, id)
	if errors.Is(err, waitroom.ErrNoRoom) {
		d.onward(w, r, p, id)
		return
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p.Title = p.T("waiting.title", "event", a.Title)
	v := entranceView{Page: p, about: a, Codes: len(a.Room.Codes) > 0 || a.Room.BuyersOf != "", Form: ui.NewForm(p, r.PostForm, problem)}
	now := d.UI.Clock.Now()
	if now.Before(a.Room.OpensAt) {
		v.Opens = p.Moment(a.Room.OpensAt, now, a.Zone)
	}
	if now.Before(a.Room.PresaleUntil) {
		v.Presale = p.Clock(a.Room.PresaleUntil, a.Zone)
	}
	if _, err := d.Rooms.Published(id); err == nil {
		v.Draw = URL(p, id) + "/draw.json"
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	d.UI.Render(w, r, status, p, entrancePage(v))
}

// onward leads on where no line stands any more.
func (d *Door) onward(w http.ResponseWriter, r *http.Request, p ui.Page, id string) {
	to := p.URL("/")
	if _, err := d.Catalog.Performance(r.Context(), id); err == nil {
		to = p.URL("/performance/" + id)
	} else if e, err := d.Catalog.Event(r.Context(), id); err == nil {
		to = p.URL("/event/" + e.Slug)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// task gives a browser its work.
func (d *Door) task(w http.ResponseWriter, r *http.Request) {
	t, err := d.Rooms.Task(r.PathValue("id"), Network(r))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	answer(w, map[string]any{"text": t.Text, "bits": t.Bits})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // the reader left: nobody to tell
}

// join takes a place. A browser without scripts brings no work: it gets a task and comes back when it has waited for it.
func (d *Door) join(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if token := cookie(r, "place", id); token != "" {
		if s, err := d.Rooms.Look(id, token); err == nil && s.Stage != waitroom.Missed {
			http.Redirect(w, r, URL(d.UI.Page(r, ""), id)+"/place", http.StatusSeeOther)
			return
		}
	}
	text := r.PostFormValue("task")
	if text == "" {
		t, err := d.Rooms.Task(id, Network(r))
		if err != nil {
			d.failed(w, r, err)
			return
		}
		if text = t.Text; t.Bits > 0 {
			d.waitInstead(w, r, text, r.PostFormValue("code"), t.Delay)
			return
		}
	}
	d.take(w, r, text, r.PostFormValue("answer"), r.PostFormValue("code"))
}

func (d *Door) take(w http.ResponseWriter, r *http.Request, task, done, code string) {
	id := r.PathValue("id")
	a := waitroom.Ask{Task: task, Answer: done, Code: code, Network: Network(r)}
	if s := ui.SessionOf(r); s != nil {
		a.Person = s.PersonID
	}
	token, err := d.Rooms.Join(r.Context(), id, a)
	if err != nil {
		d.failed(w, r, err)
		return
	}
	d.UI.SetCookie(w, cookieName("place", id), token, placeLives)
	http.Redirect(w, r, URL(d.UI.Page(r, ""), id)+"/place", http.StatusSeeOther)
}

// failed shows the entrance again with what was wrong; the first page for who is not in line any more.
func (d *Door) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, waitroom.ErrNoRoom):
		d.onward(w, r, d.UI.Page(r, ""), r.PathValue("id"))
	case ui.CanReshow(err) || errors.Is(err, waitroom.ErrNoWork):
		d.showEntrance(w, r, err)
	default:
		d.UI.Fail(w, r, err)
	}
}

// waitInstead is the page on which a browser without scripts waits for as long as others work; then its form goes by itself.
func (d *Door) waitInstead(w http.ResponseWriter, r *http.Request, task, code string, left time.Duration) {
	id := r.PathValue("id")
	p := d.page(r, id)
	a := d.aboutAnyway(r.Context(), p, id)
	p.Title = p.T("waiting.title", "event", a.Title)
	seconds := int(left/time.Second) + 1
	to := URL(p, id) + "/place?task=" + task
	if code != "" {
		to += "&code=" + code
	}
	w.Header().Set("Refresh", strconv.Itoa(seconds)+"; url="+to)
	w.Header().Set("Cache-Control", "no-store")
	d.UI.Render(w, r, http.StatusOK, p, delayPage(placeView{Page: p, about: a, Wait: seconds, Task: to}))
}

// place shows one's own place. A link brings it from another device, a task that was waited for turns into one.
func (d *Door) place(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	p := d.page(r, id)
	if task := r.FormValue("task"); task != "" {
		left, ok := d.Rooms.TaskDelay(id, task)
		if ok && left > 0 {
			d.waitInstead(w, r, task, r.FormValue("code"), left)
			return
		}
		d.take(w, r, task, "", r.FormValue("code"))
		return
	}
	if token := r.FormValue("t"); token != "" {
		if _, err := d.Rooms.Look(id, token); err != nil {
			d.failed(w, r, err)
			return
		}
		d.UI.SetCookie(w, cookieName("place", id), token, placeLives)
		http.Redirect(w, r, URL(p, id)+"/place", http.StatusSeeOther)
		return
	}
	token := cookie(r, "place", id)
	s, err := d.Rooms.Look(id, token)
	if errors.Is(err, waitroom.ErrNoPlace) {
		http.Redirect(w, r, URL(p, id), http.StatusSeeOther)
		return
	}
	if err != nil {
		d.failed(w, r, err)
		return
	}
	a := d.aboutAnyway(r.Context(), p, id)
	p.Title = p.T("waiting.title", "event", a.Title)
	v := placeView{Page: p, about: a, Told: d.tell(p, a, s), Base: URL(p, id), Link: d.UI.BaseURL + URL(p, id) + "/place?t=" + token}
	if _, err := d.Rooms.Published(id); err == nil {
		v.Draw = URL(p, id) + "/draw.json"
	}
	v.Page.Head = refresh(v.Told.Again/1000 + 1)
	w.Header().Set("Cache-Control", "no-store")
	d.UI.Render(w, r, http.StatusOK, v.Page, placePage(v))
}

// status tells a script the same.
func (d *Door) status(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	p := d.UI.Page(r, "")
	s, err := d.Rooms.Look(id, cookie(r, "place", id))
	switch {
	case errors.Is(err, waitroom.ErrNoRoom):
		answer(w, told{Stage: "in", Go: URL(p, id), Again: 1000})
		return
	case fault.KindOf(err) == fault.NotFound:
		w.WriteHeader(http.StatusNotFound)
		return
	case err != nil:
		d.UI.Fail(w, r, err)
		return
	}
	room, err := d.Rooms.Standing(id)
	if err != nil {
		answer(w, told{Stage: "in", Go: URL(p, id), Again: 1000})
		return
	}
	answer(w, d.tell(p, about{Room: room, Zone: "Asia/Almaty"}, s))
}

// tell says a status in words.
func (d *Door) tell(p ui.Page, a about, s waitroom.Status) told {
	now := d.UI.Clock.Now()
	t := told{Stage: string(s.Stage), ID: s.ID, Again: int(s.Again / time.Millisecond)}
	if s.PerMinute > 0 && s.Stage == waitroom.Waiting {
		t.Pace = p.T("waiting.pace", "count", s.PerMinute, "n", grouped(int64(s.PerMinute)))
	}
	switch s.Stage {
	case waitroom.Early:
		t.Head, t.Text = p.T("waiting.early"), p.T("waiting.early_text", "when", p.Moment(s.OpensAt, now, a.Zone))
	case waitroom.Drawing:
		t.Head, t.Text = p.T("waiting.drawing"), p.T("waiting.drawing_text")
	case waitroom.In:
		t.Head, t.Text, t.Go = p.T("waiting.in"), p.T("waiting.in_text"), URL(p, a.Room.ID)+"/enter"
	case waitroom.Missed:
		t.Head, t.Text = p.T("waiting.missed"), p.T("waiting.missed_text")
	default:
		t.Head, t.Place = p.T("waiting.place"), grouped(s.Place)
		switch {
		case s.Turn.IsZero():
			t.Text = p.T("waiting.paused")
		case now.Before(s.OpensAt):
			t.Text = p.T("waiting.from_opening", "opens", p.Clock(s.OpensAt, a.Zone), "turn", p.Clock(s.Turn, a.Zone))
		case s.Turn.Sub(now) < time.Minute:
			t.Text = p.T("waiting.soon")
		default:
			t.Text = p.T("waiting.turn", "turn", p.Clock(s.Turn, a.Zone), "count", int((s.Turn.Sub(now)+time.Minute-1)/time.Minute))
		}
	}
	return t
}

// grouped writes 12 345 as people read it.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u00a0" + s[i:]
	}
	return s
}

// enter turns a place whose turn has come into a pass, and leads to the seats.
func (d *Door) enter(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	p := d.page(r, id)
	pass, until, err := d.Rooms.Enter(id, cookie(r, "place", id))
	switch {
	case errors.Is(err, waitroom.ErrNoRoom):
		d.onward(w, r, p, id)
		return
	case errors.Is(err, waitroom.ErrNotYet), errors.Is(err, waitroom.ErrMissed), errors.Is(err, waitroom.ErrNoPlace):
		http.Redirect(w, r, URL(p, id)+"/place", http.StatusSeeOther)
		return
	case err != nil:
		d.UI.Fail(w, r, err)
		return
	}
	a, err := d.about(r.Context(), p, id)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	d.UI.SetCookie(w, cookieName("pass", id), pass, until.Sub(d.UI.Clock.Now()))
	http.Redirect(w, r, a.Target, http.StatusSeeOther)
}

// draw serves the published file: the commitment before the draw, everything after it.
func (d *Door) draw(w http.ResponseWriter, r *http.Request) {
	f, err := d.Rooms.Published(r.PathValue("id"))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	key := f.Run + f.DrawnAt + f.OpensAt
	kept, ok := d.files.Load(key)
	if !ok {
		body, err := json.MarshalIndent(f, "", " ")
		if err != nil {
			d.UI.Fail(w, r, err)
			return
		}
		kept, _ = d.files.LoadOrStore(key, ui.Pack(append(body, '\n')))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	kept.(*ui.Packed).Serve(w, r, http.StatusOK) //nolint:forcetypeassert // only these are stored
}
