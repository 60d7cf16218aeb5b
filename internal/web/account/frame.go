package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/web/ui"
)

// frame is what the pages of who is signed in share: the page and its tabs.
type frame struct {
	ui.Page
	Tab   string
	Guest bool // nobody is signed in: a code to the address opened the page
}

func (a *Account) frame(r *http.Request, tab string) frame {
	f := frame{Page: a.page(r, ""), Tab: tab}
	f.Nav = "account"
	return f
}

func (f frame) tabs() []ui.Tab {
	return []ui.Tab{
		{Label: f.T("account.orders"), Href: f.URL("/account"), Active: f.Tab == "orders"},
		{Label: f.T("account.data"), Href: f.URL("/account/data"), Active: f.Tab == "data"},
		{Label: f.T("account.documents"), Href: f.URL(documentsBase), Active: f.Tab == "documents"},
		{Label: f.T("account.devices"), Href: f.URL("/account/devices"), Active: f.Tab == "devices"},
		{Label: f.T("account.password"), Href: f.URL("/account/password"), Active: f.Tab == "password"},
	}
}
