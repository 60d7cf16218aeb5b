package privacy

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// RequestScan is a request or claim on paper as staff scanned it, without its bytes. It lies sealed under the request's own key, and
// goes with it.
type RequestScan struct {
	ID      string
	Media   string
	Size    int64
	AddedBy string
	AddedAt time.Time
}

// mostScans bounds the files of one request, RequestScanMost the bytes of each.
const (
	mostScans       = 5
	RequestScanMost = 10 << 20
)

var scanMedia = []string{"application/pdf", "image/jpeg", "image/png"}

// What can be wrong with a scan.
var (
	ErrScanFile    = fault.New(fault.Invalid, "privacy.request.scan_file").On("file")
	ErrScanMany    = fault.New(fault.Invalid, "privacy.request.scan_many").On("file")
	ErrScanNoPaper = fault.New(fault.Conflict, "privacy.request.scan_no_paper").On("file")
	ErrScanUnknown = fault.New(fault.NotFound, "privacy.request.scan_unknown")
)

// AttachScan keeps a scan of what came on paper or by mail. Its bytes were looked at already: the document room does that.
func (d *Desk) AttachScan(ctx context.Context, r Request, media string, body []byte, actor string) (err error) {
	defer fault.Wrap(&err, "attach a scan to request %s", r.ID)
	if len(body) == 0 || len(body) > RequestScanMost || !slices.Contains(scanMedia, media) {
		return ErrScanFile
	}
	if r.caseID == "" || r.Channel == "site" {
		return ErrScanNoPaper
	}
	id := db.NewID()
	sealed, err := d.p.vault.SealFile(ctx, r.caseID, id, body)
	if err != nil {
		return err
	}
	s := RequestScan{ID: id, Media: media, Size: int64(len(body)), AddedBy: actor, AddedAt: d.p.clock.Now()}
	return d.p.db.Transact(ctx, func(tx *db.DB) error {
		have, err := listScans(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if len(have) >= mostScans {
			return ErrScanMany
		}
		return insertScan(ctx, tx, r.ID, s, sealed)
	})
}

// Scans lists the scans of a request.
func (d *Desk) Scans(ctx context.Context, r Request) ([]RequestScan, error) {
	return listScans(ctx, d.p.db, r.ID)
}

// Scan opens one for a reason. The look is an entry of the journal like one at the request's words: the same may look, and nobody else.
func (d *Desk) Scan(ctx context.Context, r Request, id, actor, reason string) (s RequestScan, body []byte, err error) {
	defer fault.Wrap(&err, "open a scan of request %s", r.ID)
	var sealed []byte
	err = d.p.db.Transact(ctx, func(tx *db.DB) error {
		if s, sealed, err = findScan(ctx, tx, r.ID, id); errors.Is(err, db.ErrNoRow) {
			return ErrScanUnknown
		} else if err != nil {
			return err
		}
		_, err := d.p.vault.Open(ctx, tx, vault.Opening{
			Person: r.caseID, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.RequestText}, Actor: actor, Reason: reason,
		})
		return err
	})
	if err != nil {
		return s, nil, err
	}
	body, err = d.p.vault.OpenFile(ctx, r.caseID, id, sealed)
	return s, body, err
}
