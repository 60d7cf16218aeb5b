package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestVisitorsBehindAProxy(t *testing.T) {
	p, err := parseProxies([]string{"10.0.0.0/8", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name, peer, want string
		forwarded        []string
	}{
		{"no proxy: the header is a stranger's", "203.0.113.9:5000", "203.0.113.9:5000", []string{"198.51.100.1"}},
		{"one proxy", "127.0.0.1:5000", "203.0.113.9:0", []string{"203.0.113.9"}},
		{"two proxies", "127.0.0.1:5000", "203.0.113.9:0", []string{"203.0.113.9, 10.1.2.3"}},
		{"what the visitor wrote in front is not believed", "127.0.0.1:5000", "203.0.113.9:0", []string{"198.51.100.1", "203.0.113.9"}},
		{"IPv6", "10.0.0.1:5000", "[2001:db8::7]:0", []string{"2001:db8::7"}},
		{"nonsense", "127.0.0.1:5000", "127.0.0.1:5000", []string{"; DROP"}},
		{"no header", "127.0.0.1:5000", "127.0.0.1:5000", nil},
	} {
		got := ""
		h := p.visitors(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = x.peer
		r.Header["X-Forwarded-For"] = x.forwarded
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
	if _, err := parseProxies([]string{"my-proxy"}); err == nil {
		t.Error("a name was taken for a network")
	}
}
