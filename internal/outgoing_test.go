package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/payments"
)

// An exit is a place from which bytes can leave the program: who calls it, and why nothing about a person goes out there that the
// register of processing was not asked about. A place that is not in this table fails the test: put the gate before it first.
type exit struct{ file, call, why string }

var exits = []exit{
	// Letters and messages: no carrier works without the gate's pass.
	{"platform/mail/smtp.go", "gomail.NewClient", "takes the pass first (TestEveryCarrierTakesThePass)"},
	{"platform/sms/sms.go", "http.Client", "takes the pass first (TestAMessageIsHandedOverWholeOrAnErrorThatNamesNobody)"},
	{"platform/sms/sms.go", "http.NewRequestWithContext", "takes the pass first (TestAMessageIsHandedOverWholeOrAnErrorThatNamesNobody)"},
	{"privacy/transfer.go", "outgoing.Issue", "is the gate"},

	// Connections to others.
	{"platform/payments/testbank/testbank.go", "http.Client", "reports to the program itself, and a payment has no personal field (TestPaymentsCarryNobody)"},
	{"platform/payments/testbank/together.go", "http.Client", "as above"},
	{"platform/payments/testbank/together.go", "http.Transport", "as above"},
	{"platform/payments/testbank/callback.go", "http.NewRequestWithContext", "reports to the program itself, and a payment has no personal field (TestPaymentsCarryNobody)"},
	{"app/serve.go", "net.Listen", "lets visitors in"},
	{"app/demo.go", "net.Listen", "lets visitors in"},
	{"app/rehearse.go", "net.Listen", "lets a rehearsal's invented buyers in"},
	{"app/rehearse_apart.go", "exec.CommandContext", "this program itself, which plays a rehearsal with invented buyers"},
	{"rehearsal/line.go", "net.Dialer", "buyers of a rehearsal, who do not exist, call the scratch office on this machine"},
	{"app/backup.go", "exec.CommandContext", "pg_dump and pg_restore of the operator's own database, which holds personal values sealed"},
	{"platform/db/db.go", "pgxpool.NewWithConfig", "the operator's own database, which holds personal values sealed"},
	{"platform/db/sqlite.go", "sql.OpenDB", "the operator's own database file, which holds personal values sealed"},
	{"platform/db/db.go", "stdlib.OpenDBFromPool", "the operator's own database, which holds personal values sealed"},

	// Files.
	{"platform/files/files.go", "os.OpenRoot", "the operator's own folder; who puts what there is listed as Put"},
	{"platform/files/files.go", "os.Root", "the operator's own folder; who puts what there is listed as Put"},
	{"platform/clamd/clamd.go", "net.Dialer", "asks a scanner on this machine: an address elsewhere is refused (TestTheScannerIsOnThisMachine)"},
	{"platform/tool/tool.go", "exec.CommandContext", "programs of this machine that the operator names, fed by a pipe, without leave to write files"},
	{"platform/tool/alone_linux.go", "exec.Cmd", "as above"},
	{"platform/tool/alone_other.go", "exec.Cmd", "as above"},
	{"platform/upload/spool.go", "os.OpenRoot", "the operator's own folder, in which everything is sealed under a key that is in memory alone"},
	{"platform/upload/spool.go", "os.Root", "as above"},
	{"people/document/send.go", ".Put", "a document for its reviewer, sealed under two keys"},
	{"catalog/import_picture.go", ".Put", "pictures of events"},
	{"privacy/mydata/mydata.go", ".Put", "a copy for the person, sealed under the person's key"},
	{"app/backup.go", "os.CreateTemp", "the operator's own backup, in which personal values are sealed"},
	{"app/backup.go", "os.OpenFile", "the operator's own backup"},
	{"app/disclosure.go", "os.OpenFile", "a recipient's own key, on the recipient's machine"},
	{"app/disclosure.go", "os.WriteFile", "the recipient opens a packet on their own machine"},
	{"app/keys.go", "os.CreateTemp", "keys of the operator"},
	{"app/demo.go", "os.WriteFile", "keys of the demo"},
	{"app/rehearse_scratch.go", "os.OpenFile", "the mark of a rehearsal's scratch office, which holds invented buyers"},
	{"app/rehearse_scratch.go", "os.WriteFile", "as above"},
	{"rehearsal/profile.go", "os.Create", "where time and memory went in a rehearsal with invented buyers"},
	{"vault/rootfile.go", "os.WriteFile", "the journal's public key"},
	{"vault/rootfile.go", "os.CreateTemp", "keys of the operator"},
	{"web/ui/bundle/main.go", "os.WriteFile", "scripts, when the program is built"},
}

