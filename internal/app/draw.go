package app

import (
	"fmt"
	"io"
	"os"

	"github.com/sahna/sahna/internal/waitroom"
)

// VerifyDraw recomputes a waiting room's published draw from its file and prints what is wrong with it. It opens nothing else.
func VerifyDraw(file string, out io.Writer) error {
	body, err := os.ReadFile(file) //nolint:gosec // who calls names the file
	if err != nil {
		return err
	}
	f, wrong, err := waitroom.VerifyDraw(body)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, w := range wrong {
		if _, err := fmt.Fprintln(out, w); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return ErrFindings
	}
	_, err = fmt.Fprintf(out, "%d arrivals: the order is the one that seed and arrivals give\n", len(f.Arrivals))
	return err
}
