package people

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// Browser is what a request tells of its sender; it is shortened before it is sealed.
type Browser struct {
	IP        string
	UserAgent string
}

// Device is one signed-in browser as its owner sees it.
type Device struct {
	SessionID string
	Browser   string // "Firefox, Android"; "" when unknown
	Network   string // "203.0.113.0/24"; "" when unknown
	StartedAt time.Time
	SeenAt    time.Time
	Current   bool
}

// The vault keeps one value per person and field, so each of the two fields holds a small map from the id of a session or sign-in to value.
var deviceFields = []vault.Field{vault.IP, vault.UserAgent}

// mostDevices bounds the list; the oldest falls out of it (and not out of its session).
const mostDevices = 30

// stillTold are the sessions and sign-ins whose browser and network are kept.
func (p *People) stillTold(ctx context.Context, tx *db.DB, account string) (ids []string, err error) {
	live, err := listSessions(ctx, tx, account, p.clock.Now())
	if err != nil {
		return nil, err
	}
	since, err := p.technicalSince(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, s := range live[:min(len(live), mostDevices)] {
		if s.SeenAt.After(since) {
			ids = append(ids, s.ID)
		}
	}
	lately, err := listSignIns(ctx, tx, account, since)
	for _, s := range lately {
		ids = append(ids, s.ID)
	}
	return ids, err
}

// Devices lists the browsers that are signed in, newest first; the look is the person's own and is journalled.
func (p *People) Devices(ctx context.Context, s Session) (out []Device, err error) {
	defer fault.Wrap(&err, "devices of %s", s.AccountID)
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		sessions, err := listSessions(ctx, tx, s.AccountID, p.clock.Now())
		if err != nil {
			return err
		}
		ips, agents, err := p.openDevices(ctx, tx, vault.Opening{Person: s.PersonID, Purpose: vault.PurposeRights, Actor: "person", Reason: "devices"})
		if err != nil {
			return err
		}
		out = nil
		for _, one := range sessions {
			out = append(out, Device{
				SessionID: one.ID, Browser: agents[one.ID], Network: ips[one.ID],
				StartedAt: one.StartedAt, SeenAt: one.SeenAt, Current: one.ID == s.ID,
			})
		}
		return nil
	})
	return out, err
}

func (p *People) openDevices(ctx context.Context, tx *db.DB, o vault.Opening) (ips, agents map[string]string, err error) {
	o.Fields = deviceFields
	got, err := p.vault.Open(ctx, tx, o)
	if err != nil {
		return nil, nil, err
	}
	ips, agents = map[string]string{}, map[string]string{}
	if s := got[vault.IP]; !s.Empty() {
		err = json.Unmarshal([]byte(s.Reveal()), &ips)
	}
	if s := got[vault.UserAgent]; err == nil && !s.Empty() {
		err = json.Unmarshal([]byte(s.Reveal()), &agents)
	}
	if err != nil {
		return nil, nil, errors.New("the list of devices cannot be read") // the decoder's error would quote it
	}
	return ips, agents, nil
}

// forgetDevices drops from the person's list what is no longer signed in.
func (p *People) forgetDevices(ctx context.Context, tx *db.DB, s Session) error {
	return p.changeDevices(ctx, tx, s, "sign_out", func(_, _ map[string]string) {})
}

func (p *People) changeDevices(ctx context.Context, tx *db.DB, s Session, reason string, change func(ips, agents map[string]string)) error {
	ips, agents, err := p.openDevices(ctx, tx, vault.Opening{Person: s.PersonID, Purpose: vault.PurposeIdentification, Actor: "system", Reason: reason})
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Gone, fault.NotFound: // blocked or erased: signing in and out still works, the list stands still
		if err != nil {
			return nil
		}
	}
	if err != nil {
		return err
	}
	change(ips, agents)
	keep, err := p.stillTold(ctx, tx, s.AccountID)
	if err != nil {
		return err
	}
	values := map[vault.Field]string{}
	for f, m := range map[vault.Field]map[string]string{vault.IP: ips, vault.UserAgent: agents} {
		kept := map[string]string{}
		for _, id := range keep {
			if v, ok := m[id]; ok {
				kept[id] = v
			}
		}
		values[f] = ""
		if len(kept) > 0 {
			b, err := json.Marshal(kept)
			if err != nil {
				return err
			}
			values[f] = string(b)
		}
	}
	return p.vault.SealAs(ctx, tx, vault.Sealing{Person: s.PersonID, Values: values, Actor: "system", Reason: reason})
}

// ShortIP cuts a network address to its network: 203.0.113.0/24, 2001:db8:7::/48. "" when it is none.
func ShortIP(s string) string {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		s = ap.Addr().String()
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// Longer marks come first: every browser says it is another one too.
var browserMarks = [][2]string{
	{"YaBrowser", "Yandex"},
	{"Edg", "Edge"},
	{"OPR", "Opera"},
	{"SamsungBrowser", "Samsung Internet"},
	{"FxiOS", "Firefox"},
	{"Firefox", "Firefox"},
	{"CriOS", "Chrome"},
	{"Chrome", "Chrome"},
	{"Safari", "Safari"},
}

var systemMarks = [][2]string{
	{"Android", "Android"},
	{"iPhone", "iPhone"},
	{"iPad", "iPad"},
	{"Windows", "Windows"},
	{"Mac OS X", "macOS"},
	{"CrOS", "ChromeOS"},
	{"Linux", "Linux"},
}

// BrowserFamily reduces a User-Agent to what its owner recognises: "Chrome, Android". "" when nothing is known.
func BrowserFamily(ua string) string {
	find := func(marks [][2]string) string {
		for _, m := range marks {
			if strings.Contains(ua, m[0]) {
				return m[1]
			}
		}
		return ""
	}
	browser, system := find(browserMarks), find(systemMarks)
	if browser != "" && system != "" {
		return browser + ", " + system
	}
	return browser + system
}
