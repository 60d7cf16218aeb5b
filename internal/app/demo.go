package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/demo"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy"
)

// DemoOptions are where the demo lives.
type DemoOptions struct {
	Data     string // folder
	Listen   string // host:port; port 0 takes a free one
	Database string // "" is a file in the folder
	Cases    bool   // one case of each duty lies on a new office's desk
}

// DemoSummary is what somebody needs to try everything.
type DemoSummary struct {
	URL          string    `json:"url"`
	Staff        DemoStaff `json:"staff"`
	DeviceToken  string    `json:"device_token"`
	Performances DemoIDs   `json:"performances"`
	Gates        DemoIDs   `json:"gates"`
}

// DemoStaff signs in at /kk/office.
type DemoStaff struct {
	Email      string `json:"email"`
	Password   string `json:"password"`
	TOTPSecret string `json:"totp_secret"`
}

// DemoIDs are an id for each of the four venues.
type DemoIDs struct {
	Theatre string `json:"theatre"`
	Stadium string `json:"stadium"`
	Club    string `json:"club"`
	Museum  string `json:"museum"`
}

// String is the summary for people.
func (s DemoSummary) String() string {
	return fmt.Sprintf(`Sahna serves at %[1]s

  poster wall   %[1]s/kk/  %[1]s/ru/  %[1]s/en/
  outbox        %[1]s/outbox
  office        %[1]s/kk/office
                e-mail %[2]s
                password %[3]s
                second factor %[4]s (TOTP)
  door          %[1]s/kk/door
                a code for a scanner comes from the office; over the API: device token %[5]s
  API           %[1]s/api/v1/openapi.json

Tonight: theatre %[6]s, stadium %[7]s, club %[8]s, museum %[9]s
`, s.URL, s.Staff.Email, s.Staff.Password, s.Staff.TOTPSecret, s.DeviceToken,
		s.Performances.Theatre, s.Performances.Stadium, s.Performances.Club, s.Performances.Museum)
}

// demoConfig is an operator who does not exist.
func demoConfig(o DemoOptions, baseURL string) Config {
	cfg := Defaults()
	cfg.Data, cfg.Listen, cfg.BaseURL = o.Data, o.Listen, baseURL
	cfg.Database = Address(o.Database)
	cfg.LogLevel = "warn"
	cfg.TestBank.Enabled = true
	cfg.Documents = cfg.Documents.found()
	cfg.Operator = privacy.Operator{
		ShortName: "Sahna",
		Name:      i18n.Text{KK: "«Sahna Demo» ЖШС", RU: "ТОО «Sahna Demo»", EN: "Sahna Demo LLP"},
		BIN:       "000000000000",
		Address:   i18n.Text{KK: "Алматы қ., Абай даңғылы, 1", RU: "г. Алматы, пр. Абая, 1", EN: "1 Abay Ave, Almaty"},
		Phones:    []string{"+7 727 000 00 00"},
		Email:     "tickets@sahna.example",
		Officer:   "officer@sahna.example",
		Bank:      i18n.Text{KK: "Сынақ банкі", RU: "Тестовый банк", EN: "Test bank"},
		Accent:    "#e0552f",
	}
	cfg.fillIn()
	return cfg
}

// Demo makes a data folder with four venues, or goes on with one, and serves it until ctx ends; tell hears of it once it serves.
func Demo(ctx context.Context, o DemoOptions, tell func(DemoSummary) error) error {
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return err
	}
	boundMemory()
	baseURL := "http://" + l.Addr().String()
	clk := clock.System()
	a, err := Open(ctx, demoConfig(o, baseURL), Options{Clock: clk, Outbox: mail.NewOutbox(clk), Demo: true})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	summary, err := a.fillDemo(ctx, o.Cases)
	if err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	summary.URL = baseURL
	err = a.Run(ctx, l, func() error { return tell(summary) })
	return errors.Join(err, a.Close())
}

