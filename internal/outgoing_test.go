package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
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
	{"vault/rootfile.go", "os.WriteFile", "the journal's public key"},
	{"vault/rootfile.go", "os.CreateTemp", "keys of the operator"},
	{"web/ui/bundle/main.go", "os.WriteFile", "scripts, when the program is built"},
}

// waysOut are calls that reach the outside, by package; a method on anything is written ".Name".
var waysOut = map[string][]string{
	"net":                                 {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialUnix", "DialIP", "Dialer", "Listen", "ListenPacket", "ListenTCP", "ListenUDP", "ListenUnix"},
	"net/http":                            {"Client", "DefaultClient", "Get", "Head", "Post", "PostForm", "NewRequest", "NewRequestWithContext", "Transport", "DefaultTransport"},
	"net/http/httputil":                   {"ReverseProxy", "NewSingleHostReverseProxy"},
	"net/rpc":                             {"Dial", "DialHTTP", "NewClient"},
	"net/smtp":                            {"SendMail", "NewClient", "Dial"},
	"log/syslog":                          {"New", "Dial", "NewLogger"},
	"crypto/tls":                          {"Dial", "DialWithDialer", "Dialer", "Client"},
	"os":                                  {"WriteFile", "Create", "CreateTemp", "OpenFile", "OpenRoot", "Root", "StartProcess"},
	"os/exec":                             {"Command", "CommandContext", "Cmd"},
	"syscall":                             {"Exec", "ForkExec", "Socket", "Connect"},
	"plugin":                              {"Open"},
	"github.com/wneessen/go-mail":         {"NewClient"},
	"github.com/jackc/pgx/v5/stdlib":      {"OpenDBFromPool", "OpenDB"},
	module + "platform/outgoing":          {"Issue"},
	"golang.org/x/net/websocket":          {"Dial", "DialConfig"},
	"google.golang.org/grpc":              {"NewClient", "Dial", "DialContext"},
	"github.com/aws/aws-sdk-go-v2/config": {"LoadDefaultConfig"},
	"github.com/minio/minio-go/v7":        {"New"},
	"go.opentelemetry.io/otel/exporters":  {"New"},
	"github.com/prometheus/client_golang/prometheus/push": {"New"},
}

// methodsOut are methods that write a file for others, or that would let somebody take a way out by a value.
var methodsOut = []string{"Put"}

func TestEveryWayOutIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, f := range sources(t) {
		if strings.HasSuffix(f.path, "_test.go") || isTestPackage(f.path) {
			continue
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
		if isName && slices.Contains(waysOut[names[id.Name]], sel.Sel.Name) {
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
		"smtp.SendMail":    `package x; import "net/smtp"; var s = smtp.SendMail`,
		"os.Create":        `package x; import "os"; func f() { os.Create("list.csv") }`,
		"gomail.NewClient": `package x; import gomail "github.com/wneessen/go-mail"; var c, _ = gomail.NewClient("h")`,
	} {
		if got := callsOut(parse(t, text)); !slices.Contains(got, call) {
			t.Errorf("%s was not seen in %s: %v", call, text, got)
		}
	}
}

// TestNobodyDotImports: a dot import would hide whose name is called.
func TestNobodyDotImports(t *testing.T) {
	for _, f := range sources(t) {
		for _, i := range f.file.Imports {
			if i.Name != nil && i.Name.Name == "." && waysOut[strings.Trim(i.Path.Value, `"`)] != nil {
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
