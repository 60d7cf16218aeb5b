package mydata

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// readable is the page of a copy: everything in words, with its own style and nothing from elsewhere.
type readable struct {
	Lang, Title, Lead, Held, Consents, Requests, Journal, Purposes, Records, Received string
	Until                                                                             [][2]string
	Persons                                                                           []readablePerson
}

type readablePerson struct {
	Number   string
	Fields   [][2]string
	Records  [][2]string
	Consents [][2]string
	Requests [][2]string
	Journal  [][2]string
	Received [][2]string
}

// order is that in which fields are read.
var order = []vault.Field{vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone, vault.BirthDate, vault.IP, vault.UserAgent}

func (m *Maker) page(e Everything) ([]byte, error) {
	w := words{m.Bundle.Printer(e.Lang)}
	r := readable{
		Lang: string(e.Lang), Title: w.T("mydata.title"), Lead: w.T("mydata.lead", "operator", e.Operator, "bin", e.BIN, "at", w.moment(e.MadeAt)),
		Held: w.T("mydata.held"), Consents: w.T("mydata.consents"), Requests: w.T("mydata.requests"), Journal: w.T("mydata.journal"),
		Purposes: w.T("mydata.purposes"), Records: w.T("mydata.records"), Received: w.T("mydata.received"),
	}
	for _, p := range e.Purposes {
		if len(p.Fields) > 0 {
			r.Until = append(r.Until, [2]string{w.purpose(p.Code), p.Term + " · " + w.fields(p.Fields)})
		}
	}
	for i, p := range e.Persons {
		one := w.person(p)
		if i > 0 {
			one.Number = w.T("mydata.purchase_without_account")
		}
		r.Persons = append(r.Persons, one)
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, r)
	return b.Bytes(), err
}

func (w words) person(p PersonData) (out readablePerson) {
	for _, f := range order {
		if v := p.Fields[f]; v != "" {
			out.Fields = append(out.Fields, [2]string{w.field(f), plainly(f, v)})
		}
	}
	if p.Blocked {
		out.Fields = append(out.Fields, [2]string{"", w.T("mydata.blocked")})
	}
	for _, r := range p.Records {
		if r.Kind == "consent" { // they stand below, with their words
			continue
		}
		out.Records = append(out.Records, [2]string{w.moment(r.At), w.recordText(r)})
	}
	for _, c := range p.Consents {
		text := w.scope(c.Scope)
		if c.Recipient != "" {
			text += " · " + w.T("mydata.receipt_recipient") + ": " + c.To
		}
		text += " · " + w.T("mydata.version", "number", c.Version)
		if !c.Withdrawn.IsZero() {
			text += " · " + w.T("mydata.withdrawn", "at", w.moment(c.Withdrawn))
		}
		out.Consents = append(out.Consents, [2]string{w.moment(c.Given), text})
	}
	for _, q := range p.Requests {
		out.Requests = append(out.Requests, [2]string{w.moment(q.Received), q.Number})
	}
	for _, r := range p.Received {
		out.Received = append(out.Received, [2]string{w.moment(r.At), w.received(r)})
	}
	for _, l := range p.Journal {
		text := w.actor(l.Actor) + ": " + w.verb(l.Verb)
		if l.Purpose != "" {
			text += " · " + w.purpose(l.Purpose)
		}
		if len(l.Fields) > 0 {
			text += " · " + w.fields(l.Fields)
		}
		out.Journal = append(out.Journal, [2]string{w.moment(l.At), text})
	}
	return out
}

// recordText says what a record is, by its number, what for and until when; data.json has the rest.
func (w words) recordText(r Record) string {
	text := w.kind(r.Kind)
	for _, k := range []string{"code", "number"} {
		if v := r.Data[k]; v != "" {
			text += " " + v
		}
	}
	for _, k := range []string{"status", "state", "outcome"} {
		if v := w.state(r.Data[k]); v != "" {
			text += " · " + v
		}
	}
	text += " · " + w.purpose(r.Purpose)
	if day, err := time.Parse(time.DateOnly, r.Until); err == nil {
		text += " · " + w.T("mydata.destroyed_on", "day", w.FullDate(day, "UTC"))
	}
	return text
}

// plainly says a field that holds one value for each sign-in as its values, each once.
func plainly(f vault.Field, v string) string {
	if f != vault.IP && f != vault.UserAgent {
		return v
	}
	var each map[string]string
	if json.Unmarshal([]byte(v), &each) != nil {
		return v
	}
	return strings.Join(slices.Compact(slices.Sorted(maps.Values(each))), ", ")
}

// received says who got what and why, and where the journal proves it.
func (w words) received(r ReceivedData) string {
	text := r.To + ", " + privacy.CountryName(r.Country, w.Lang())
	if len(r.Fields) > 0 {
		text += " · " + privacy.FieldNames(r.Fields, w.Lang())
	}
	if r.Why == "" {
		text += " · " + w.purpose(r.Purpose)
	} else {
		text += " · " + r.Why + " · " + r.Number
	}
	if r.Entry != "" {
		text += " · " + w.T("mydata.entry", "id", r.Entry)
	}
	return text
}
