package document

import (
	"bytes"
	"context"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/upload"
)

// Paper looks at a scan of a letter that came on paper, for the room that keeps it: scanned for malware, cleaned, and refused where
// the lines for machines of an identity document stand on it. Words and numbers of a document are no reason: letters name them.
func (m *Documents) Paper(ctx context.Context, h *upload.Held) (f upload.File, err error) {
	defer fault.Wrap(&err, "look at a scan of a letter")
	if h == nil {
		return f, upload.ErrEmpty
	}
	err = m.Gate.Look(ctx, h, func(body []byte) error {
		clean, err := upload.Clean(ctx, body, m.Gate.Limits)
		if err != nil {
			return err
		}
		texts, err := m.texts(ctx, clean)
		if err != nil {
			m.Log.Warn("a letter's scan could not be read", "media", clean.Kind, "cause", err)
		}
		for _, t := range texts {
			if hasZone(t) {
				return signs[SignZone]
			}
		}
		f = clean
		f.Body = bytes.Clone(clean.Body) // what was looked at is wiped
		return nil
	})
	return f, err
}
