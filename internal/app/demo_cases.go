package app

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/pdf"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// demoCases lays one case of each duty on the office's desk, so that its pages show something: a document to check, a claim, a request
// of a state body, an incident. The organisations are invented, and nobody bears the names.
func (a *App) demoCases(ctx context.Context, actor string) error {
	now := a.clock.Now()
	yesterday := now.Add(-24 * time.Hour)
	for _, step := range []func() error{
		func() error { return a.demoDocument(ctx) },
		func() error {
			_, err := a.Desk.Enter(ctx, privacy.Entered{
				Kind: privacy.RequestClaim, Channel: "paper", Lang: i18n.RU, ReceivedAt: yesterday, Actor: actor,
				Text:     "Показ перенесли, а на новую дату я не приду. Прошу вернуть деньги за два билета.",
				Contacts: people.Contacts{Surname: "Примерова", Name: "Проба", Email: "claim@sahna.example", Phone: "+77000000001"},
			})
			return err
		},
		func() error {
			_, err := a.Disclosures.Enter(ctx, privacy.NewDisclosure{
				Ground: "law_enforcement", Body: "Мысал қаласының полиция бөлімі", TheirNo: "7-12/345", TheirDate: string(calendar.DayOf(yesterday, i18n.Zone("Asia/Almaty"))),
				Official: "Үлгі У. У.", Contact: "+7 700 000 00 02", Text: "Кешкі көрсетілімге билетті кім сатып алғанын хабарлауыңызды сұраймыз.", Actor: actor,
			})
			return err
		},
		func() error {
			_, err := a.Incidents.Enter(ctx, privacy.Detected{Title: "Хат басқа мекенжайға кетті · Письмо ушло не на тот адрес", At: now.Add(-2 * time.Hour), Actor: actor})
			return err
		},
	} {
		if err := step(); err != nil {
			return fmt.Errorf("demo cases: %w", err)
		}
	}
	return nil
}

// demoDocument has an invented organiser send the certificate of its registration.
func (a *App) demoDocument(ctx context.Context) error {
	doc := pdf.New("kk", "Анықтама", a.clock.Now())
	doc.Page()
	doc.Title("Заңды тұлғаны мемлекеттік тіркеу туралы анықтама · Справка о государственной регистрации юридического лица")
	doc.Fact("БСН · БИН", "000000000001")
	doc.Fact("Атауы · Наименование", "«Мысал Сахна» ЖШС · ТОО «Мысал Сахна»")
	doc.Text("Бұл құжат көрсету үшін ойдан шығарылған. Этот документ выдуман для показа.")
	body, err := doc.Bytes()
	if err != nil {
		return err
	}
	person, err := a.People.NewPerson(ctx)
	if err != nil {
		return err
	}
	policy, err := a.Privacy.InForce(ctx, privacy.Policy)
	if err != nil {
		return err
	}
	given := privacy.Given{VersionID: policy.ID, Lang: i18n.KK, Channel: "site"}
	for _, s := range policy.Scopes {
		if s.Required {
			given.Scopes = append(given.Scopes, s.Code)
		}
	}
	err = a.DB.Transact(ctx, func(tx *db.DB) error {
		if err := a.Privacy.Record(ctx, tx, person, []privacy.Given{given}); err != nil {
			return err
		}
		return a.People.Keep(ctx, tx, person, people.Contacts{Surname: "Үлгібаев", Name: "Мысал", Email: "organiser@sahna.example", Phone: "+77000000003"})
	})
	if err != nil {
		return err
	}
	held, err := a.Documents.Spool.Take(ctx, bytes.NewReader(body), upload.Usual.Bytes)
	if err != nil {
		return err
	}
	defer held.Drop()
	_, err = a.Documents.Send(ctx, document.Sending{Person: person, Kind: document.KindRegistration, Lang: i18n.KK, File: held})
	return err
}
