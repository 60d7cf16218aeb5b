package office

import (
	"strconv"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/payments"
)

func currentPage(yes bool) string {
	if yes {
		return "page"
	}
	return "false"
}

// share is a part of a whole in percent, for a bar.
func share(part, whole int) string {
	if whole <= 0 {
		return "0"
	}
	return strconv.FormatFloat(min(100, 100*float64(part)/float64(whole)), 'f', 1, 64)
}

func percent(part, whole int) string {
	if whole <= 0 {
		return "0 %"
	}
	return strconv.Itoa(100*part/whole) + " %"
}

func statusName(v visit, s boxoffice.Status) string {
	switch s {
	case boxoffice.OrderPending:
		return v.T("office.status.pending")
	case boxoffice.OrderPaid:
		return v.T("office.status.paid")
	case boxoffice.OrderExpired:
		return v.T("office.status.expired")
	case boxoffice.OrderRefunded:
		return v.T("office.status.refunded")
	}
	return string(s)
}

func statusColor(s boxoffice.Status) string {
	switch s {
	case boxoffice.OrderPaid:
		return "ok"
	case boxoffice.OrderPending:
		return "warn"
	case boxoffice.OrderRefunded:
		return "danger"
	}
	return "muted"
}

func saleName(v visit, s catalog.SaleState) string {
	switch s {
	case catalog.SaleSoon:
		return v.T("office.sale.soon")
	case catalog.SaleOpen:
		return v.T("office.sale.open")
	case catalog.SaleOver:
		return v.T("office.sale.over")
	}
	return v.T("office.sale.cancelled")
}

func saleColor(s catalog.SaleState) string {
	switch s {
	case catalog.SaleOpen:
		return "ok"
	case catalog.SaleSoon:
		return "warn"
	case catalog.SaleCancel:
		return "danger"
	}
	return "muted"
}

func paymentName(v visit, s payments.State) string {
	switch s {
	case payments.Open:
		return v.T("office.payment.open")
	case payments.Paid:
		return v.T("office.payment.paid")
	case payments.Declined:
		return v.T("office.payment.declined")
	case payments.Refunded:
		return v.T("office.payment.refunded")
	}
	return string(s)
}

// movement is what a ledger entry tells, in words.
func movement(v visit, what string) string {
	switch what {
	case "ordered":
		return v.T("office.ledger.ordered")
	case "paid":
		return v.T("office.ledger.paid")
	case "expired":
		return v.T("office.ledger.expired")
	case "excess":
		return v.T("office.ledger.excess")
	case "returned":
		return v.T("office.ledger.returned")
	case "refunded":
		return v.T("office.ledger.refunded")
	}
	return what
}

func account(v visit, name string) string {
	switch name {
	case "receivable":
		return v.T("office.ledger.receivable")
	case "sales":
		return v.T("office.ledger.sales")
	case "payable":
		return v.T("office.ledger.payable")
	}
	return name
}