// harmless is what the program uses of packages that could reach the outside; any other name of theirs is a way out.
var harmless = map[string][]string{
	"net": {"Buffers", "Conn", "Error", "JoinHostPort", "Listener", "SplitHostPort"},
	"net/http": {
		"Cookie", "DetectContentType", "ErrAbortHandler", "Error", "Flusher", "Handler", "HandlerFunc", "Header", "MaxBytesError", "MaxBytesReader",
		"NewCrossOriginProtection", "NewResponseController", "NewServeMux", "NotFound", "ProxyFromEnvironment", "Redirect", "Request", "ResponseController",
		"ResponseWriter", "SameSiteLaxMode", "SameSiteStrictMode", "ServeContent", "ServeMux", "Server", "SetCookie", "Method*", "Status*",
	},
	"net/http/httputil": {"NewChunkedReader"},
	"crypto/tls":        {"Config"},
	"os": {
		"Args", "DirFS", "Environ", "ErrNotExist", "Executable", "Exit", "File", "Getenv", "Interrupt", "Link", "MkdirAll", "MkdirTemp", "O_*", "Open", "ReadDir",
		"ReadFile", "Remove", "RemoveAll", "Rename", "Stat", "Stderr", "Stdin", "Stdout", "TempDir",
	},
	"os/exec":                         {"ExitError", "LookPath"},
	"os/signal":                       {"NotifyContext"},
	"syscall":                         {"Flock", "Getrusage", "Kill", "LOCK_*", "PRIO_*", "RUSAGE_*", "Rusage", "SIG*", "Setpriority", "SysProcAttr", "ENOSPC", "Statfs", "Statfs_t"},
	"database/sql":                    {"Conn", "DB", "ErrNoRows", "NullInt64", "NullString", "Result", "Row", "Rows", "Tx", "TxOptions", "Level*"},
	"github.com/jackc/pgx/v5/pgconn":  {"ConnectError", "PgError", "SafeToRetry"},
	"github.com/jackc/pgx/v5/pgxpool": {"ParseConfig", "Pool", "Config", "Conn"},
	"github.com/jackc/pgx/v5/stdlib":  {"Conn"},
	"github.com/jackc/pgx/v5":         {"Batch", "CopyFromRows", "CopyFromSlice", "Identifier", "Tx", "ErrNoRows"},
	"github.com/wneessen/go-mail": {
		"ContentType", "Msg", "NewMsg", "NoTLS", "Option", "SMTPAuthAutoDiscover", "SendError", "TLSMandatory", "TLSOpportunistic", "TLSPolicy", "TypeText*", "With*",
	},
}

