package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// ErrFindings means that a check found something; it has been written to the output.
var ErrFindings = errors.New("the check found something")

// At points the configuration at another data folder and database; "" leaves what was configured.
func (c Config) At(data, database string) Config {
	if data != "" {
		c.Data, c.Keys, c.Database, c.KeyStore = data, filepath.Join(data, "keys"), "", ""
		c.fillIn()
	}
	if database != "" {
		c.Database = Address(database)
	}
	return c
}

// with opens the office, runs fn and closes it. No letters leave.
func with(ctx context.Context, cfg Config, fn func(*App) error) error {
	a, err := Open(ctx, cfg, Options{Look: true})
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// within is with for commands that look after an office: they make none where a path was mistyped.
func within(ctx context.Context, cfg Config, fn func(*App) error) error {
	if err := officeThere(ctx, cfg); err != nil {
		return err
	}
	return with(ctx, cfg, fn)
}

func officeThere(ctx context.Context, cfg Config) error {
	if path, ok := strings.CutPrefix(string(cfg.Database), "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no office here: %s does not exist; say where it is with --data or --config", path)
		}
		return nil
	}
	d, err := db.Open(ctx, string(cfg.Database))
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	n, err := tablesOf(ctx, d)
	if err == nil && n == 0 {
		err = errors.New("there is no office here: the database has no tables")
	}
	return errors.Join(err, d.Close())
}

