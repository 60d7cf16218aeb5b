package basketcookie

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice"
)

func with(value string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	if value != "" {
		r.Header.Set("Cookie", Name+"="+value)
	}
	return r
}

func TestWhatIsAddedIsRead(t *testing.T) {
	r := with("p1.h1.secret")
	w := httptest.NewRecorder()
	Add(w, r, boxoffice.HoldKey{ID: "p1.h2", Secret: "other"})
	c := w.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure {
		t.Errorf("cookie %+v", c)
	}
	want := []boxoffice.HoldKey{{ID: "p1.h1", Secret: "secret"}, {ID: "p1.h2", Secret: "other"}}
	if d := cmp.Diff(want, Read(with(c.Value))); d != "" {
		t.Error(d)
	}
	w = httptest.NewRecorder()
	Add(w, with(c.Value), boxoffice.HoldKey{ID: "p1.h1", Secret: "secret"})
	if got := Read(with(w.Result().Cookies()[0].Value)); len(got) != 2 || got[1].ID != "p1.h1" {
		t.Errorf("twice in the basket: %v", got)
	}
}

func TestABasketStaysSmall(t *testing.T) {
	value := ""
	for i := range 40 {
		w := httptest.NewRecorder()
		Add(w, with(value), boxoffice.HoldKey{ID: fmt.Sprintf("%036d.%036d", i, i), Secret: strings.Repeat("s", 43)})
		value = w.Result().Cookies()[0].Value
	}
	keys := Read(with(value))
	if len(keys) != mostHolds || !strings.HasSuffix(keys[len(keys)-1].ID, "39") {
		t.Errorf("%d keys, last %v", len(keys), keys[len(keys)-1:])
	}
}

func TestStrangersCookies(t *testing.T) {
	for _, v := range []string{"", ".", ",", "a", "a.", ".b", ",,,", strings.Repeat("a.b,", 2000)} {
		if got := Read(with(v)); len(got) != 0 {
			t.Errorf("%.20q gives %v", v, got)
		}
	}
}

func TestEmptyTakesTheCookieAway(t *testing.T) {
	w := httptest.NewRecorder()
	Set(w, with("a.b"), nil)
	if c := w.Result().Cookies()[0]; c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("cookie %+v", c)
	}
}

func TestSecureBehindTLS(t *testing.T) {
	r := with("")
	r.Header.Set("X-Forwarded-Proto", "https")
	w := httptest.NewRecorder()
	Set(w, r, []boxoffice.HoldKey{{ID: "a", Secret: "b"}})
	if !w.Result().Cookies()[0].Secure {
		t.Error("the cookie would go over plain HTTP")
	}
}
