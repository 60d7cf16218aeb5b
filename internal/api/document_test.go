package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

func TestDocumentDescribesEveryOperation(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	doc := h.want(http.StatusOK, h.call("GET", "openapi.json", nil))
	if v := doc.body["openapi"].(string); !strings.HasPrefix(v, "3.1") {
		t.Errorf("version %s", v)
	}
	if yaml := h.want(http.StatusOK, h.call("GET", "openapi.yaml", nil)); !strings.Contains(string(yaml.raw), "openapi: 3.1") {
		t.Error("openapi.yaml is no 3.1 document")
	}
	var got []string
	for path, ops := range doc.body["paths"].(object) {
		for method, op := range ops.(object) {
			got = append(got, strings.ToUpper(method)+" "+path)
			for status, r := range op.(object)["responses"].(object) {
				h.checkResponse(method+" "+path+" "+status, status, r.(object))
			}
		}
	}
	slices.Sort(got)
	want := []string{
		"DELETE /api/v1/holds/{id}", "GET /api/v1/events", "GET /api/v1/gates", "GET /api/v1/holds/{id}", "GET /api/v1/orders/{code}", "GET /api/v1/orders/{code}/tickets.pdf",
		"GET /api/v1/orders/{code}/tickets/{file}", "GET /api/v1/performances/{id}", "GET /api/v1/performances/{id}/availability",
		"GET /api/v1/performances/{id}/plan", "GET /api/v1/policies/privacy", "POST /api/v1/holds", "POST /api/v1/holds/best", "POST /api/v1/holds/{id}/extension", "POST /api/v1/orders", "POST /api/v1/orders/{code}/payments", "POST /api/v1/scans",
	}
	if !slices.Equal(got, want) {
		t.Errorf("operations:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Contains(string(doc.raw), "ErrorModel") {
		t.Error("the document still speaks of the library's own errors")
	}
}

func (h *house) checkResponse(name, status string, r object) {
	h.t.Helper()
	content, _ := r["content"].(object)
	if status == "204" || content["application/pdf"] != nil {
		return
	}
	media := "application/json"
	if status == "default" {
		media = "application/problem+json"
	}
	m, ok := content[media].(object)
	if !ok || m["example"] == nil || m["schema"] == nil {
		h.t.Errorf("%s has no %s with a schema and an example: %v", name, media, r)
	}
}
