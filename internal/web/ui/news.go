package ui

import (
	"context"
	"strconv"

	"github.com/sahna/sahna/internal/privacy"
)

// zoneOfOperator is where the operator's days begin.
const zoneOfOperator = "Asia/Almaty"

// readNews finds what the page has to tell of new versions. A page is not lost for it: trouble goes to the log.
func (u *UI) readNews(ctx context.Context, p *Page) {
	if u.News == nil || p.Area != "site" && p.Area != "account" || p.Path == "/account/policy" { // the question itself tells more
		return
	}
	person := ""
	if p.Session != nil {
		person = p.Session.PersonID
	}
	var err error
	if p.news, err = u.News(ctx, person); err != nil && ctx.Err() == nil {
		u.Log.ErrorContext(ctx, "news", "request", p.RequestID, "err", err)
	}
}

func newsText(p Page, n privacy.Publication) string {
	day := p.FullDate(n.InForce, zoneOfOperator)
	if n.Kind == privacy.Offer {
		return p.T("ui.news.offer", "day", day)
	}
	return p.T("ui.news.policy", "day", day)
}

func newsURL(p Page, n privacy.Publication) string {
	return p.URL("/page/" + string(n.Kind) + "/versions/" + strconv.Itoa(n.Number) + "#changes")
}
