package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
)

// ErrNotRefundable is an order that is not paid, or whose money went back already.
var ErrNotRefundable = fault.New(fault.Conflict, "boxoffice.not_refundable")

// Why money goes back.
const (
	ReasonOrder       = "order"        // staff gave a paid order's money back
	ReasonLate        = "late"         // paid after the seats had gone to others
	ReasonTwice       = "twice"        // the order was paid already
	ReasonWrongAmount = "wrong_amount" // the provider moved another sum than it was asked for
	ReasonLimit       = "limit"        // more tickets than one card, or one person, may have: see RefusalOfOrder
)

// Refund is money that is owed to the buyer, until Done.
type Refund struct {
	ID        string
	OrderID   string
	PaymentID string
	Amount    money.Amount
	Reason    string
	Actor     string // "system" or "staff:<account id>"
	Note      string // why, in the actor's words; without personal data
	Done      bool
	At        time.Time
	DoneAt    time.Time
}

// RefundMoney is the job that sends a refund's money back.
type RefundMoney struct {
	OrderID  string `json:"order_id"`
	RefundID string `json:"refund_id"`
}

// Kind names the job.
func (RefundMoney) Kind() string { return "boxoffice_refund" }

// RefundMail is the job that tells the buyer about a refund, in the order's language; ticketmail works it.
type RefundMail struct {
	OrderID  string `json:"order_id"`
	RefundID string `json:"refund_id"`
}

// Kind names the job.
func (RefundMail) Kind() string { return "boxoffice_refund_mail" }

// oweRefund writes a refund down and enqueues what makes it true. Its money must have been booked as payable.
func (o *Office) oweRefund(ctx context.Context, tx *db.DB, r Refund) error {
	if r.ID == "" {
		r.ID = db.NewID()
	}
	if err := insertRefund(ctx, tx, r); err != nil {
		return err
	}
	if err := o.jobs.Enqueue(ctx, tx, RefundMoney{OrderID: r.OrderID, RefundID: r.ID}); err != nil {
		return err
	}
	return o.jobs.Enqueue(ctx, tx, RefundMail{OrderID: r.OrderID, RefundID: r.ID})
}

// Refund gives a paid order's money back whole, voids its tickets and frees its seats.
func (o *Office) Refund(ctx context.Context, code, actor, reason string) (err error) {
	defer fault.Wrap(&err, "refund order %s", cleanCode(code))
	row, err := o.byCode(ctx, code)
	if err != nil {
		return err
	}
	if err := o.db.Transact(ctx, func(tx *db.DB) error { return o.refundOrder(ctx, tx, row.ID, actor, reason) }); err != nil {
		return err
	}
	o.stock.changed(ctx, row.ID)
	return nil
}

func (o *Office) refundOrder(ctx context.Context, tx *db.DB, id, actor, note string) error {
	now := o.clock.Now()
	row, err := lockOrder(ctx, tx, id)
	if err != nil {
		return err
	}
	if row.Status != OrderPaid {
		return ErrNotRefundable
	}
	if err := setOrderEnded(ctx, tx, id, OrderRefunded, now); err != nil {
		return err
	}
	if err := voidTickets(ctx, tx, id); err != nil {
		return err
	}
	if err := releaseClaims(ctx, tx, []string{id}); err != nil {
		return err
	}
	if row.Total.IsZero() {
		return o.stock.release(ctx, tx, id)
	}
	payment, err := soldBy(ctx, tx, id)
	if err != nil {
		return err
	}
	r := Refund{ID: db.NewID(), OrderID: id, PaymentID: payment, Amount: row.Total, Reason: ReasonOrder, Actor: actor, Note: note, At: now}
	if err := post(ctx, tx, id, now, postReturned(r.ID, r.Amount)); err != nil {
		return err
	}
	if err := o.oweRefund(ctx, tx, r); err != nil {
		return err
	}
	return o.stock.release(ctx, tx, id)
}

// sendRefund has the provider give a refund's money back; run twice it gives it back once.
func (o *Office) sendRefund(ctx context.Context, j RefundMoney) (err error) {
	defer fault.Wrap(&err, "send refund %s", j.RefundID)
	r, err := refundByID(ctx, o.db, j.OrderID, j.RefundID)
	if err != nil || r.Done {
		return err
	}
	p, err := paymentByID(ctx, o.db, r.OrderID, r.PaymentID)
	if err != nil {
		return err
	}
	provider, ok := o.providers[p.Provider]
	if !ok {
		return ErrNoProvider
	}
	e, err := provider.Refund(ctx, payments.RefundRequest{RefundID: r.ID, PaymentID: p.ID, Ref: p.Ref, Amount: r.Amount})
	if err != nil {
		return err
	}
	if e.Amount != r.Amount {
		return fault.New(fault.Internal, "").Because(ErrWrongAmount)
	}
	return o.db.Transact(ctx, func(tx *db.DB) error {
		now := o.clock.Now()
		if _, err := lockOrder(ctx, tx, r.OrderID); err != nil {
			return err
		}
		done, err := setRefundDone(ctx, tx, r, now)
		if err != nil || !done {
			return err
		}
		if err := post(ctx, tx, r.OrderID, now, postRefunded(p.Provider, r.ID, r.Amount)); err != nil {
			return err
		}
		return setPaymentEmptied(ctx, tx, r.OrderID, r.PaymentID)
	})
}
