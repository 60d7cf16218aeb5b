// Package ticketpdf prints tickets.
//
// It owns how a ticket looks on paper and on a phone: one page each, the seat
// first, a code that a camera reads from arm's length. It promises that the same
// ticket at the same time gives the same bytes, that every Kazakh letter is
// there, and that the seller is named in Kazakh and Russian as the law wants.
// It stores nothing and knows no person.
package ticketpdf

import (
	"bytes"
	"context"
	"errors"

	"codeberg.org/go-pdf/fpdf"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	fonts "github.com/sahna/sahna/internal/platform/pdf"
	"github.com/sahna/sahna/internal/privacy"
)

// Maker prints tickets. Safe for use by many.
type Maker struct {
	office   signer
	catalog  offer
	operator privacy.Operator
	bundle   *i18n.Bundle
	clock    clock.Clock
}

// signer is what the printer asks of the box office.
type signer interface {
	QR(t boxoffice.Ticket) string
}

// offer is what the printer asks of the catalogue.
type offer interface {
	Performance(ctx context.Context, id string) (catalog.Performance, error)
	Event(ctx context.Context, id string) (catalog.Event, error)
	Hall(ctx context.Context, id string) (catalog.Hall, catalog.Venue, error)
	Organiser(ctx context.Context, id string) (catalog.Organiser, error)
	Plan(ctx context.Context, hash string) (*catalog.Plan, error)
}

// New makes a printer.
func New(office *boxoffice.Office, cat *catalog.Catalog, op privacy.Operator, b *i18n.Bundle, c clock.Clock) *Maker {
	return &Maker{office: office, catalog: cat, operator: op, bundle: b, clock: c}
}

var errNone = errors.New("no tickets to print")

// Tickets prints tickets in a language, a page each.
func (m *Maker) Tickets(ctx context.Context, lang i18n.Lang, tickets []boxoffice.Ticket) (_ []byte, err error) {
	defer fault.Wrap(&err, "print %d tickets", len(tickets))
	if len(tickets) == 0 {
		return nil, errNone
	}
	pages := make([]page, 0, len(tickets))
	for _, t := range tickets {
		p, err := m.page(ctx, lang, t)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return m.print(lang, pages)
}

func (m *Maker) print(lang i18n.Lang, pages []page) ([]byte, error) {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: pageW, Ht: pageH}})
	pdf.SetCatalogSort(true)
	now := m.clock.Now()
	pdf.SetCreationDate(now)
	pdf.SetModificationDate(now)
	pdf.SetLang(string(lang))
	pdf.SetTitle(pages[0].title, true)
	pdf.SetProducer("Sahna", true)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.AddUTF8FontFromBytes(face, "", fonts.Regular)
	pdf.AddUTF8FontFromBytes(face, "B", fonts.Bold)
	s := sheet{Fpdf: pdf, p: m.bundle.Printer(lang), accent: accentOf(m.operator.Accent)}
	for _, p := range pages {
		if err := s.draw(p); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	err := pdf.Output(&out)
	return out.Bytes(), err
}