// quiet are the packages that reach nothing by themselves: they count, draw, read and write what they are given, or work on a
// database that is handed to them. One that is in neither list has to be judged before it comes in.
var quiet = strings.Fields(`
	archive/zip bufio bytes cmp codeberg.org/go-pdf/fpdf compress/flate compress/gzip compress/zlib container/heap container/list context crypto crypto/aes crypto/cipher crypto/ecdh
	crypto/ecdsa crypto/ed25519 crypto/elliptic crypto/hkdf crypto/hmac crypto/hpke crypto/rand crypto/sha1 crypto/sha256 crypto/sha512 crypto/subtle crypto/x509 database/sql/driver embed
	encoding encoding/base32 encoding/base64 encoding/binary encoding/csv encoding/hex encoding/json encoding/pem encoding/xml errors expvar flag fmt github.com/a-h/templ
	github.com/a-h/templ/runtime github.com/alecthomas/kong github.com/arran4/golang-ical github.com/danielgtaylor/huma/v2
	github.com/danielgtaylor/huma/v2/adapters/humago github.com/evanw/esbuild/pkg/api github.com/go-webauthn/webauthn/protocol
	github.com/go-webauthn/webauthn/webauthn github.com/goccy/go-yaml github.com/goccy/go-yaml/ast github.com/goccy/go-yaml/parser
	github.com/google/uuid github.com/klauspost/compress/gzhttp github.com/klauspost/compress/zstd github.com/nicksnyder/go-i18n/v2/i18n
	github.com/nyaruka/phonenumbers github.com/pdfcpu/pdfcpu/pkg/filter github.com/pdfcpu/pdfcpu/pkg/pdfcpu
	github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate
	github.com/pelletier/go-toml/v2 github.com/pquerna/otp github.com/pquerna/otp/hotp github.com/pquerna/otp/totp
	github.com/pressly/goose/v3 github.com/pressly/goose/v3/database github.com/pressly/goose/v3/lock github.com/riverqueue/river
	github.com/riverqueue/river/riverdriver github.com/riverqueue/river/riverdriver/riverdatabasesql
	github.com/riverqueue/river/riverdriver/riversqlite github.com/riverqueue/river/rivermigrate github.com/riverqueue/river/rivertype golang.org/x/crypto/argon2
	golang.org/x/image/draw golang.org/x/image/font golang.org/x/image/font/opentype golang.org/x/image/font/sfnt golang.org/x/image/math/fixed golang.org/x/image/webp
	golang.org/x/mod/sumdb/note golang.org/x/mod/sumdb/tlog golang.org/x/net/idna golang.org/x/sync/errgroup golang.org/x/sync/singleflight golang.org/x/text/language
	golang.org/x/text/language/display golang.org/x/text/unicode/norm golang.org/x/time/rate hash hash/crc32 hash/fnv hash/maphash html html/template
	image image/color image/draw image/jpeg image/png io io/fs iter log log/slog maps math math/big math/bits math/rand math/rand/v2 mime
	mime/multipart mime/quotedprintable modernc.org/sqlite modernc.org/sqlite/lib net/mail net/netip net/textproto net/url path path/filepath reflect regexp rsc.io/qr runtime
	runtime/debug runtime/metrics runtime/pprof slices sort strconv strings sync sync/atomic testing/fstest text/template time time/tzdata unicode unicode/utf16 unicode/utf8
	unique unsafe`)

// isWayOut tells whether a package's name reaches the outside.
func isWayOut(path, name string) bool {
	if path == module+"platform/outgoing" {
		return name == "Issue"
	}
	names, judged := harmless[path]
	return judged && !slices.ContainsFunc(names, func(n string) bool {
		front, rest := strings.CutSuffix(n, "*")
		return n == name || rest && strings.HasPrefix(name, front)
	})
}

// unjudged lists what a file imports that nobody has judged.
func unjudged(f source) (out []string) {
	for _, i := range f.imports {
		if harmless[i] == nil && !strings.HasPrefix(i, module) && !slices.Contains(quiet, i) && !strings.HasPrefix(i, strings.TrimSuffix(module, "internal/")) {
			out = append(out, i)
		}
	}
	return out
}

// methodsOut are methods that write a file for others, or that would let somebody take a way out by a value.
var methodsOut = []string{"Put"}

func TestEveryWayOutIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, f := range append(sources(t), commands(t)...) {
		if strings.HasSuffix(f.path, "_test.go") || isTestPackage(f.path) {
			continue
		}
		for _, i := range unjudged(f) {
			t.Errorf("%s imports %s: can it reach the outside? Enter it in harmless or quiet", f.path, i)
		}
		for _, call := range callsOut(f) {
			i := slices.IndexFunc(exits, func(e exit) bool { return e.file == f.path && e.call == call })
			if i < 0 {
				t.Errorf("%s: %s can carry something out of the program. Ask the gate before it (Privacy.Leaves gives the pass), then enter it in outgoing_test.go with the reason", f.path, call)
				continue
			}
			known[exits[i].file+" "+exits[i].call] = true
		}
	}
	for _, e := range exits {
		if e.why == "" {
			t.Errorf("%s %s has no reason", e.file, e.call)
		}
		if !known[e.file+" "+e.call] {
			t.Errorf("%s no longer calls %s: take it out of the table", e.file, e.call)
		}
	}
}

