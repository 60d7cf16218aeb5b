package privacy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The ways in which a version cannot be had or published.
var (
	ErrNoVersion   = fault.New(fault.NotFound, "privacy.no_such_version")
	ErrIncomplete  = fault.New(fault.Invalid, "privacy.version_incomplete")
	ErrClauseEmpty = fault.New(fault.Invalid, "privacy.draft.clause_empty")
)

// Kind is which document.
type Kind string

// The published documents.
const (
	Policy Kind = "privacy"
	Offer  Kind = "offer"
)

// Version is a published text; it never changes.
type Version struct {
	ID        string
	Kind      Kind
	Number    int
	Hash      string // hex SHA-256 over the canonical JSON of all languages, chained to the version before
	Previous  string // hash of the version before, "" for the first
	InForce   time.Time
	Documents map[i18n.Lang]Document
	Scopes    []Scope // of the policy only
}

// Document is a version's text in one language.
type Document struct {
	Title   string   `json:"title"`
	Clauses []Clause `json:"clauses"`
}

// Clause is a numbered part of a document. Level 1 is a heading; the preamble has no number.
type Clause struct {
	Number string `json:"number"`
	Level  int    `json:"level"`
	Text   string `json:"text"`
}

// Scope returns a version's scope by its code.
func (v Version) Scope(code string) (Scope, bool) {
	for _, s := range v.Scopes {
		if s.Code == code {
			return s, true
		}
	}
	return Scope{}, false
}

// content is what a version says, in the order in which it is hashed.
type content struct {
	KK     Document `json:"kk"`
	RU     Document `json:"ru"`
	EN     Document `json:"en"`
	Scopes []Scope  `json:"scopes"`
}

// canonical is the one form of a text that is hashed and stored: fixed order of keys, no escaping of letters.
func (c content) canonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// complete refuses a text that lacks a language, a clause or a part of a consent. Kazakh and Russian are compulsory; English is when
// the version before had it.
func (c content) complete(k Kind, english bool) error {
	docs := []namedDocument{{i18n.KK, c.KK}, {i18n.RU, c.RU}}
	english = english || c.english()
	if english {
		docs = append(docs, namedDocument{i18n.EN, c.EN})
	}
	for _, d := range docs {
		if d.Title == "" || len(d.Clauses) == 0 || len(d.Clauses) != len(c.KK.Clauses) {
			return ErrIncomplete.On(string(k))
		}
		for i, cl := range d.Clauses {
			if cl.Number != c.KK.Clauses[i].Number {
				return ErrIncomplete.On(cl.Number)
			}
			if strings.TrimSpace(cl.Text) == "" {
				return ErrClauseEmpty.On("text."+string(d.lang)).With("clause", cl.Number).With("lang", string(d.lang))
			}
		}
	}
	if k == Policy && len(c.Scopes) == 0 {
		return ErrIncomplete.On("scopes")
	}
	for _, s := range c.Scopes {
		if err := s.complete(english); err != nil {
			return err
		}
	}
	return nil
}

type namedDocument struct {
	lang i18n.Lang
	Document
}

// english tells whether anything is written in English.
func (c content) english() bool {
	for _, cl := range c.EN.Clauses {
		if cl.Text != "" {
			return true
		}
	}
	return false
}

// ChainHash names a version: the hash of the version before and its own canonical text, so that no version can be slipped in.
func ChainHash(previous string, canonical []byte) string {
	h := sha256.New()
	h.Write([]byte(previous + "\n"))
	h.Write(canonical)
	return hex.EncodeToString(h.Sum(nil))
}

// InForce returns the version of a document that is in force now.
func (p *Privacy) InForce(ctx context.Context, k Kind) (v Version, err error) {
	defer fault.Wrap(&err, "version of %s in force", k)
	return p.inForce(ctx, p.db, k)
}

func (p *Privacy) inForce(ctx context.Context, d *db.DB, k Kind) (Version, error) {
	id, err := inForceID(ctx, d, k, p.clock.Now())
	if errors.Is(err, db.ErrNoRow) {
		return Version{}, ErrNoVersion
	}
	if err != nil {
		return Version{}, err
	}
	return p.version(ctx, d, id)
}

// Version returns a version by its id or hash.
func (p *Privacy) Version(ctx context.Context, id string) (Version, error) {
	return p.version(ctx, p.db, id)
}

func (p *Privacy) version(ctx context.Context, d *db.DB, id string) (Version, error) {
	if v, ok := p.known.Load(id); ok {
		return v.(Version), nil
	}
	row, err := findVersion(ctx, d, id)
	if errors.Is(err, db.ErrNoRow) {
		return Version{}, ErrNoVersion
	}
	if err != nil {
		return Version{}, err
	}
	return p.remember(row)
}

// Versions lists all versions of a document, newest first.
func (p *Privacy) Versions(ctx context.Context, k Kind) (out []Version, err error) {
	defer fault.Wrap(&err, "versions of %s", k)
	rows, err := listVersions(ctx, p.db, k)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		v, err := p.remember(row)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *Privacy) remember(row versionRow) (Version, error) {
	var c content
	if err := json.Unmarshal([]byte(row.content), &c); err != nil {
		return Version{}, err
	}
	if !c.english() {
		c.EN = c.RU // the law asks for Kazakh and Russian; a reader of English gets one of them
	}
	v := Version{
		ID: row.id, Kind: row.kind, Number: row.number, Hash: row.hash, Previous: row.previous, InForce: row.inForce,
		Documents: map[i18n.Lang]Document{i18n.KK: c.KK, i18n.RU: c.RU, i18n.EN: c.EN}, Scopes: c.Scopes,
	}
	p.known.Store(v.ID, v)
	return v, nil
}

// Verify recomputes every version's hash along its chain and returns what does not add up, in words.
func (p *Privacy) Verify(ctx context.Context) (wrong []string, err error) {
	defer fault.Wrap(&err, "verify versions")
	for _, k := range []Kind{Policy, Offer} {
		rows, err := listVersions(ctx, p.db, k)
		if err != nil {
			return nil, err
		}
		previous := ""
		for i := len(rows) - 1; i >= 0; i-- {
			r := rows[i]
			if r.previous != previous || r.hash != ChainHash(previous, []byte(r.content)) {
				wrong = append(wrong, "privacy: version "+r.id+" of "+string(k)+" does not match its hash")
			}
			previous = r.hash
		}
	}
	more, err := p.verifyRegister(ctx)
	return append(wrong, more...), err
}
