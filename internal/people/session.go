package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// Session is a signed-in browser.
type Session struct {
	ID        string
	AccountID string
	PersonID  string
	Roles     []Role // staff roles, empty for visitors
	Factor2   bool   // the second factor was given in this session
	Lang      i18n.Lang
	StartedAt time.Time
	SeenAt    time.Time
}

// SessionByToken returns the session of a cookie's token; fault.Unauthenticated when there is none.
func (p *People) SessionByToken(ctx context.Context, token string) (Session, error) {
	panic("contract")
}
