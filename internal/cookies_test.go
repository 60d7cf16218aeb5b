package internal_test

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/web/ui"
)

// TestEveryCookieIsRegistered walks the code for places that set cookies: a name that the register (web/ui/cookies.go) lacks fails,
// and so does one that cannot be read from the code.
func TestEveryCookieIsRegistered(t *testing.T) {
	consts := map[string]map[string]string{} // folder → constant → value
	for _, f := range sources(t) {
		dir := filepath.Dir(f.path)
		if consts[dir] == nil {
			consts[dir] = map[string]string{}
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, name := range v.Names {
					if i < len(v.Values) {
						if s, ok := text(v.Values[i]); ok {
							consts[dir][name.Name] = s
						}
					}
				}
			}
			return true
		})
	}
	set := map[string]string{} // name → where
	for _, f := range sources(t) {
		if strings.HasSuffix(f.path, "_test.go") || isTestPackage(f.path) {
			continue
		}
		dir := filepath.Dir(f.path)
		name := func(e ast.Expr) {
			if s, ok := text(e); ok {
				set[s] = f.path
				return
			}
			switch e := e.(type) {
			case *ast.Ident:
				if s, ok := consts[dir][e.Name]; ok {
					set[s] = f.path
					return
				}
				if f.path == "web/ui/session.go" && e.Name == "name" { // SetCookie itself: its callers are walked
					return
				}
			case *ast.CallExpr: // a cookie for each waiting room: its kind is in the name
				if isIdent(e.Fun, "cookieName") && len(e.Args) == 2 {
					if kind, ok := text(e.Args[0]); ok {
						set["sahna_"+kind+"_"] = f.path
						return
					}
				}
			case *ast.SelectorExpr:
				if s, ok := consts["web/ui"][e.Sel.Name]; ok {
					set[s] = f.path
					return
				}
			}
			t.Errorf("%s sets a cookie whose name cannot be read from the code: use a constant", f.path)
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if s, ok := n.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Cookie" && isIdent(s.X, "http") {
					for _, e := range n.Elts {
						if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, "Name") {
							name(kv.Value)
						}
					}
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "SetCookie" && !isIdent(s.X, "http") && len(n.Args) == 4 {
					name(n.Args[1])
				}
			}
			return true
		})
	}
	if len(set) < 6 {
		t.Fatalf("only %d cookies found: the walk does not see them", len(set))
	}
	registered := func(name string) bool {
		for _, c := range ui.Cookies {
			if prefix, many := strings.CutSuffix(c.Name, "*"); c.Name == name || many && strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}
	for name, where := range set {
		if !registered(name) {
			t.Errorf("%s sets the cookie %q, which the cookie register (web/ui/cookies.go) does not name", where, name)
		}
	}
	for _, c := range ui.Cookies {
		if _, found := set[c.Name]; !found && !strings.HasSuffix(c.Name, "*") {
			t.Errorf("the register names %q, which nothing sets", c.Name)
		}
		if c.What.KK == "" || c.What.RU == "" || c.Term.KK == "" || c.Term.RU == "" {
			t.Errorf("%s lacks its purpose or term in Kazakh or Russian", c.Name)
		}
	}
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
