package account

import (
	"context"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// recordLine is one thing that some room holds, with the day on which it will be destroyed.
type recordLine struct{ What, Purpose, Until string }

// requestLine is a request of the person with what came of it.
type requestLine struct {
	Number, Kind, At, Result string
	Answered                 bool // there is a letter
}

// mostRecords bounds the list on the page; the copy has them all.
const mostRecords = 60

func (a *Account) gatherRecords(ctx context.Context, v *dataView) error {
	for _, person := range v.Owner.Persons {
		records, err := a.Privacy.Export(ctx, person)
		if err != nil {
			return err
		}
		for _, r := range records {
			if len(v.Records) == mostRecords {
				break
			}
			v.Records = append(v.Records, recordLine{recordWords(v.Page, r), purposeName(v.Page, r.Purpose), dayWords(v.Page, r.Until)})
		}
		requests, err := a.Privacy.RequestsOf(ctx, person)
		if err != nil {
			return err
		}
		for _, q := range requests {
			v.Requests = append(v.Requests, requestLine{
				q.Number, requestKind(v.Page, q.Kind),
				v.Moment(q.ReceivedAt, v.UI.Clock.Now(), zone), a.requestResult(v.Page, q), !q.Open(),
			})
		}
	}
	return nil
}

func requestKind(p ui.Page, k privacy.RequestKind) string {
	switch k {
	case privacy.RequestAccess:
		return p.T("account.request_access")
	case privacy.RequestRectify:
		return p.T("account.request_rectify")
	case privacy.RequestBlock:
		return p.T("account.request_block")
	case privacy.RequestUnblock:
		return p.T("account.request_unblock")
	case privacy.RequestWithdraw:
		return p.T("account.request_withdraw")
	case privacy.RequestErase:
		return p.T("account.request_erase")
	case privacy.RequestObjection:
		return p.T("account.request_objection")
	}
	return p.T("account.request_other")
}

func (a *Account) requestResult(p ui.Page, q privacy.Request) string {
	if q.Open() {
		return p.T("account.request_due", "at", p.FullDate(q.Due, zone))
	}
	switch q.Result {
	case privacy.Granted:
		return p.T("account.request_granted")
	case privacy.Partly:
		return p.T("account.request_partly")
	}
	return p.T("account.request_refused")
}
