package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/vault"
)

// Two are the addresses of the employees who answer for something in bulk: one decides, another approves.
type Two struct{ Decides, Approves string }

// bulkRoles may answer for it.
var bulkRoles = []people.Role{people.RoleOfficer, people.RoleAdmin}

// ErrBulkRole is an employee who may not.
var ErrBulkRole = errors.New("only a data-protection officer or an administrator may decide or approve this")

// vouch signs both in by what stands in the lines of in: password and second factor of the one who decides, then of the other.
func (a *App) vouch(ctx context.Context, two Two, in io.Reader) (actors [2]string, err error) {
	if strings.EqualFold(two.Decides, two.Approves) {
		return actors, privacy.ErrApprover
	}
	lines := bufio.NewScanner(io.LimitReader(in, 4096))
	next := func() string {
		lines.Scan()
		return strings.TrimRight(lines.Text(), "\r")
	}
	for i, email := range []string{two.Decides, two.Approves} {
		password, digits := next(), next()
		_, s, err := a.People.SignIn(ctx, email, password, people.Browser{})
		if err != nil {
			return actors, fmt.Errorf("%s: %w", email, err)
		}
		err = a.People.VerifySecondFactor(ctx, s, digits)
		var roles []people.Role
		if err == nil {
			roles, err = people.RolesOf(ctx, a.DB, s.AccountID)
		}
		if err = errors.Join(err, a.People.SignOut(ctx, s)); err != nil {
			return actors, fmt.Errorf("%s: %w", email, err)
		}
		if !slices.ContainsFunc(roles, func(r people.Role) bool { return slices.Contains(bulkRoles, r) }) {
			return actors, fmt.Errorf("%s: %w", email, ErrBulkRole)
		}
		actors[i] = "staff:" + s.AccountID
	}
	if actors[0] == actors[1] {
		return actors, privacy.ErrApprover
	}
	return actors, nil
}

// readPersons reads a list of persons' ids, one a line.
func (a *App) readPersons(ctx context.Context, file string) (ids []string, err error) {
	body, err := readImport(file)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(body)) {
		id := strings.TrimSpace(line)
		if id == "" || seen[id] {
			continue
		}
		held, err := a.Vault.Inventory(ctx, a.DB, id)
		if err != nil {
			return nil, err
		}
		gone, err := a.Vault.Destroyed(ctx, a.DB, id, vault.ClassPerson) // by the same command before it was stopped
		if err != nil {
			return nil, err
		}
		if len(held) == 0 && !gone {
			return nil, fmt.Errorf("%s: nothing is held on a person of line %d; nothing was done", file, len(ids)+1)
		}
		seen[id] = true
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%s names nobody", file)
	}
	return ids, nil
}

// progress tells at most once a second how far something is.
func progress(c clock.Clock, out io.Writer, what string) func(done int) {
	start := c.Now()
	last := start
	return func(done int) {
		now := c.Now()
		if now.Sub(last) < time.Second {
			return
		}
		last = now
		fmt.Fprintf(out, "%s: %d, %.0f a second\n", what, done, float64(done)/now.Sub(start).Seconds()) //nolint:errcheck // only tells
	}
}

// ExportPersons writes what is held on persons into a new folder, as JSON lines of 500 persons a file; list "" is everybody.
func ExportPersons(ctx context.Context, cfg Config, dir, list string, two Two, in io.Reader, out io.Writer) error {
	if err := makeEmpty(dir); err != nil {
		return err
	}
	return within(ctx, cfg, func(a *App) error {
		actors, err := a.vouch(ctx, two, in)
		if err != nil {
			return err
		}
		b := mydata.Bulk{Actor: actors[0], Approver: actors[1]}
		if list != "" {
			if b.Persons, err = a.readPersons(ctx, list); err != nil {
				return err
			}
		}
		tell := progress(a.clock, out, "exported")
		t, err := a.MyData.ExportAll(ctx, b, func(n int, lines []byte) error {
			return writeWhole(filepath.Join(dir, fmt.Sprintf("persons-%05d.jsonl", n)), lines)
		}, func(t mydata.BulkTally) { tell(t.Sum()) })
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%d persons exported; left out: %d blocked, %d gone. The files are readable: guard and delete them.\n", t.Done, t.Blocked, t.Gone)
		return err
	})
}

// ErasePersons erases the persons of a list by the ledger, fifty at a time. What is done stays done when it is stopped; the same
// command goes on.
func ErasePersons(ctx context.Context, cfg Config, list string, two Two, in io.Reader, out io.Writer) error {
	return within(ctx, cfg, func(a *App) error {
		actors, err := a.vouch(ctx, two, in)
		if err != nil {
			return err
		}
		ids, err := a.readPersons(ctx, list)
		if err != nil {
			return err
		}
		tell := progress(a.clock, out, "erased")
		done, open := 0, 0
		for part := range slices.Chunk(ids, 500) { // outcomes of many persons are not kept together
			orders := make([]privacy.EraseOrder, len(part))
			for i, id := range part {
				orders[i] = privacy.EraseOrder{Person: id, Actor: actors[0], Approver: actors[1], Reason: "bulk"}
			}
			es, err := a.Privacy.EraseAll(ctx, orders, func(n int) { tell(done + n) })
			for _, e := range es {
				if !e.Done() {
					open++
				}
			}
			if err != nil {
				return errors.Join(err, a.Vault.ForgetLog(ctx))
			}
			done += len(part)
		}
		if err := a.Vault.ForgetLog(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%d persons erased; %d of them keep something for an open obligation or a hold, and are finished when it has ended\n", done, open)
		return err
	})
}