// callsOut lists what a file names of waysOut and methodsOut, each once.
func callsOut(f source) (out []string) {
	names := map[string]string{} // local name → import path
	for _, i := range f.file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		name := filepath.Base(path)
		if name == "v5" || name == "v7" {
			name = filepath.Base(filepath.Dir(path))
		}
		if i.Name != nil {
			name = i.Name.Name
		}
		names[name] = path
	}
	add := func(call string) {
		if !slices.Contains(out, call) {
			out = append(out, call)
		}
	}
	ast.Inspect(f.file, func(n ast.Node) bool {
		sel, is := n.(*ast.SelectorExpr)
		if !is {
			return true
		}
		id, isName := sel.X.(*ast.Ident)
		if isName && isWayOut(names[id.Name], sel.Sel.Name) {
			add(id.Name + "." + sel.Sel.Name)
		}
		if isName && names[id.Name] != "" {
			return true
		}
		if slices.Contains(methodsOut, sel.Sel.Name) {
			add("." + sel.Sel.Name)
		}
		return true
	})
	return out
}

// TestTheWalkSeesAPlantedExit: the walk finds what somebody would write.
func TestTheWalkSeesAPlantedExit(t *testing.T) {
	for call, text := range map[string]string{
		"http.Post":        `package x; import "net/http"; func f() { http.Post("https://elsewhere", "", nil) }`,
		"web.Client":       `package x; import web "net/http"; var c web.Client`,
		"outgoing.Issue":   `package x; import "` + module + `platform/outgoing"; var p = outgoing.Issue("mail_gateway")`,
		"exec.Command":     `package x; import "os/exec"; func f() { exec.Command("curl") }`,
		"net.Dial":         `package x; import "net"; var dial = net.Dial`,
		".Put":             `package x; func f(s interface{ Put() }) { s.Put() }`,
		"net/smtp":         `package x; import "net/smtp"; var s = smtp.SendMail`,
		"os.Create":        `package x; import "os"; func f() { os.Create("list.csv") }`,
		"gomail.NewClient": `package x; import gomail "github.com/wneessen/go-mail"; var c, _ = gomail.NewClient("h")`,

		"http.DefaultClient":    `package x; import "net/http"; func f(r *http.Request) { http.DefaultClient.Do(r) }`,
		"http.Client":           `package x; import "net/http"; type quiet struct{ http.Client }`,
		"http.RoundTripper":     `package x; import "net/http"; func f(t http.RoundTripper, r *http.Request) { t.RoundTrip(r) }`,
		"http.FileServer":       `package x; import "net/http"; var h = http.FileServer(nil)`,
		"net.LookupTXT":         `package x; import "net"; func f() { net.LookupTXT("name.elsewhere") }`,
		"net.Resolver":          `package x; import "net"; var r net.Resolver`,
		"net.DialTCP":           `package x; import "net"; var d = net.DialTCP`,
		"net.FileConn":          `package x; import "net"; var d = net.FileConn`,
		"httputil.ReverseProxy": `package x; import "net/http/httputil"; var p httputil.ReverseProxy`,
		"tls.Dial":              `package x; import "crypto/tls"; var d = tls.Dial`,
		"os.StartProcess":       `package x; import "os"; var s = os.StartProcess`,
		"os.OpenInRoot":         `package x; import "os"; var s = os.OpenInRoot`,
		"os.NewFile":            `package x; import "os"; var f = os.NewFile(3, "")`,
		"os.CopyFS":             `package x; import "os"; var s = os.CopyFS`,
		"syscall.Sendto":        `package x; import "syscall"; var s = syscall.Sendto`,
		"syscall.Exec":          `package x; import "syscall"; var s = syscall.Exec`,
		"sql.Open":              `package x; import "database/sql"; var d, _ = sql.Open("postgres", "elsewhere")`,
		"pgxpool.New":           `package x; import "github.com/jackc/pgx/v5/pgxpool"; var d = pgxpool.New`,
		"pgx.Connect":           `package x; import "github.com/jackc/pgx/v5"; var d = pgx.Connect`,
		"pgconn.Connect":        `package x; import "github.com/jackc/pgx/v5/pgconn"; var d = pgconn.Connect`,
	} {
		if got := append(callsOut(parse(t, text)), unjudged(parse(t, text))...); !slices.Contains(got, call) {
			t.Errorf("%s was not seen in %s: %v", call, text, got)
		}
	}
	for _, text := range []string{
		`package x; import "net/http"; func f(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }`,
		`package x; import "os"; var f = os.O_RDWR; var b, _ = os.ReadFile("x")`,
	} {
		if got := append(callsOut(parse(t, text)), unjudged(parse(t, text))...); len(got) > 0 {
			t.Errorf("nothing leaves in %s: %v", text, got)
		}
	}
}

