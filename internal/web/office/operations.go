package office

import (
	"net/http"
	"strconv"

	"github.com/sahna/sahna/internal/platform/pulse"
)

func (o *Office) operationPages() []page {
	return []page{{"GET /{lang}/office/operations", seesRegister, o.operations}}
}

const operationHours = 24

// operations shows errors, slow pages and networks that are refused often; nobody stands behind a figure.
func (o *Office) operations(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "operations"
	if err := o.Pulse.Flush(r.Context()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p, err := o.Pulse.Report(r.Context(), operationHours)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.operations"), operationsView(v, p))
}

const hourHeight = 60

// barOf is a bar's height and top in the chart, and where it stands.
type barOf struct{ X, Y, Height string }

func hourBars(p pulse.Report, of func(pulse.Count) int64) (out []barOf) {
	most := int64(1)
	for _, h := range p.Hours {
		most = max(most, of(h.Count))
	}
	for i, h := range p.Hours {
		height := of(h.Count) * hourHeight / most
		if height == 0 && of(h.Count) > 0 {
			height = 1
		}
		out = append(out, barOf{strconv.Itoa(i * 10), strconv.FormatInt(hourHeight-height, 10), strconv.FormatInt(height, 10)})
	}
	return out
}

func requestsOf(c pulse.Count) int64 { return c.Requests }
func errorsOf(c pulse.Count) int64   { return c.Errors }
func slowOf(c pulse.Count) int64     { return c.Slow }

func total(p pulse.Report, of func(pulse.Count) int64) string {
	var n int64
	for _, h := range p.Hours {
		n += of(h.Count)
	}
	return strconv.FormatInt(n, 10)
}

func num(n int64) string { return strconv.FormatInt(n, 10) }
