package account

import (
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/privacy"
)

// letter hands the answer to one of the person's own requests over as a PDF.
func (a *Account) letter(w http.ResponseWriter, r *http.Request, o owner) {
	req, err := a.Privacy.RequestByNumber(r.Context(), r.PathValue("number"))
	if err == nil && !slices.Contains(o.Persons, req.Person) {
		err = privacy.ErrRequestUnknown // a stranger's number is no number
	}
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	body, err := a.Desk.Letter(r.Context(), req, "person")
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="`+req.LetterName()+`"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) //nolint:errcheck // the client is gone then
}
