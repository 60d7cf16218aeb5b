package checkout_test

import (
	"errors"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

func TestARefusalInABrowser(t *testing.T) {
	v := newVisit(t, dbtest.Open(t, db.SQLite))
	if err := v.Office.SetLimits(t.Context(), v.Performance.ID, "staff:1", boxoffice.Limits{boxoffice.LimitPerson: 1}); err != nil {
		t.Fatal(err)
	}
	_, _, err := v.Office.Checkout(t.Context(), v.Request(t, v.Hold(t, "1-1", "1-2")))
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatal(err)
	}
	code, _ := f.Args["refusal"].(string)
	for lang, screen := range map[string]browsertest.Screen{"ru": browsertest.Phone, "kk": browsertest.Desktop.InDark()} {
		b := browsertest.Open(t, screen)
		b.Go(v.base + "/" + lang + "/refusal/" + code)
		look(b, "refusal")
	}
}
