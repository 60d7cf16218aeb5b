package office

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// asksAgain are the addresses that open personal data, or do what cannot be undone: the second factor must be fresh, or the number of
// looks not used up.
var asksAgain = []string{
	// one person's data, counted
	"POST /{lang}/office/orders/{code}/contacts",
	"POST /{lang}/office/requests/{number}/contacts",
	"GET /{lang}/office/requests/{number}/letter",
	"POST /{lang}/office/requests/{number}/scans/{id}",
	"POST /{lang}/office/staff/{account}/contacts",
	"POST /{lang}/office/enquiries/{number}/read",
	"POST /{lang}/office/documents/{id}/look",
	"POST /{lang}/office/documents/{id}/file",
	"POST /{lang}/office/counter",
	// the data of many, or of whom a state body asks for
	"POST /{lang}/office/disclosures/{number}/request",
	"POST /{lang}/office/disclosures/{number}/approve",
	"POST /{lang}/office/disclosures/{number}/packet",
	"GET /{lang}/office/disclosures/{number}/letter",
	"POST /{lang}/office/disclosures/{number}/propose", // names the recipient's key
	// what cannot be undone
	"POST /{lang}/office/disclosures/{number}/handed", // empties our packet
	"POST /{lang}/office/incidents/{number}/deliver",  // stops a clock of the law
	"POST /{lang}/office/disclosures/{number}/refuse",
	"POST /{lang}/office/orders/{code}/refund",
	"POST /{lang}/office/requests/{number}/approve",
	"POST /{lang}/office/retention/hold/{id}/lift",
	"POST /{lang}/office/incidents/{number}/notice/{audience}/approve",
	"POST /{lang}/office/incidents/{number}/agree",
	"POST /{lang}/office/incidents/{number}/close",
	"POST /{lang}/office/policies/drafts/{draft}/publish",
	"POST /{lang}/office/policies/suspensions/{suspension}/approve",
	"POST /{lang}/office/policies/suspensions/{suspension}/lift", // what everybody reads changes at once
	// who may open what, and how staff get in
	"POST /{lang}/office/grounds/{id}/approve",
	"POST /{lang}/office/register/approve",
	"POST /{lang}/office/staff/new",
	"POST /{lang}/office/staff/{account}/roles",
	"POST /{lang}/office/staff/{account}/invite",
	"POST /{lang}/office/staff/{account}/end",
	"POST /{lang}/office/staff/{account}/role/{change}/give",
	"POST /{lang}/office/staff/{account}/role/{change}/refuse",
	"POST /{lang}/office/traps",
	"POST /{lang}/office/me/recovery",
	"GET /{lang}/office/me/passkeys/new",
	"POST /{lang}/office/me/passkeys/new",
	"POST /{lang}/office/me/passkeys/remove",
	"POST /{lang}/office/confirm",
}

