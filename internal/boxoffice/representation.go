package boxoffice

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/privacy"
)

// What can be wrong with representing somebody.
var (
	ErrRepresents = fault.New(fault.Invalid, "boxoffice.represents") // the box that says so is not ticked
	ErrProofDone  = fault.New(fault.Conflict, "boxoffice.proof_done")
	ErrNameGone   = fault.New(fault.Conflict, "boxoffice.name_gone") // taken back, confirmed or destroyed already
)

// RepresentationState is how far the proof has come.
type RepresentationState string

// The states; docs/states/representation.md draws them.
const (
	ProofWaits     RepresentationState = "waits" // for a document
	ProofSent      RepresentationState = "sent"  // it waits for its review
	ProofConfirmed RepresentationState = "confirmed"
	ProofRefused   RepresentationState = "refused"
	ProofWithdrawn RepresentationState = "withdrawn" // the representative took the name back
	ProofOver      RepresentationState = "over"      // the performance came first
)

// Representation is a ticket that its holder took for somebody whom they represent. What is held on that person opens for the check of
// the proof alone until it is confirmed, and is destroyed when it is refused, taken back or never comes.
type Representation struct {
	ID            string
	PerformanceID string
	TicketID      string
	PersonID      string // whom the ticket is for
	HolderID      string // who represents them
	State         RepresentationState
	DocumentID    string
	MadeAt        time.Time
	DecidedAt     time.Time
}

// Open tells whether a proof may be sent.
func (r Representation) Open() bool { return r.State == ProofWaits }

// Undecided tells whether the name may still be taken back.
func (r Representation) Undecided() bool { return r.State == ProofWaits || r.State == ProofSent }

type endRepresentations struct{}

// Kind names the job.
func (endRepresentations) Kind() string { return "boxoffice_representations" }

func (o *Office) registerRepresentationJobs() {
	jobs.Handle(o.jobs, func(ctx context.Context, _ endRepresentations) error { return o.SweepRepresentations(ctx) })
	o.jobs.Every(time.Hour, endRepresentations{})
}

// represented makes the person whom a taken ticket is for, before the transaction; "" when it is for the holder.
func (o *Office) represented(ctx context.Context, h *Holder) (person string, err error) {
	if h.For == nil {
		return "", nil
	}
	return o.people.NewPerson(ctx)
}

// checkFor names every wrong field of whom the ticket is for.
func checkFor(h *Holder) error {
	if h.For == nil {
		return nil
	}
	c, err := h.For.ValidateNames()
	var wrong, fields fault.Fields
	if errors.As(err, &fields) {
		for _, f := range fields {
			wrong = append(wrong, f.On("for_"+f.Field))
		}
	} else if err != nil {
		return err
	}
	if !h.Represents {
		wrong = append(wrong, ErrRepresents.On("represents"))
	}
	h.For = &c
	return wrong.OrNil()
}

// represent writes that a ticket was taken for somebody: the consent that the holder gave in their name, unconfirmed, and their name.
func (o *Office) represent(ctx context.Context, tx *db.DB, t Ticket, person string, h Holder) error {
	given := make([]privacy.Given, len(h.Consents))
	for i, g := range h.Consents {
		g.Scopes = []string{privacy.ScopeService} // nobody agrees to advertising in another's name
		given[i] = g
	}
	if err := o.privacy.Record(ctx, tx, person, given); err != nil {
		return err
	}
	if err := o.privacy.Unconfirmed(ctx, tx, person); err != nil {
		return err
	}
	if err := o.people.KeepNames(ctx, tx, person, *h.For); err != nil {
		return err
	}
	return insertRepresentation(ctx, tx, Representation{
		ID: db.NewID(), PerformanceID: t.PerformanceID, TicketID: t.ID, PersonID: person, HolderID: t.HolderID, State: ProofWaits, MadeAt: o.clock.Now(),
	})
}

// RepresentationOf tells of a ticket whether it was taken for somebody else.
func (o *Office) RepresentationOf(ctx context.Context, t Ticket) (_ Representation, found bool, err error) {
	r, err := representationOf(ctx, o.db, t.PerformanceID, t.ID)
	if errors.Is(err, db.ErrNoRow) {
		return Representation{}, false, nil
	}
	return r, err == nil, err
}