func (a *App) fillDemo(ctx context.Context, cases bool) (DemoSummary, error) {
	s, err := a.demoAccess(ctx, cases)
	if err != nil {
		return s, err
	}
	ids, err := demo.Fill(ctx, a.Catalog, a.clock.Now(), a.openSale)
	if errors.Is(err, catalog.ErrPlanChanged) {
		return s, fmt.Errorf("%s was made by another version of the demo, whose halls were drawn another way: remove it, or name another folder with --data", a.cfg.Data)
	}
	if err != nil {
		return s, fmt.Errorf("demo content: %w", err)
	}
	s.Performances = DemoIDs{Theatre: ids.Theatre, Stadium: ids.Stadium, Club: ids.Club, Museum: ids.Museum}
	for _, x := range []struct {
		performance string
		gate        *string
	}{{ids.Theatre, &s.Gates.Theatre}, {ids.Stadium, &s.Gates.Stadium}, {ids.Club, &s.Gates.Club}, {ids.Museum, &s.Gates.Museum}} {
		if *x.gate, err = a.firstGate(ctx, x.performance); err != nil {
			return s, err
		}
	}
	return s, nil
}

// openSale lays out the stock of an imported performance in the import's transaction.
func (a *App) openSale(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
	return a.Office.OpenSale(ctx, tx, p, plan)
}

// firstGate makes the gates of a performance's hall, one for every entrance of its plan.
func (a *App) firstGate(ctx context.Context, performanceID string) (string, error) {
	p, err := a.Catalog.Performance(ctx, performanceID)
	if err != nil {
		return "", err
	}
	if err := a.ensureGates(ctx, p); err != nil {
		return "", err
	}
	gates, err := a.Admission.Gates(ctx, p.HallID)
	if err != nil {
		return "", err
	}
	if len(gates) == 0 {
		return "", fmt.Errorf("hall %s has no gate", p.HallID)
	}
	return gates[0].ID, nil
}

const demoEmail = "office@sahna.example"

// demoAccess makes a staff account, a scanner and the cases on its desk once and remembers how to sign in, in the data folder.
func (a *App) demoAccess(ctx context.Context, cases bool) (DemoSummary, error) {
	path := filepath.Join(a.cfg.Data, "demo.json")
	var s DemoSummary
	body, err := os.ReadFile(path) //nolint:gosec // below the demo's folder
	if err == nil {
		return s, json.Unmarshal(body, &s)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s.Staff = DemoStaff{Email: demoEmail, Password: strings.ToLower(rand.Text())[:16]}
	who := people.Contacts{Surname: "Sahna", Name: "Office", Email: s.Staff.Email}
	roles := []people.Role{people.RoleAdmin, people.RoleSupport, people.RoleFinance, people.RoleManager, people.RoleDoor, people.RoleOfficer}
	account, secret, err := a.People.MakeStaff(ctx, who, s.Staff.Password, roles)
	if fault.KindOf(err) == fault.Conflict { // a database that an earlier folder served
		s.Staff.Email = "office-" + strings.ToLower(rand.Text())[:6] + "@sahna.example"
		who.Email = s.Staff.Email
		account, secret, err = a.People.MakeStaff(ctx, who, s.Staff.Password, roles)
	}
	if err != nil {
		return s, fmt.Errorf("demo staff: %w", err)
	}
	s.Staff.TOTPSecret = secret
	code, err := a.Admission.InviteDevice(ctx, "API", account)
	if err != nil {
		return s, err
	}
	if s.DeviceToken, _, err = a.Admission.EnrolDevice(ctx, code); err != nil {
		return s, err
	}
	if cases {
		if err := a.demoCases(ctx, "staff:"+account); err != nil {
			return s, err
		}
	}
	body, err = json.Marshal(s)
	if err != nil {
		return s, err
	}
	return s, os.WriteFile(path, body, 0o600)
}