// asksNothing are the other forms, with the reason.
var asksNothing = map[string]string{
	"POST /{lang}/office/orders/find":                                 "shows orders; contacts stay masked",
	"POST /{lang}/office/requests/new":                                "takes data in, opens none",
	"POST /{lang}/office/requests/{number}/take":                      "puts a name on the work",
	"POST /{lang}/office/requests/{number}/answer":                    "a letter to the person themselves; what destroys waits for approve",
	"POST /{lang}/office/requests/{number}/return":                    "goes back a step",
	"POST /{lang}/office/terms":                                       "rows are added, none is changed",
	"POST /{lang}/office/terms/year":                                  "no personal data, and can be written anew",
	"POST /{lang}/office/door/invite":                                 "scanners see no personal data",
	"POST /{lang}/office/door/{id}/revoke":                            "a scanner is invited again",
	"POST /{lang}/office/register/change/{id}":                        "a draft: works when a colleague approves",
	"POST /{lang}/office/register/recipient/{code}":                   "a draft",
	"POST /{lang}/office/register/recipient/{code}/drop":              "a draft",
	"POST /{lang}/office/register/drop":                               "a draft",
	"POST /{lang}/office/retention/hold":                              "keeps data; lift ends it",
	"POST /{lang}/office/policies/drafts":                             "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/clauses/{at}":        "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/clauses/{at}/new":    "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/clauses/{at}/remove": "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/consents/{scope}":    "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/title":               "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/material":            "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/submit":              "waits for a colleague",
	"POST /{lang}/office/policies/drafts/{draft}/drop":                "a draft",
	"POST /{lang}/office/policies/drafts/{draft}/return":              "goes back a step",
	"POST /{lang}/office/policies/suspensions":                        "waits for a colleague",
	"POST /{lang}/office/documents/{id}/decide":                       "follows a look that was counted; who sent it can send it again",
	"POST /{lang}/office/document-kinds/{code}":                       "no personal data, and can be changed back",
	"POST /{lang}/office/incidents/new":                               "an alarm must cost nothing",
	"POST /{lang}/office/incidents/{number}/known":                    "adds to what is known",
	"POST /{lang}/office/incidents/{number}/search":                   "counts persons, shows none",
	"POST /{lang}/office/incidents/{number}/list":                     "takes data in, opens none",
	"POST /{lang}/office/incidents/{number}/notice/{audience}":        "a draft: goes out when a colleague approves",
	"POST /{lang}/office/incidents/{number}/dismiss":                  "waits for a colleague",
	"POST /{lang}/office/enquiries/{number}/answer":                   "a letter to one person, after a look that was counted",
	"POST /{lang}/office/enquiries/{number}/close":                    "nothing is destroyed before its term",
	"POST /{lang}/office/disclosures/new":                             "takes data in, opens none",
	"POST /{lang}/office/disclosures/{number}/file":                   "takes data in, opens none",
	"POST /{lang}/office/disclosures/{number}/choose":                 "names persons by id, opens none",
	"POST /{lang}/office/disclosures/{number}/return":                 "goes back a step",
	"POST /{lang}/office/me/passkeys/question":                        "a question to the device; its answer asks",
	"POST /{lang}/office/traps/{alarm}/answer":                        "writes down what was found",
	"POST /{lang}/office/performances/{id}/waiting":                   "no personal data",
	"POST /{lang}/office/requests/{number}/scans":                     "takes data in, opens none",
	"POST /{lang}/office/grounds/{code}":                              "waits for a colleague",
	"POST /{lang}/office/grounds/{id}/drop":                           "a draft",
	"POST /{lang}/office/performances/{id}/waiting/event":             "no personal data",
	"POST /{lang}/office/performances/{id}/limits":                    "no personal data",
	"POST /{lang}/office/performances/{id}/limits/{code}/lift":        "allows more; names nobody",
	"POST /{lang}/office/performances/{id}/rehearsals":                "simulated buyers",
}

var inBraces = regexp.MustCompile(`\{[a-z]+\}`)

// Every address of the office is asked with a factor that is stale and looks that are used up. A new form stands in one of the two lists.
func TestWhatOpensDataOrCannotBeUndoneAsksForTheFactorAgain(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	all := h.desk(t, "all@example.kz", people.Roles...)
	h.Clock.Advance(people.FreshFor)
	if _, err := h.office.DB.Exec(t.Context(), `UPDATE people_session SET looks = 1000`); err != nil {
		t.Fatal(err)
	}
	must := map[string]bool{}
	for _, pattern := range asksAgain {
		must[pattern] = true
	}
	for _, p := range h.office.all() {
		method, path, _ := strings.Cut(p.pattern, " ")
		path = inBraces.ReplaceAllString(strings.Replace(path, "{lang}", "en", 1), "x")
		res, body := all.do(t, method, path, url.Values{"sure": {"yes"}})
		asked := res.StatusCode == http.StatusUnauthorized && strings.Contains(body, stepField)
		_, free := asksNothing[p.pattern]
		switch {
		case must[p.pattern] != asked:
			t.Errorf("%s: asks for the factor: %t, must: %t", p.pattern, asked, must[p.pattern])
		case method == http.MethodPost && must[p.pattern] == free:
			t.Errorf("%s stands in neither list, or in both", p.pattern)
		}
		delete(must, p.pattern)
	}
	for pattern := range must {
		t.Errorf("%s is no address of the office", pattern)
	}
}