// RepresentationByProof finds what a document is the proof of.
func (o *Office) RepresentationByProof(ctx context.Context, documentID string) (_ Representation, found bool, err error) {
	r, err := representationByProof(ctx, o.db, documentID)
	if errors.Is(err, db.ErrNoRow) {
		return Representation{}, false, nil
	}
	return r, err == nil, err
}

// ProofArrived ties a document that waits for its review to a representation.
func (o *Office) ProofArrived(ctx context.Context, r Representation, documentID string) (err error) {
	defer fault.Wrap(&err, "proof of representation %s", r.ID)
	ok, err := setProof(ctx, o.db, r.ID, documentID)
	if err == nil && !ok {
		return ErrProofDone
	}
	return err
}

// ProofDecided follows the review of a document, in its transaction. A proof that was accepted releases the person's data; one that was
// refused condemns it; anything else lets another one be sent.
func (o *Office) ProofDecided(ctx context.Context, tx *db.DB, d document.Document) (err error) {
	if d.Kind != document.KindRepresentation {
		return nil
	}
	defer fault.Wrap(&err, "proof %s was decided", d.ID)
	r, err := representationByProof(ctx, tx, d.ID)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	if err != nil {
		return err
	}
	switch d.Result {
	case document.Accepted:
		if ok, err := decideRepresentation(ctx, tx, r.ID, ProofConfirmed, o.clock.Now()); err != nil || !ok { // taken back meanwhile
			return err
		}
		return o.privacy.Confirmed(ctx, tx, r.PersonID)
	case document.Refused:
		if ok, err := decideRepresentation(ctx, tx, r.ID, ProofRefused, o.clock.Now()); err != nil || !ok {
			return err
		}
		return o.jobs.Enqueue(ctx, tx, endRepresentations{})
	}
	return reopenRepresentation(ctx, tx, r.ID)
}

// TakeNameBack ends a representation at its representative's word, until its proof is decided; the ticket stays theirs. Who calls it
// withdraws the document that it returns and then destroys the name; the sweep does what a crash left.
func (o *Office) TakeNameBack(ctx context.Context, t Ticket) (r Representation, err error) {
	defer fault.Wrap(&err, "take the name on a ticket back")
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		if r, err = representationOf(ctx, tx, t.PerformanceID, t.ID); err != nil {
			return orNoTicket(err)
		}
		ok, err := withdrawRepresentation(ctx, tx, r.ID, o.clock.Now())
		if err != nil {
			return err
		}
		if !ok {
			return ErrNameGone
		}
		if r, err = representationOf(ctx, tx, t.PerformanceID, t.ID); err != nil { // the document may have come meanwhile
			return err
		}
		return o.jobs.Enqueue(ctx, tx, endRepresentations{})
	})
	return r, err
}

// DestroyRepresented destroys what is held on the person of a representation that has ended.
func (o *Office) DestroyRepresented(ctx context.Context, r Representation) error {
	_, err := o.privacy.Erase(ctx, privacy.EraseOrder{Person: r.PersonID, Actor: "system", Reason: "representation_" + string(r.State)})
	return err
}

// SweepRepresentations destroys what is held on persons whose representative was refused, took the name back, or never proved it before the
// performance was over. It goes on where it was interrupted.
func (o *Office) SweepRepresentations(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep representations")
	if err := overRepresentations(ctx, o.db, o.clock.Now()); err != nil {
		return err
	}
	list, err := condemnedRepresentations(ctx, o.db)
	for _, r := range list {
		if err := o.DestroyRepresented(ctx, r); err != nil {
			return err
		}
	}
	return err
}

// forgetRepresentations lets go of a person whom a ticket is for, and of who represents somebody; one name for nobody in each place.
func forgetRepresentations(ctx context.Context, tx *db.DB, person string) error {
	if err := leaveRepresented(ctx, tx, person, nobody()); err != nil {
		return err
	}
	return leaveRepresenting(ctx, tx, person, nobody())
}

// Names are what a represented person is told apart by; contacts are the representative's.
func Names(surname, name, patronymic string) *people.Contacts {
	return &people.Contacts{Surname: surname, Name: name, Patronymic: patronymic}
}
