package app

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks of the operator's own reverse proxies.
type proxies []netip.Prefix

func parseProxies(list []string) (proxies, error) {
	var out proxies
	for _, s := range list {
		if !strings.Contains(s, "/") {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a network", s)
			}
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a network", s)
		}
		out = append(out, p)
	}
	return out, nil
}

func (p proxies) trust(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// visitors gives every request the address of its visitor instead of the proxy's: the last one in X-Forwarded-For that no
// trusted proxy wrote. What a stranger sends in that header without a proxy in between is ignored.
func (p proxies) visitors(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil && p.trust(peer.Addr()) {
			if a, ok := p.visitor(r.Header.Values("X-Forwarded-For")); ok {
				r = r.Clone(r.Context())
				r.RemoteAddr = net.JoinHostPort(a.String(), "0")
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (p proxies) visitor(headers []string) (last netip.Addr, ok bool) {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return last, ok
		}
		last, ok = a.Unmap(), true
		if !p.trust(a) {
			return last, true
		}
	}
	return last, ok
}
