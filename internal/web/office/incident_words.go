package office

import (
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

func incidentState(v visit, s privacy.IncidentState) string {
	switch s {
	case privacy.IncidentOpen:
		return v.T("office.incident.open")
	case privacy.IncidentAssessed:
		return v.T("office.incident.assessed")
	case privacy.IncidentAuthority:
		return v.T("office.incident.authority")
	case privacy.IncidentPeople:
		return v.T("office.incident.people")
	}
	return v.T("office.incident.closed")
}

// alarmColor is the badge of a clock.
func alarmColor(alarm string) string {
	switch alarm {
	case "red", "late":
		return "danger"
	case "soon":
		return "warn"
	}
	return "ok"
}

func alarmWords(v visit, t privacy.IncidentTimer, now time.Time) string {
	switch t.Alarm(now) {
	case "late":
		return v.T("office.incident.late")
	case "red":
		return v.T("office.incident.last_day", "clock", v.Clock(t.Strict, Zone))
	case "soon":
		return v.T("office.incident.until", "when", v.Moment(t.Strict, now, Zone))
	}
	if t.InTime() {
		return v.T("office.requests.in_time")
	}
	return v.T("office.requests.was_late")
}

func alarmKind(t privacy.IncidentTimer, now time.Time) string {
	if a := t.Alarm(now); a != "" {
		return alarmColor(a)
	}
	if t.InTime() {
		return "ok"
	}
	return "danger"
}

func incidentTabs(v visit, p incidentsView) []ui.Tab {
	return []ui.Tab{
		{Label: v.T("office.incident.tab_open"), Href: v.With("show", ""), Active: !p.All},
		{Label: v.T("office.incident.tab_all"), Href: v.With("show", "all"), Active: p.All},
	}
}

func tellOptions(v visit) []ui.Option {
	return []ui.Option{
		{Value: "", Label: v.T("office.incident.tell_open")},
		{Value: "yes", Label: v.T("office.incident.tell_yes")},
		{Value: "no", Label: v.T("office.incident.tell_no")},
	}
}

func (p incidentPage) actors(v visit) []ui.Option {
	out := []ui.Option{
		{Value: "staff:", Label: v.T("office.incident.any_staff")}, {Value: "", Label: v.T("office.incident.anybody")}, {Value: "system", Label: v.T("office.incident.program")},
	}
	for _, e := range p.Staff {
		out = append(out, ui.Option{Value: "staff:" + e.AccountID, Label: v.T("office.incident.one_staff", "id", e.AccountID[max(0, len(e.AccountID)-8):]) + roleList(v, e.Roles)})
	}
	return out
}

func (p incidentPage) purposes(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.requests.any_kind")}}
	for _, e := range v.entries {
		if len(e.Fields) > 0 {
			out = append(out, ui.Option{Value: string(e.Purpose), Label: v.Text(privacy.PurposeName(e.Purpose))})
		}
	}
	return out
}

func (p incidentPage) fields(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.requests.any_kind")}}
	for _, f := range p.Fields {
		out = append(out, ui.Option{Value: string(f), Label: v.Text(privacy.FieldName(f))})
	}
	return out
}

func channelsToAuthority(v visit) []ui.Option {
	return []ui.Option{
		{Value: "", Label: v.T("office.contacts.choose")},
		{Value: "portal", Label: v.T("office.incident.by_portal")},
		{Value: "mail", Label: v.T("office.incident.by_mail")},
		{Value: "paper", Label: v.T("office.incident.by_paper")},
	}
}

func channelToAuthority(v visit, c string) string {
	for _, o := range channelsToAuthority(v) {
		if o.Value == c {
			return o.Label
		}
	}
	return c
}

func sourceWords(v visit, s privacy.Search) string {
	switch s.Source {
	case privacy.SourceAll:
		return v.T("office.incident.source_all")
	case privacy.SourceList:
		return v.T("office.incident.source_list")
	}
	return v.T("office.incident.source_journal")
}

func actWords(v visit, what string) string {
	switch what {
	case "entered":
		return v.T("office.incident.act_entered")
	case "filled":
		return v.T("office.incident.act_filled")
	case "assessed":
		return v.T("office.incident.act_assessed")
	case "searched":
		return v.T("office.incident.act_searched")
	case "listed":
		return v.T("office.incident.act_listed")
	case "written_authority", "written_people":
		return v.T("office.incident.act_written")
	case "approved_authority", "approved_people":
		return v.T("office.incident.act_approved")
	case "delivered":
		return v.T("office.incident.act_delivered")
	case "told":
		return v.T("office.incident.act_told")
	case "dismissed":
		return v.T("office.incident.act_dismissed")
	case "not_dismissed":
		return v.T("office.incident.act_not_dismissed")
	}
	return v.T("office.incident.act_closed")
}

func actorWords(v visit, actor string) string {
	if actor == v.Actor() {
		return v.T("office.incident.you")
	}
	if id, ok := staffID(actor); ok {
		return v.T("office.incident.one_staff", "id", id[max(0, len(id)-8):])
	}
	return v.T("office.incident.program")
}

func staffID(actor string) (string, bool) {
	const prefix = "staff:"
	if len(actor) <= len(prefix) || actor[:len(prefix)] != prefix {
		return "", false
	}
	return actor[len(prefix):], true
}

func (p incidentPage) has(f vault.Field) bool {
	if typed, ok := p.Form.Values["categories"]; ok {
		for _, t := range typed {
			if t == string(f) {
				return true
			}
		}
		return false
	}
	for _, c := range p.Categories {
		if c == f {
			return true
		}
	}
	return false
}

func (p incidentPage) approximate() string {
	if p.Approximate == 0 {
		return ""
	}
	return strconv.Itoa(p.Approximate)
}

// shareTold is the width of the told part of a bar of a hundred.
func shareTold(t privacy.Told) string {
	if t.All() == 0 {
		return "0"
	}
	done := t.All() - t.Due - t.Found
	return strconv.Itoa(100 * done / t.All())
}

func skipped(t privacy.Told) (n int) {
	for _, k := range t.Skipped {
		n += k
	}
	return n
}

func roleList(v visit, roles []people.Role) string {
	s := ""
	for _, r := range roles {
		s += " · " + roleName(v, r)
	}
	return s
}
