// Package outbox shows the demo's letters in the browser.
//
// It owns the pages under /{lang}/outbox. It promises that a letter's HTML can
// do nothing to the site: it runs no script and loads nothing. It is mounted
// only in the demo, because anybody may read everything here.
package outbox

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/web/ui"
)

// Outbox serves the letters that the demo kept.
type Outbox struct {
	UI  *ui.UI
	Box *mail.Outbox
}

var errGone = fault.New(fault.NotFound, "outbox.no_letter")

// Mount puts the pages on their addresses.
func (o *Outbox) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /outbox", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/"+string(ui.LangOf(r))+"/outbox", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /{lang}/outbox", o.list)
	mux.HandleFunc("GET /{lang}/outbox/{n}", o.letter)
	mux.HandleFunc("GET /{lang}/outbox/{n}/html", o.html)
	mux.HandleFunc("GET /{lang}/outbox/{n}/file/{i}", o.file)
}

type listView struct {
	ui.Page
	Letters []mail.Kept
}

func (o *Outbox) list(w http.ResponseWriter, r *http.Request) {
	v := listView{Page: o.page(r), Letters: o.Box.Letters()}
	v.Title = v.T("outbox.title")
	o.UI.Render(w, r, http.StatusOK, v.Page, listPage(v))
}

func (o *Outbox) page(r *http.Request) ui.Page {
	p := o.UI.Page(r, "")
	p.Styles = []string{"outbox.css"}
	p.NoIndex = true
	return p
}

type letterView struct {
	ui.Page
	mail.Kept
}

func (o *Outbox) letter(w http.ResponseWriter, r *http.Request) {
	k, ok := o.find(w, r)
	if !ok {
		return
	}
	v := letterView{Page: o.page(r), Kept: k}
	v.Title = k.Subject
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; frame-src 'self'")
	o.UI.Render(w, r, http.StatusOK, v.Page, letterPage(v))
}

func (o *Outbox) find(w http.ResponseWriter, r *http.Request) (mail.Kept, bool) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err == nil {
		if k, ok := o.Box.Letter(n); ok {
			return k, true
		}
	}
	o.UI.Fail(w, r, errGone)
	return mail.Kept{}, false
}

// html is the letter as a mail program would show it. Links open a page of their own.
func (o *Outbox) html(w http.ResponseWriter, r *http.Request) {
	k, ok := o.find(w, r)
	if !ok {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'self'; "+
		"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox")
	body := strings.Replace(k.HTML, "<head>", `<head><base target="_blank">`, 1)
	_, _ = w.Write([]byte(body)) // the reader left: nobody to tell
}

func (o *Outbox) file(w http.ResponseWriter, r *http.Request) {
	k, ok := o.find(w, r)
	if !ok {
		return
	}
	i, err := strconv.Atoi(r.PathValue("i"))
	if err != nil || i < 1 || i > len(k.Attachments) {
		o.UI.Fail(w, r, errGone)
		return
	}
	f := k.Attachments[i-1]
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	_, _ = w.Write(f.Data) // the reader left: nobody to tell
}

// piece is a part of a plain text: words, or an address to follow.
type piece struct{ text, href string }

// pieces finds the addresses in a plain text.
func pieces(text string) []piece {
	var out []piece
	for text != "" {
		at := strings.Index(text, "http")
		if at < 0 {
			break
		}
		end := strings.IndexAny(text[at:], " \n\t")
		if end < 0 {
			end = len(text) - at
		}
		link := text[at : at+end]
		if !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://") {
			out = append(out, piece{text: text[:at+end]})
		} else {
			out = append(out, piece{text: text[:at]}, piece{text: link, href: link})
		}
		text = text[at+end:]
	}
	return append(out, piece{text: text})
}
