package office

import (
	"context"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

var answersEnquiries = []people.Role{people.RoleSupport, people.RoleOfficer}

// enquiryPages are the addresses of the questions that come by the contacts page.
func (o *Office) enquiryPages() []page {
	return []page{
		{"GET /{lang}/office/enquiries", answersEnquiries, o.enquiries},
		{"GET /{lang}/office/enquiries/{number}", answersEnquiries, o.enquiry},
		{"POST /{lang}/office/enquiries/{number}/read", answersEnquiries, o.counted(o.readEnquiry)},
		{"POST /{lang}/office/enquiries/{number}/answer", answersEnquiries, o.answerEnquiry},
		{"POST /{lang}/office/enquiries/{number}/close", answersEnquiries, o.closeEnquiry},
	}
}

type enquiriesView struct {
	All       bool
	Enquiries []privacy.Enquiry
	Now       time.Time
}

const enquiriesShown = 100

func (o *Office) enquiries(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "enquiries"
	p := enquiriesView{All: r.URL.Query().Get("show") == "all", Now: o.Clock.Now()}
	var err error
	if p.Enquiries, err = o.Enquiries.List(r.Context(), !p.All, enquiriesShown); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.enquiries"), enquiriesList(v, p))
}

func enquiryTabs(v visit, p enquiriesView) []ui.Tab {
	return []ui.Tab{
		{Label: v.T("office.enquiry.tab_open"), Href: v.With("show", ""), Active: !p.All},
		{Label: v.T("office.enquiry.tab_all"), Href: v.With("show", "all"), Active: p.All},
	}
}

func enquiryState(v visit, e privacy.Enquiry) string {
	switch e.State {
	case "answered":
		return v.T("office.enquiry.answered")
	case "closed":
		return v.T("office.enquiry.closed")
	}
	return v.T("office.enquiry.new")
}

// enquiryPage is one enquiry; what was written stands on it only after somebody opened it.
type enquiryPage struct {
	privacy.Enquiry
	Words privacy.EnquiryWords
	Shown bool
	Form  ui.Form
	Now   time.Time
}

func (o *Office) showEnquiry(w http.ResponseWriter, r *http.Request, v visit, status int, p enquiryPage) {
	v.Nav, v.Path = "enquiries", "/office/enquiries/"+p.Number
	p.Now = o.Clock.Now()
	o.show(w, r, v, status, v.T("office.enquiry.title", "number", p.Number), enquiryView(v, p))
}

func (o *Office) enquiry(w http.ResponseWriter, r *http.Request, v visit) {
	e, err := o.Enquiries.ByNumber(r.Context(), r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showEnquiry(w, r, v, http.StatusOK, enquiryPage{Enquiry: e, Form: ui.NewForm(v.Page, nil, nil)})
}

func (o *Office) readEnquiry(w http.ResponseWriter, r *http.Request, v visit) {
	p := enquiryPage{Form: ui.NewForm(v.Page, nil, nil), Shown: true}
	var err error
	if p.Enquiry, err = o.Enquiries.ByNumber(r.Context(), r.PathValue("number")); err == nil {
		p.Words, err = o.Enquiries.Read(r.Context(), p.Enquiry, v.Actor())
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showEnquiry(w, r, v, http.StatusOK, p)
}

func (o *Office) onEnquiry(w http.ResponseWriter, r *http.Request, v visit, do func(ctx context.Context, e privacy.Enquiry) error) {
	e, err := o.Enquiries.ByNumber(r.Context(), r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if err := do(r.Context(), e); err != nil {
		if !ui.CanReshow(err) {
			o.UI.Fail(w, r, err)
			return
		}
		o.showEnquiry(w, r, v, ui.ReshowStatus(err), enquiryPage{Enquiry: e, Form: ui.FormOf(v.Page, r, err)})
		return
	}
	http.Redirect(w, r, v.URL("/office/enquiries/"+e.Number), http.StatusSeeOther)
}

func (o *Office) answerEnquiry(w http.ResponseWriter, r *http.Request, v visit) {
	o.onEnquiry(w, r, v, func(ctx context.Context, e privacy.Enquiry) error {
		return o.Enquiries.Answer(ctx, e, r.PostFormValue("text"), v.Actor())
	})
}

func (o *Office) closeEnquiry(w http.ResponseWriter, r *http.Request, v visit) {
	o.onEnquiry(w, r, v, func(ctx context.Context, e privacy.Enquiry) error { return o.Enquiries.Close(ctx, e, v.Actor()) })
}
