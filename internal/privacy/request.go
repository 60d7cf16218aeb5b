package privacy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// RequestKind is what a person asks for.
type RequestKind string

// The kinds of requests; a claim is what comes before a court (policy, 7.2).
const (
	RequestAccess    RequestKind = "access"
	RequestRectify   RequestKind = "rectify"
	RequestBlock     RequestKind = "block"
	RequestUnblock   RequestKind = "unblock"
	RequestWithdraw  RequestKind = "withdraw"
	RequestErase     RequestKind = "erase"
	RequestObjection RequestKind = "objection" // to a decision made by a machine
	RequestTakedown  RequestKind = "takedown"  // out of public sources
	RequestClaim     RequestKind = "claim"
)

// RequestKinds lists the kinds in the order in which forms show them.
var RequestKinds = []RequestKind{
	RequestAccess, RequestRectify, RequestBlock, RequestUnblock, RequestWithdraw, RequestErase, RequestObjection, RequestTakedown, RequestClaim,
}

// RequestChannels are the ways by which requests come.
var RequestChannels = []string{"site", "mail", "paper", "counter"}

// RequestState is how far a request has come; docs/states/request.md draws it.
type RequestState string

// The states of a request.
const (
	StateReceived RequestState = "received"
	StateWork     RequestState = "work"
	StateApproval RequestState = "approval" // decided by one, waits for a second staff member
	StateErasing  RequestState = "erasing"  // approved; a crash here is finished by FinishRequests
	StateAnswered RequestState = "answered"
)

// RequestStates lists the states in their order.
var RequestStates = []RequestState{StateReceived, StateWork, StateApproval, StateErasing, StateAnswered}

// Result is what the answer says.
type Result string

// The answers.
const (
	Granted Result = "granted"
	Partly  Result = "partly"
	Refused Result = "refused"
)

// Results lists the answers.
var Results = []Result{Granted, Partly, Refused}

// Request is a request or claim of a person, without what was written: that is sealed (RequestText).
type Request struct {
	ID         string
	Number     string // "2026-00012"
	Person     string
	Kind       RequestKind
	Channel    string
	Lang       i18n.Lang
	State      RequestState
	ReceivedAt time.Time
	EnteredBy  string    // "person", "staff:<account id>"
	ProvedAt   time.Time // since when it is known to be the person's; zero while who wrote has not typed the code from the letter
	Due        time.Time
	Timers     []Timer // every clock, the earliest first; of one request only, not of lists
	TakenBy    string
	Result     Result
	Ground     string // code of the reason in Grounds
	DecidedBy  string
	ApprovedBy string
	AnsweredAt time.Time
	InTime     bool // of an answered one
	Letter     string
	MailedAt   time.Time
	MailUnsure bool // the program ended while the letter was leaving: nobody knows whether it did
	caseID     string
}

// Open tells whether an answer is still owed.
func (r Request) Open() bool { return r.State != StateAnswered }

// Written tells whether words came with it or went with the answer.
func (r Request) Written() bool { return r.caseID != "" }

// Late tells whether the earliest clock has run out before the answer.
func (r Request) Late(now time.Time) bool {
	if !r.Open() {
		return !r.InTime
	}
	return !now.Before(r.Due)
}

// Key is the request's place in the desk's list.
func (r Request) Key() RequestKey { return RequestKey{Due: r.Due, ID: r.ID} }

// What can be wrong with a request and its answer.
var (
	ErrRequestUnknown  = fault.New(fault.NotFound, "privacy.request.unknown")
	ErrRequestKind     = fault.New(fault.Invalid, "privacy.request.kind_needed")
	ErrRequestChannel  = fault.New(fault.Invalid, "privacy.request.channel_needed")
	ErrRequestReceived = fault.New(fault.Invalid, "privacy.request.received_wrong")
	ErrRequestText     = fault.New(fault.Invalid, "privacy.request.text_needed")
	ErrRequestLong     = fault.New(fault.Invalid, "privacy.request.text_long")
	ErrRequestOver     = fault.New(fault.Conflict, "privacy.request.answered_already")
	ErrRequestWaits    = fault.New(fault.Conflict, "privacy.request.waits_for_second")
	ErrResultNeeded    = fault.New(fault.Invalid, "privacy.request.result_needed")
	ErrGroundNeeded    = fault.New(fault.Invalid, "privacy.request.ground_needed")
	ErrSecondNeeded    = fault.New(fault.Forbidden, "privacy.request.second_needed")
	ErrSamePerson      = fault.New(fault.Forbidden, "privacy.request.same_person")
)

// NewRequest is a request as it comes in. There is no way to say that its terms are longer: the law has none.
type NewRequest struct {
	Person     string
	Kind       RequestKind
	Channel    string
	Lang       i18n.Lang
	Actor      string    // "person" or "staff:<account id>"
	ReceivedAt time.Time // of what came by mail or on paper; now when zero
	unproved   bool      // written by anybody, under an address that they typed
	caseID     string
}

