package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/web/ui/uitest"
)

func TestAnotherSitesFormIsRefusedInTheVisitorsWords(t *testing.T) {
	u, _ := uitest.New(t)
	mux := http.NewServeMux()
	pressed := 0
	mux.HandleFunc("POST /{lang}/press", func(http.ResponseWriter, *http.Request) { pressed++ })
	h := u.Serve(mux, u.SameOrigin)
	post := func(site string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/ru/press", strings.NewReader(""))
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := post("cross-site"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "со страницы другого сайта") {
		t.Errorf("another site: %d %s", w.Code, w.Body)
	}
	if pressed != 0 {
		t.Error("another site pressed the button")
	}
	if post("same-origin"); pressed != 1 {
		t.Error("our own page could not press the button")
	}
	if post(""); pressed != 2 {
		t.Error("a machine without a browser could not call")
	}
}
