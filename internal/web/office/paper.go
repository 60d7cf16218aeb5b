package office

import (
	"net/http"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// requestScan takes the scan of a request on paper.
const requestScan = "POST /{lang}/office/requests/{number}/scans"

// paperMost is how many megabytes a scan may have, as forms say it.
const paperMost = privacy.RequestScanMost >> 20

// paper reads a form with a scan: its bytes went through the same walls as what strangers send.
func (o *Office) paper(w http.ResponseWriter, r *http.Request) (upload.File, error) {
	sent, err := o.Documents.Spool.Read(w, r, o.Documents.Gate.Limits)
	if err != nil {
		return upload.File{}, err
	}
	if sent.File == nil {
		return upload.File{}, upload.ErrEmpty
	}
	defer sent.File.Drop()
	return o.Documents.Paper(r.Context(), sent.File)
}

// paperWrong tells whether an error of a scan belongs beside its form.
func paperWrong(err error) bool {
	k := fault.KindOf(err)
	return err != nil && (ui.CanReshow(err) || k == fault.TooLarge || k == fault.Unavailable)
}

func (o *Office) attachScan(w http.ResponseWriter, r *http.Request, v visit) {
	f, err := o.paper(w, r)
	p, rerr := o.readRequest(r.Context(), v, r.PathValue("number"))
	if rerr != nil {
		o.UI.Fail(w, r, rerr)
		return
	}
	if err == nil {
		err = o.Desk.AttachScan(r.Context(), p.Request, f.Kind, f.Body, v.Actor())
	}
	switch {
	case paperWrong(err):
		p.Paper = ui.NewForm(v.Page, nil, err)
		o.showRequest(w, r, v, ui.StatusOf(err), p)
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/requests/"+p.Request.Number), http.StatusSeeOther)
	}
}

// openScan hands a scan over, for a reason that the journal gets.
func (o *Office) openScan(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readRequest(r.Context(), v, r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	reason := r.PostFormValue("purpose")
	if reason != "request_answering" && reason != "request_identify" {
		p.Scan, p.ScanAt = ui.FormOf(v.Page, r, errPurpose), r.PathValue("id")
		o.showRequest(w, r, v, http.StatusUnprocessableEntity, p)
		return
	}
	s, body, err := o.Desk.Scan(r.Context(), p.Request, r.PathValue("id"), v.Actor(), reason)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	hand(w, s.Media, p.Request.Number+"-scan"+extension[s.Media], body)
}

// extension ends the name of a file that is handed over.
var extension = map[string]string{upload.PDF: ".pdf", upload.JPEG: ".jpg", upload.PNG: ".png"}
