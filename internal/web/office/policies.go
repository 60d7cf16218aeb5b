package office

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// Who writes texts and who reads them over: two people, and never the same one twice (privacy keeps that rule).
var (
	writesTexts  = []people.Role{people.RoleOfficer}
	reviewsTexts = []people.Role{people.RoleOfficer, people.RoleAdmin}
)

// policyPages are the addresses for the policy and the offer.
func (o *Office) policyPages() []page {
	const draft = "/{lang}/office/policies/drafts/{draft}"
	return []page{
		{"GET /{lang}/office/policies", reviewsTexts, o.policies},
		{"POST /{lang}/office/policies/drafts", writesTexts, o.newTextDraft},
		{"GET " + draft, reviewsTexts, o.textDraft},
		{"GET " + draft + "/clauses/{at}", writesTexts, o.clauseForm},
		{"POST " + draft + "/clauses/{at}", writesTexts, o.saveClause},
		{"GET " + draft + "/clauses/{at}/new", writesTexts, o.newClauseForm},
		{"POST " + draft + "/clauses/{at}/new", writesTexts, o.addClause},
		{"POST " + draft + "/clauses/{at}/remove", writesTexts, o.removeClause},
		{"GET " + draft + "/consents/{scope}", writesTexts, o.scopeForm},
		{"POST " + draft + "/consents/{scope}", writesTexts, o.saveScope},
		{"POST " + draft + "/title", writesTexts, o.saveTitle},
		{"POST " + draft + "/material", writesTexts, o.setMaterial},
		{"POST " + draft + "/submit", writesTexts, o.submitText},
		{"POST " + draft + "/drop", writesTexts, o.dropText},
		{"POST " + draft + "/return", reviewsTexts, o.returnText},
		{"POST " + draft + "/publish", reviewsTexts, o.fresh(o.publishText)},
		{"POST /{lang}/office/policies/suspensions", writesTexts, o.suspendClause},
		{"POST /{lang}/office/policies/suspensions/{suspension}/approve", reviewsTexts, o.fresh(o.approveSuspension)},
		{"POST /{lang}/office/policies/suspensions/{suspension}/lift", reviewsTexts, o.fresh(o.liftSuspension)},
	}
}

// policiesPage is what is in force, what is on its way, what is suspended, and how far people have been told.
type policiesPage struct {
	Form        ui.Form
	Documents   []documentRow
	Drafts      []privacy.Draft
	Suspensions []privacy.Suspension
	Told        []toldRow
	Telling     bool // letters are still going out: the page asks again by itself
}

// documentRow is a document with its version in force and, if one is announced, the next.
type documentRow struct {
	Kind   privacy.Kind
	Now    privacy.Version
	Coming *privacy.Version
}

// toldRow is a publication and the letters about it.
type toldRow struct {
	privacy.Publication
	privacy.Progress
}

const mostTold = 5 // publications of a document whose letters are shown

func (o *Office) policies(w http.ResponseWriter, r *http.Request, v visit) {
	o.showPolicies(w, r, v, nil)
}

func (o *Office) showPolicies(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	v.Nav, v.Path = "policies", "/office/policies"
	p := policiesPage{Form: ui.FormOf(v.Page, r, problem)}
	if err := o.gatherPolicies(r, &p); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	} else if p.Telling {
		w.Header().Set("Refresh", "5") // works without scripts
	}
	o.show(w, r, v, status, v.T("office.policies.title"), policiesView(v, p))
}

func (o *Office) gatherPolicies(r *http.Request, p *policiesPage) error {
	ctx := r.Context()
	for _, k := range []privacy.Kind{privacy.Policy, privacy.Offer} {
		row := documentRow{Kind: k}
		var err error
		if row.Now, err = o.Privacy.InForce(ctx, k); err != nil {
			return err
		}
		all, err := o.Privacy.Versions(ctx, k)
		if err != nil {
			return err
		}
		if len(all) > 0 && all[0].Number > row.Now.Number {
			row.Coming = &all[0]
		}
		p.Documents = append(p.Documents, row)
		list, err := o.Privacy.Suspensions(ctx, k)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.EndedAt.IsZero() {
				p.Suspensions = append(p.Suspensions, s)
			}
		}
		pubs, err := o.Privacy.Publications(ctx, k)
		if err != nil {
			return err
		}
		for _, pub := range pubs[:min(len(pubs), mostTold)] {
			told, err := o.Privacy.Notices(ctx, pub.VersionID)
			if err != nil {
				return err
			}
			p.Told = append(p.Told, toldRow{pub, told})
			p.Telling = p.Telling || told.Due > 0 || told.WalkedAt.IsZero() && o.Clock.Now().Sub(pub.PublishedAt) < 10*time.Minute
		}
	}
	var err error
	p.Drafts, err = o.Privacy.TextDrafts(ctx)
	return err
}

