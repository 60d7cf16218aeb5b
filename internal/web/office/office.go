// Package office is the door for organisers and staff: what is sold, orders, refunds, scanners.
//
// It owns the addresses under /{lang}/office, who of the staff may open which of
// them, and how work is laid out there. It promises that nobody gets in without a
// staff role and a second factor, and that contact details stay masked until
// somebody says what for. It decides nothing else: rules are the rooms'.
package office

import (
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/pulse"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/rehearsal"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/ui"
)

// Office serves the staff's pages.
type Office struct {
	UI          *ui.UI
	DB          *db.DB // for the transaction in which contacts are opened and the journal written
	Clock       clock.Clock
	Catalog     *catalog.Catalog
	BoxOffice   *boxoffice.Office
	Admission   *admission.Admission
	People      *people.People
	Privacy     *privacy.Privacy
	Desk        *privacy.Desk
	Documents   *document.Documents
	Incidents   *privacy.Incidents
	Disclosures *privacy.Disclosures
	Waiting     *waitroom.Rooms

	Rehearsals *rehearsal.Runs
	Enquiries  *privacy.Enquiries
	Pulse      *pulse.Pulse
	Traps      *privacy.Traps
}

// Zone is whose day "today" is: nearly all halls keep Almaty's time.
const Zone = "Asia/Almaty"

// all is every page of the office with its roles.
func (o *Office) all() []page {
	return slices.Concat(o.pages(), o.policyPages(), o.documentPages(), o.staffPages(), o.incidentPages(), o.waitingPages(), o.limitPages(), o.rehearsalPages(),
		o.enquiryPages(), o.operationPages(), o.disclosurePages(), o.groundPages())
}

// Mount puts the pages on their addresses.
func (o *Office) Mount(mux *http.ServeMux) {
	for _, p := range o.all() {
		mux.HandleFunc(p.pattern, o.guard(p))
	}
	for _, scan := range []string{disclosureFile, requestScan} {
		o.UI.Accept(scan, privacy.RequestScanMost+64<<10) // and the form around it
	}
	mux.HandleFunc("GET /{lang}/office/join/{token}", o.joinForm)
	mux.HandleFunc("POST /{lang}/office/join/{token}", o.join)
	mux.HandleFunc("GET /{lang}/office/sign-in", o.signInForm)
	mux.HandleFunc("POST /{lang}/office/sign-in", o.signIn)
	mux.HandleFunc("POST /{lang}/office/sign-out", o.signOut)
	mux.HandleFunc("POST /{lang}/office/passkey", o.askPasskey)
}
