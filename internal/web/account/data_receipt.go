package account

import (
	"errors"
	"net/http"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
)

// receiptView shows a receipt in words, with its text and its proof.
type receiptView struct {
	dataFrame
	Receipt privacy.Receipt
	Facts   []mydata.Fact
	Path    string
	Query   string
}

func (a *Account) findReceipt(r *http.Request, o owner) (privacy.Receipt, error) {
	ended := r.URL.Query().Get("act") == "withdrawal"
	for _, person := range o.Persons {
		got, err := a.Privacy.ReceiptOf(r.Context(), person, r.PathValue("consent"), ended)
		if !errors.Is(err, privacy.ErrNoReceipt) {
			return got, err
		}
	}
	return privacy.Receipt{}, privacy.ErrNoReceipt
}

func (a *Account) receipt(w http.ResponseWriter, r *http.Request, o owner) {
	got, err := a.findReceipt(r, o)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v := receiptView{dataFrame: a.dataFrame(r, o, ""), Receipt: got, Path: "/receipts/" + r.PathValue("consent")}
	if got.Act == "withdrawal" {
		v.Query = "?act=withdrawal"
	}
	v.Title = a.MyData.ReceiptTitle(got, v.Lang)
	v.Facts = a.MyData.ReceiptFacts(r.Context(), got, v.Lang)
	a.UI.Render(w, r, http.StatusOK, v.Page, receiptPage(v))
}

func (a *Account) receiptFile(w http.ResponseWriter, r *http.Request, o owner) {
	got, err := a.findReceipt(r, o)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	body, err := got.JSON()
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	serveFile(w, "application/json", "receipt-"+got.Scope+".json", body)
}

func (a *Account) receiptPaper(w http.ResponseWriter, r *http.Request, o owner) {
	got, err := a.findReceipt(r, o)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	body, err := a.MyData.ReceiptPDF(r.Context(), got, a.page(r, "").Lang)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	serveFile(w, "application/pdf", "receipt-"+got.Scope+".pdf", body)
}

// lookProof hands out the proof that one line of the journal is what it was.
func (a *Account) lookProof(w http.ResponseWriter, r *http.Request, o owner) {
	proof, err := a.Privacy.LookReceiptOf(r.Context(), o.Persons, r.PathValue("entry"))
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	body, err := proof.JSON()
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	serveFile(w, "application/json", "journal-entry.json", body)
}