func (o *Office) newTextDraft(w http.ResponseWriter, r *http.Request, v visit) {
	k, from := privacy.Kind(r.PostFormValue("kind")), privacy.Origin(r.PostFormValue("from"))
	if k != privacy.Policy && k != privacy.Offer || from != privacy.OriginVersion && from != privacy.OriginBuiltin {
		o.UI.Fail(w, r, fault.New(fault.Invalid, ""))
		return
	}
	d, err := o.Privacy.NewDraft(r.Context(), k, from, v.Actor())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, draftURL(v, d.ID), http.StatusSeeOther)
}

// suspendClause asks that a clause of the version in force be suspended; a second person approves it.
func (o *Office) suspendClause(w http.ResponseWriter, r *http.Request, v visit) {
	k := privacy.Kind(r.PostFormValue("kind"))
	now, err := o.Privacy.InForce(r.Context(), k)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	until, err := moment(r.PostFormValue("until"))
	if err == nil {
		_, err = o.Privacy.Suspend(r.Context(), privacy.Suspension{
			VersionID: now.ID, Clause: strings.TrimSpace(r.PostFormValue("clause")), Until: until, AskedBy: v.Actor(),
			Reason: i18n.Text{KK: r.PostFormValue("reason.kk"), RU: r.PostFormValue("reason.ru"), EN: r.PostFormValue("reason.en")},
		})
	} else {
		err = privacy.ErrSuspensionTerm.On("until")
	}
	o.afterPolicies(w, r, v, err)
}

func (o *Office) approveSuspension(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterPolicies(w, r, v, o.Privacy.ApproveSuspension(r.Context(), r.PathValue("suspension"), v.Actor()))
}

func (o *Office) liftSuspension(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterPolicies(w, r, v, o.Privacy.LiftSuspension(r.Context(), r.PathValue("suspension"), v.Actor()))
}

func (o *Office) afterPolicies(w http.ResponseWriter, r *http.Request, v visit, err error) {
	switch {
	case err == nil:
		http.Redirect(w, r, v.URL("/office/policies"), http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showPolicies(w, r, v, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

// moment reads a day and hour of the operator's zone; "" is the zero time.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation("2006-01-02T15:04", s, i18n.Zone(Zone))
}

func draftURL(v visit, id string) string { return v.URL("/office/policies/drafts/" + id) }

func documentName(v visit, k privacy.Kind) string {
	if k == privacy.Offer {
		return v.T("office.policies.offer")
	}
	return v.T("office.policies.policy")
}

func originName(v visit, from privacy.Origin) string {
	switch from {
	case privacy.OriginBuiltin:
		return v.T("office.policies.from_builtin")
	case privacy.OriginProfile:
		return v.T("office.policies.from_profile")
	}
	return v.T("office.policies.from_version")
}

func draftState(v visit, s privacy.DraftState) string {
	switch s {
	case privacy.DraftReview:
		return v.T("office.policies.in_review")
	case privacy.DraftPublished:
		return v.T("office.policies.published")
	case privacy.DraftDropped:
		return v.T("office.policies.dropped")
	}
	return v.T("office.policies.open")
}

// colleague names staff without their name, which is the vault's: "you", or the end of the account's id.
func colleague(v visit, actor string) string {
	if actor == v.Actor() {
		return v.T("office.policies.you")
	}
	id, ok := strings.CutPrefix(actor, "staff:")
	if !ok {
		return v.T("office.policies.program")
	}
	return v.T("office.policies.colleague", "id", id[max(0, len(id)-4):])
}

func actName(v visit, act string) string {
	switch act {
	case privacy.ActMade:
		return v.T("office.policies.act_made")
	case privacy.ActSubmitted:
		return v.T("office.policies.act_submitted")
	case privacy.ActReturned:
		return v.T("office.policies.act_returned")
	case privacy.ActPublished:
		return v.T("office.policies.published")
	case privacy.ActDropped:
		return v.T("office.policies.dropped")
	}
	return v.T("office.policies.act_edited")
}

// lastActs are the newest acts first; a row of edits by one person is one line.
func lastActs(acts []privacy.Act) []privacy.Act {
	var out []privacy.Act
	for _, a := range slices.Backward(acts) {
		if n := len(out); n > 0 && out[n-1].What == privacy.ActEdited && a.What == privacy.ActEdited && out[n-1].Actor == a.Actor {
			continue
		}
		out = append(out, a)
	}
	return out
}
