package privacy

import (
	"strings"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// Carrier is a service outside that the configuration names: who carries letters or messages, and where. The register decides whether it
// gets anything: one that the register does not name so gets nothing until a version that does is approved.
type Carrier struct {
	Recipient string // its code in the register
	Name      string // "" as the register says
	Country   string // ISO 3166; "" as the register says
}

// is tells whether the register's recipient is the configured service.
func (c Carrier) is(r Recipient) bool {
	named := c.Name == "" || strings.Contains(r.Name.KK+"\n"+r.Name.RU+"\n"+r.Name.EN, c.Name)
	return named && (c.Country == "" || c.Country == r.Country)
}

// apply describes a recipient as the configuration does.
func (c Carrier) apply(r Recipient) Recipient {
	if c.is(r) {
		return r
	}
	if c.Country != "" {
		r.Country = c.Country
	}
	if c.Name != "" {
		own := r.Name
		if x, ok := program().Recipient(r.Code); ok { // not on top of another service's name
			own = x.Name
		}
		r.Name = i18n.Text{KK: own.KK + ": " + c.Name, RU: own.RU + ": " + c.Name, EN: own.EN + ": " + c.Name}
	}
	return r
}

// configured are the recipients as the configuration describes them.
func (p *Privacy) configured(r Processing) Processing {
	for i, to := range r.Recipients {
		for _, c := range p.operator.Carriers {
			if c.Recipient == to.Code {
				r.Recipients[i] = c.apply(to)
			}
		}
	}
	return r
}

// isConfigured tells whether a recipient of the register is the service that the program would hand things to.
func (p *Privacy) isConfigured(to Recipient) bool {
	for _, c := range p.operator.Carriers {
		if c.Recipient == to.Code && !c.is(to) {
			return false
		}
	}
	return true
}

// needs is the register as this release needs it under this configuration.
func (p *Privacy) needs() Processing { return p.configured(program()) }
