package checkout

import (
	"io"
	"log/slog"
	"net/http"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// callback takes a provider's report. What is not proved changes nothing; what is told again is acknowledged again.
func (d *Door) callback(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		provider, ok := d.Office.Provider(code)
		if !ok {
			answer(w, http.StatusNotFound, `{"code":404}`)
			return
		}
		e, err := provider.Verify(r)
		if err == nil {
			err = d.Office.Settle(r.Context(), code, e)
		}
		switch kind := fault.KindOf(err); {
		case err == nil:
			answer(w, http.StatusOK, `{"code":0}`)
		case kind == fault.Forbidden:
			d.UI.Log.LogAttrs(r.Context(), slog.LevelWarn, "callback refused", slog.String("provider", code))
			answer(w, http.StatusForbidden, `{"code":403}`)
		case kind == fault.NotFound:
			answer(w, http.StatusNotFound, `{"code":404}`)
		default:
			d.UI.Log.LogAttrs(r.Context(), slog.LevelError, "callback failed", slog.String("provider", code), slog.Any("err", err))
			answer(w, ui.StatusOf(err), `{"code":500}`)
		}
	}
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the caller left: it will ask again
}