// OpenRequest takes a request in the caller's transaction and starts its clocks.
func (p *Privacy) OpenRequest(ctx context.Context, tx *db.DB, n NewRequest) (_ Request, err error) {
	defer fault.Wrap(&err, "open a request of %s", n.Person)
	now := p.clock.Now()
	if n.ReceivedAt.IsZero() {
		n.ReceivedAt = now
	}
	if err := n.check(now); err != nil {
		return Request{}, err
	}
	cal, rules, err := p.law(ctx, tx)
	if err != nil {
		return Request{}, err
	}
	ts, err := timers(cal, rules, n.Kind, n.ReceivedAt)
	if err != nil {
		return Request{}, err
	}
	number, err := nextNumber(ctx, tx, "request", n.ReceivedAt.In(zone).Year())
	if err != nil {
		return Request{}, err
	}
	r := Request{
		ID: db.NewID(), Number: number, Person: n.Person, Kind: n.Kind, Channel: n.Channel, Lang: n.Lang, State: StateReceived,
		ReceivedAt: n.ReceivedAt, EnteredBy: n.Actor, Due: ts[0].Due, Timers: ts, caseID: n.caseID,
	}
	if !n.unproved {
		r.ProvedAt = now
	}
	if err := insertRequest(ctx, tx, r); err != nil {
		return Request{}, err
	}
	return r, insertTimers(ctx, tx, r.ID, ts)
}

// oldest is how long ago a request may have come that somebody enters today.
const oldest = 366 * 24 * time.Hour

func (n NewRequest) check(now time.Time) error {
	var wrong fault.Fields
	if !slices.Contains(RequestKinds, n.Kind) {
		wrong = append(wrong, ErrRequestKind.On("kind"))
	}
	if !slices.Contains(RequestChannels, n.Channel) {
		wrong = append(wrong, ErrRequestChannel.On("channel"))
	}
	if n.ReceivedAt.After(now) || n.ReceivedAt.Before(now.Add(-oldest)) {
		wrong = append(wrong, ErrRequestReceived.On("received"))
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	if n.Person == "" || n.Actor == "" {
		return errors.New("a request has a person and somebody who enters it")
	}
	if _, ok := i18n.Parse(string(n.Lang)); !ok {
		return fmt.Errorf("unknown language %q", n.Lang)
	}
	return nil
}

// Answer is what the operator, or a button that the person may press alone, says to a request.
type Answer struct {
	Result   Result
	Ground   string // needed unless everything is granted
	Actor    string
	Approver string // of an erasure that staff decided
	Fates    []Outcome
}

func (a Answer) check() error {
	var wrong fault.Fields
	if !slices.Contains(Results, a.Result) {
		wrong = append(wrong, ErrResultNeeded.On("result"))
	}
	if _, known := GroundOf(a.Ground); a.Ground != "" && !known || a.Ground == "" && (a.Result == Refused || a.Result == Partly) {
		wrong = append(wrong, ErrGroundNeeded.On("ground"))
	}
	return wrong.OrNil()
}

// FulfilRequest answers a request in the caller's transaction. What staff cannot undo needs an approver who is somebody else.
func (p *Privacy) FulfilRequest(ctx context.Context, tx *db.DB, id string, a Answer) (err error) {
	defer fault.Wrap(&err, "answer request %s", id)
	if err := a.check(); err != nil {
		return err
	}
	r, err := findRequest(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case !r.Open():
		return ErrRequestOver
	case r.Kind == RequestErase && a.Result != Refused && strings.HasPrefix(a.Actor, "staff:") && a.Approver == "":
		return ErrSecondNeeded
	case a.Approver != "" && a.Approver == a.Actor:
		return ErrSamePerson
	}
	now := p.clock.Now()
	letter, err := nextNumber(ctx, tx, "letter", now.In(zone).Year())
	if err != nil {
		return err
	}
	was := r.State
	r.Result, r.Ground, r.DecidedBy, r.ApprovedBy = a.Result, a.Ground, a.Actor, a.Approver
	r.AnsweredAt, r.InTime, r.Letter = now, now.Before(r.Due), letter
	done, err := closeRequest(ctx, tx, r, was)
	if err != nil {
		return err
	}
	if !done {
		return ErrRequestOver
	}
	return insertFates(ctx, tx, r.ID, a.Fates)
}

// RequestsOf lists a person's requests, newest first, with their clocks.
func (p *Privacy) RequestsOf(ctx context.Context, person string) (out []Request, err error) {
	defer fault.Wrap(&err, "requests of %s", person)
	if out, err = requestsOfPerson(ctx, p.db, person); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Timers, err = readTimers(ctx, p.db, out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var requestNumber = regexp.MustCompile(`^[0-9]{4}-[0-9]{5,9}$`)

// RequestByNumber returns a request with its clocks.
func (p *Privacy) RequestByNumber(ctx context.Context, number string) (_ Request, err error) {
	defer fault.Wrap(&err, "request by number")
	if !requestNumber.MatchString(number) {
		return Request{}, ErrRequestUnknown
	}
	r, err := findRequestByNumber(ctx, p.db, number)
	if err != nil {
		return Request{}, err
	}
	r.Timers, err = readTimers(ctx, p.db, r.ID)
	return r, err
}

// RequestKey is a place in the desk's list.
type RequestKey struct {
	Due time.Time
	ID  string
}

// RequestFilter chooses requests of the desk's list.
type RequestFilter struct {
	State RequestState
	Open  bool // whatever is owed an answer, when State is ""
	Kind  RequestKind
	After RequestKey
}

// Requests lists the desk, the earliest clock first.
func (p *Privacy) Requests(ctx context.Context, f RequestFilter, limit int) (_ []Request, err error) {
	defer fault.Wrap(&err, "list requests")
	return listRequests(ctx, p.db, f, limit)
}