// commands are the sources of the programs, beside the rooms.
func commands(t *testing.T) (out []source) {
	t.Helper()
	err := filepath.WalkDir("../cmd", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s := parse(t, string(text))
		s.path = strings.TrimPrefix(filepath.ToSlash(path), "../")
		out = append(out, s)
		return nil
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d sources of programs, %v", len(out), err)
	}
	return out
}

// TestNobodyDotImports: a dot import would hide whose name is called.
func TestNobodyDotImports(t *testing.T) {
	for _, f := range sources(t) {
		for _, i := range f.file.Imports {
			if i.Name != nil && i.Name.Name == "." && harmless[strings.Trim(i.Path.Value, `"`)] != nil {
				t.Errorf("%s imports %s by a dot", f.path, i.Path.Value)
			}
		}
	}
}

// TestEveryCarrierTakesThePass: whoever has a Send or Text that is given a pass takes it in its first statement, before anything else.
func TestEveryCarrierTakesThePass(t *testing.T) {
	carriers := 0
	for _, f := range sources(t) {
		for _, decl := range f.file.Decls {
			fn, is := decl.(*ast.FuncDecl)
			if !is || fn.Body == nil || fn.Recv == nil || fn.Name.Name != "Send" && fn.Name.Name != "Text" {
				continue
			}
			pass, carries := passOf(fn, strings.HasPrefix(f.path, "platform/mail/") || strings.HasPrefix(f.path, "platform/sms/"))
			if !carries {
				continue
			}
			carriers++
			if pass == "" || !takesFirst(fn.Body, pass) {
				t.Errorf("%s: %s carries letters or messages and does not take the gate's pass first", f.path, fn.Name.Name)
			}
		}
	}
	if carriers < 3 {
		t.Errorf("only %d carriers seen", carriers)
	}
}

// passOf is the name of the parameter that is a pass; a carrier in the platform must have one.
func passOf(fn *ast.FuncDecl, must bool) (name string, carries bool) {
	for _, p := range fn.Type.Params.List {
		sel, is := p.Type.(*ast.SelectorExpr)
		if id, ok := selBase(sel, is); ok && id == "outgoing" && sel.Sel.Name == "Pass" && len(p.Names) == 1 {
			return p.Names[0].Name, true
		}
	}
	return "", must
}

func selBase(sel *ast.SelectorExpr, is bool) (string, bool) {
	if !is {
		return "", false
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

func takesFirst(body *ast.BlockStmt, pass string) bool {
	if len(body.List) == 0 {
		return false
	}
	found := false
	ast.Inspect(body.List[0], func(n ast.Node) bool {
		call, is := n.(*ast.CallExpr)
		if !is {
			return true
		}
		sel, is := call.Fun.(*ast.SelectorExpr)
		if id, ok := selBase(sel, is); ok && id == pass && sel.Sel.Name == "Take" {
			found = true
		}
		return true
	})
	return found
}

// TestPaymentsCarryNobody: what a payment provider is told names an order and money, no person. A further field needs the gate.
func TestPaymentsCarryNobody(t *testing.T) {
	allowed := map[string][]string{
		"Request":       {"PaymentID", "OrderCode", "Amount", "Description", "Lang", "ReturnURL", "CallbackURL", "ExpiresAt"},
		"RefundRequest": {"RefundID", "PaymentID", "Ref", "Amount"},
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[payments.Request](), reflect.TypeFor[payments.RefundRequest]()} {
		for i := range typ.NumField() {
			if name := typ.Field(i).Name; !slices.Contains(allowed[typ.Name()], name) {
				t.Errorf("payments.%s.%s goes to the provider: if it can tell who pays, ask the gate first", typ.Name(), name)
			}
		}
	}
}

func parse(t *testing.T, text string) source {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return describe("x.go", text, file)
}