func tablesOf(ctx context.Context, d *db.DB) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()`).Scan(&n)
	return n, err
}

// maxImport bounds an import file.
const maxImport = 16 << 20

func readImport(file string) ([]byte, error) {
	f, err := os.Open(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(io.LimitReader(f, maxImport+1))
	if err == nil && len(body) > maxImport {
		return nil, fmt.Errorf("%s is larger than %d MB", file, maxImport>>20)
	}
	return body, err
}

// ImportPlan stores a seating plan and prints its hash.
func ImportPlan(ctx context.Context, cfg Config, file string, out io.Writer) error {
	body, err := readImport(file)
	if err != nil {
		return err
	}
	return with(ctx, cfg, func(a *App) error {
		hash, err := a.Catalog.ImportPlan(ctx, body)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		_, err = fmt.Fprintln(out, hash)
		return err
	})
}

// ImportEvents stores a file of events, lays out the stock of its performances and the gates of its halls, and says what was made.
// Plans that the file names by file are looked for beside it.
func ImportEvents(ctx context.Context, cfg Config, file string, out io.Writer) error {
	body, err := readImport(file)
	if err != nil {
		return err
	}
	return with(ctx, cfg, func(a *App) error {
		var made []catalog.Performance
		r, err := a.Catalog.ImportEvents(ctx, body, catalog.ImportOptions{
			Plans: os.DirFS(filepath.Dir(file)), Beside: os.DirFS(filepath.Dir(file)), Pictures: a.files,
			OnPerformance: func(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
				made = append(made, p)
				return a.Office.OpenSale(ctx, tx, p, plan)
			},
		})
		if err != nil {
			return fmt.Errorf("%s: nothing was stored:\n%w", file, err)
		}
		for _, p := range made {
			if err := a.ensureGates(ctx, p); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(out, "%d organisers, %d venues, %d events, %d performances (%d new)\n", r.Organisers, r.Venues, r.Events, r.Performances, r.New)
		return err
	})
}

// ensureGates makes a gate for every entrance of a performance's plan, once for each hall.
func (a *App) ensureGates(ctx context.Context, p catalog.Performance) error {
	plan, err := a.Catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range plan.Entrances() {
		names = append(names, e.Name.In(i18n.RU))
	}
	_, err = a.Admission.EnsureGates(ctx, p.HallID, names)
	return err
}

// NewStaff is who gets a staff account.
type NewStaff struct {
	Surname, Name, Email string
	Roles                []string
}

// AddStaff makes a staff account with the password that stands in the first line of in, and prints the second factor's secret.
func AddStaff(ctx context.Context, cfg Config, s NewStaff, in io.Reader, out io.Writer) error {
	line, err := bufio.NewReader(io.LimitReader(in, 1024)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	password := strings.TrimRight(line, "\r\n")
	var roles []people.Role
	for _, r := range s.Roles {
		roles = append(roles, people.Role(r))
	}
	return with(ctx, cfg, func(a *App) error {
		_, secret, err := a.People.MakeStaff(ctx, people.Contacts{Surname: s.Surname, Name: s.Name, Email: s.Email}, password, roles)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "second factor: %s\n", secret)
		return err
	})
}

// Verify prints what does not add up in ledger, stock, tickets and journal; ErrFindings when there is anything.
func Verify(ctx context.Context, cfg Config, out io.Writer) error {
	return within(ctx, cfg, func(a *App) error {
		findings, err := a.Office.Verify(ctx)
		if err != nil {
			return err
		}
		journal, err := a.Vault.Verify(ctx, nil)
		if err != nil {
			return err
		}
		texts, err := a.Privacy.Verify(ctx)
		if err != nil {
			return err
		}
		erasures, err := a.Privacy.VerifyErasures(ctx)
		if err != nil {
			return err
		}
		return report(out, slices.Concat(findings, journal, texts, erasures), "ledger, stock, tickets and journal add up")
	})
}

// VerifyJournal prints what is wrong with the journal; a checkpoint kept from before is proved too.
func VerifyJournal(ctx context.Context, cfg Config, checkpoint string, out io.Writer) error {
	var kept []byte
	if checkpoint != "" {
		var err error
		if kept, err = os.ReadFile(checkpoint); err != nil { //nolint:gosec // the operator names the file
			return err
		}
	}
	return within(ctx, cfg, func(a *App) error {
		if err := a.tellRestores(ctx, kept, out); err != nil {
			return err
		}
		findings, err := a.Vault.VerifyJournal(ctx, kept)
		if err != nil {
			return err
		}
		return report(out, findings, "the journal is whole")
	})
}

// JournalCheckpoint prints the newest signed checkpoint, over every entry that there is. Whoever keeps it can prove later, by
// VerifyJournal, that nothing before it was changed.
func JournalCheckpoint(ctx context.Context, cfg Config, out io.Writer) error {
	return within(ctx, cfg, func(a *App) error {
		if _, err := a.Vault.Integrate(ctx); err != nil {
			return err
		}
		checkpoint, err := a.Vault.LatestCheckpoint(ctx)
		if err == nil && len(checkpoint) == 0 {
			err = errors.New("the journal is empty: there is nothing to keep yet")
		}
		if err != nil {
			return err
		}
		_, err = out.Write(checkpoint)
		return err
	})
}

// tellRestores says which restores the journal knows of: a rollback that is none of them is a finding.
func (a *App) tellRestores(ctx context.Context, kept []byte, out io.Writer) error {
	known, err := a.Vault.Restores(ctx)
	if err != nil {
		return err
	}
	for _, r := range known {
		if _, err := fmt.Fprintln(out, restoreWords(r)); err != nil {
			return err
		}
	}
	if kept == nil {
		return nil
	}
	r, lost, err := a.Vault.LostBy(ctx, kept)
	if err == nil && lost {
		_, err = fmt.Fprintf(out, "the kept checkpoint is over entries that the restore of %s lost\n", r.At.UTC().Format(time.DateTime))
	}
	return err
}

func report(out io.Writer, findings []string, well string) error {
	if len(findings) == 0 {
		_, err := fmt.Fprintln(out, well)
		return err
	}
	for _, f := range findings {
		if _, err := fmt.Fprintln(out, f); err != nil {
			return err
		}
	}
	return ErrFindings
}

// VerifyReceipt checks a receipt's file without any data folder and prints what is wrong; ErrFindings when anything is. key is the
// public key that the operator publishes; "" takes the file's own.
func VerifyReceipt(file, key string, out io.Writer) error {
	body, err := readImport(file)
	if err != nil {
		return err
	}
	c := privacy.CheckReceipt(body, key)
	if err := report(out, c.Findings, "the receipt is whole: text, journal entry, proof and signature fit"); err != nil || key != "" {
		return err
	}
	_, err = fmt.Fprintf(out, "checked with the key in the file itself: compare it with the operator's, or give it as --key\n%s\n", c.Receipt.Journal.Verifier)
	return err
}
