package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// PolicyJSON is the privacy policy in force, as far as a buyer's consent needs it.
type PolicyJSON struct {
	VersionID string      `json:"version_id" doc:"Send it back with the consent"`
	Hash      string      `json:"hash" doc:"SHA-256 of the text in all languages, chained to the version before"`
	Number    int         `json:"number"`
	InForce   string      `json:"in_force" format:"date-time"`
	URL       string      `json:"url" doc:"The whole text for people"`
	Register  string      `json:"register,omitempty" doc:"Send it back with a consent for a recipient"`
	Scopes    []ScopeJSON `json:"scopes" doc:"A code with a dot is a consent for one recipient by itself"`
}

// ScopeJSON is one box that a person ticks; none may be ticked beforehand.
type ScopeJSON struct {
	Code     string `json:"code"`
	Required bool   `json:"required" doc:"Without it an order cannot be carried out"`
	Summary  string `json:"summary"`
	Text     string `json:"text" doc:"To be shown in full beside the box"`
}

type policyOutput struct{ Body PolicyJSON }

func (a *API) policyOperations() {
	handle(a, huma.Operation{
		OperationID: "get-privacy-policy", Method: http.MethodGet, Path: Base + "/policies/privacy", Tags: []string{"policies"},
		Summary: "The privacy policy in force and its consents", Description: "In the language of Accept-Language (kk, ru or en).",
	}, a.policy)
}

func (a *API) policy(ctx context.Context, _ *struct{}) (*policyOutput, error) {
	b, err := a.Privacy.Boxes(ctx)
	if err != nil {
		return nil, err
	}
	v := b.Version
	l := lang(ctx)
	out := PolicyJSON{VersionID: v.ID, Hash: v.Hash, Number: v.Number, InForce: stamp(v.InForce, ""), URL: a.url("/" + string(l) + "/page/privacy"), Scopes: []ScopeJSON{}}
	for _, s := range v.Scopes {
		out.Scopes = append(out.Scopes, ScopeJSON{Code: s.Code, Required: s.Required, Summary: s.Summary.In(l), Text: s.Text.In(l)})
	}
	for _, c := range b.Choices {
		out.Register = b.Register
		out.Scopes = append(out.Scopes, ScopeJSON{Code: c.Code(), Summary: c.Box.Summary.In(l), Text: c.Box.Text.In(l)})
	}
	return &policyOutput{out}, nil
}
