package privacy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// The ways in which the register cannot be changed.
var (
	ErrRegisterWrong    = fault.New(fault.Invalid, "privacy.register_wrong")     // an entry lacks what it must say
	ErrRegisterSame     = fault.New(fault.Conflict, "privacy.register_same")     // nothing to approve
	ErrRegisterMoved    = fault.New(fault.Conflict, "privacy.register_moved")    // the draft changed since it was read
	ErrRegisterNoDraft  = fault.New(fault.NotFound, "privacy.register_no_draft") // nothing is proposed
	ErrRegisterOther    = fault.New(fault.Conflict, "privacy.register_other")    // a colleague's draft waits
	ErrRegisterTwoEyes  = fault.New(fault.Forbidden, "privacy.register_two_eyes")
	ErrRegisterNotStaff = fault.New(fault.Forbidden, "privacy.actor_not_allowed")
)

// actorProgram makes the first version, and proposes what a new release of the program needs.
const actorProgram = "system"

// RegisterVersion is a version of the register; it never changes.
type RegisterVersion struct {
	Processing
	ID         string
	Number     int
	Hash       string // hex SHA-256, chained to the version before
	Previous   string
	MadeBy     string // "system", "staff:<account id>"
	ApprovedBy string // another one; "" for the program's own first version
	InForce    time.Time
	text       string // as it was hashed
}

// RegisterDraft is what is proposed.
type RegisterDraft struct {
	Processing
	Base     string // hash of the version that it would replace
	MadeBy   string
	MadeAt   time.Time
	Revision string // names exactly this text
}

func (r Processing) canonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func readProcessing(text string) (r Processing, err error) {
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Processing{}, err
	}
	r.finish()
	return r, nil
}

// programHash names what the program itself needs under this configuration.
func (p *Privacy) programHash() (string, error) {
	text, err := p.needs().canonical()
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:]), err
}

// Known fields of the vault: what no constant names cannot be registered.
var vaultFields = []vault.Field{
	vault.Surname, vault.Name, vault.Patronymic, vault.Phone, vault.Email, vault.BirthDate,
	vault.TOTPSecret, vault.IP, vault.UserAgent, vault.RequestText, vault.AnswerText, vault.RequestContacts, vault.Document,
}

// VaultFields lists the fields that the vault can keep.
func VaultFields() []vault.Field { return slices.Clone(vaultFields) }

// check names the first thing that a register must say and does not.
func (r Processing) check() error {
	seen := map[vault.Purpose]bool{}
	for _, e := range r.Entries {
		at := ErrRegisterWrong.On(string(e.Purpose)).With("purpose", string(e.Purpose))
		switch {
		case e.Purpose == "" || seen[e.Purpose] || !slices.Contains(Grounds, e.Ground):
			return at
		case len(e.Fields) > 0 && !e.Keep.valid(): // a term is mandatory (94-V, article 12(2))
			return at
		}
		seen[e.Purpose] = true
		for _, f := range e.Fields {
			if !slices.Contains(vaultFields, f) {
				return at
			}
		}
		for _, k := range e.Terms {
			if !k.valid() {
				return at
			}
		}
		for _, role := range e.Roles {
			if !slices.Contains(people.Roles, role) {
				return at
			}
		}
		for _, code := range e.Recipients {
			if _, ok := r.Recipient(code); !ok {
				return at
			}
		}
	}
	return r.checkRecipients()
}

// country is a code of ISO 3166: two capital letters.
var country = regexp.MustCompile(`^[A-Z]{2}$`)

func (r Processing) checkRecipients() error {
	seen := map[string]bool{}
	for _, to := range r.Recipients {
		if to.Code == "" || seen[to.Code] || to.Name.KK == "" || to.Name.RU == "" || !country.MatchString(to.Country) || !slices.Contains(RecipientKinds, to.Kind) ||
			slices.ContainsFunc(to.Fields, func(f vault.Field) bool { return !slices.Contains(vaultFields, f) }) {
			return ErrRegisterWrong.On(to.Code).With("purpose", to.Code)
		}
		seen[to.Code] = true
	}
	return nil
}

func (k Keep) valid() bool {
	return k.Count > 0 && k.Count <= 10000 && slices.Contains(Units, k.Unit) && slices.Contains(Events, k.Event)
}

// openRegister makes the first version, and proposes a new one when this release of the program needs more than the one in force names.
func (p *Privacy) openRegister(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "open the register of processing")
	code, err := p.programHash()
	if err != nil {
		return err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		last, err := lastRegister(ctx, tx)
		if errors.Is(err, db.ErrNoRow) {
			first := p.needs()
			first.Code = code
			_, err = p.insertRegister(ctx, tx, first, actorProgram, "")
			return err
		}
		if err != nil || last.Code == code {
			return err
		}
		return p.propose(ctx, tx, last, code)
	})
	if err != nil && !errors.Is(err, db.ErrDuplicate) { // another process was first
		return err
	}
	return p.reloadRegister(ctx, p.db)
}

// propose drafts the version in force with what the program needs besides; a draft of the staff's is left alone.
func (p *Privacy) propose(ctx context.Context, tx *db.DB, last RegisterVersion, code string) error {
	d, err := findDraft(ctx, tx)
	if err == nil && d.MadeBy != actorProgram {
		return nil
	}
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return err
	}
	return p.putDraft(ctx, tx, RegisterDraft{Processing: p.configured(last.with(p.needs(), code)), Base: last.Hash, MadeBy: actorProgram})
}

// with adds what another register names and this one does not.
func (r Processing) with(more Processing, code string) Processing {
	out := Processing{Entries: slices.Clone(r.Entries), Recipients: slices.Clone(r.Recipients), Code: code}
	for _, to := range more.Recipients {
		i := slices.IndexFunc(out.Recipients, func(have Recipient) bool { return have.Code == to.Code })
		if i < 0 {
			out.Recipients = append(out.Recipients, to)
			continue
		}
		out.Recipients[i].Fields = union(out.Recipients[i].Fields, to.Fields)
	}
	for _, e := range more.Entries {
		i := slices.IndexFunc(out.Entries, func(have Entry) bool { return have.Purpose == e.Purpose })
		if i < 0 {
			out.Entries = append(out.Entries, e)
			continue
		}
		have := out.Entries[i]
		have.Fields, have.Recipients = union(have.Fields, e.Fields), union(have.Recipients, e.Recipients)
		out.Entries[i] = have
	}
	out.finish()
	return out
}

// union is a list with what another has besides.
func union[T comparable](list, more []T) []T {
	out := slices.Clone(list)
	for _, x := range more {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func (p *Privacy) insertRegister(ctx context.Context, tx *db.DB, r Processing, madeBy, approvedBy string) (RegisterVersion, error) {
	last, err := lastRegister(ctx, tx)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return RegisterVersion{}, err
	}
	text, err := r.canonical()
	if err != nil {
		return RegisterVersion{}, err
	}
	v := RegisterVersion{
		Processing: r, ID: db.NewID(), Number: last.Number + 1, Hash: ChainHash(last.Hash, text), Previous: last.Hash,
		MadeBy: madeBy, ApprovedBy: approvedBy, InForce: p.clock.Now(), text: string(text),
	}
	return v, insertRegisterVersion(ctx, tx, v)
}

// SaveDraft proposes a register in the place of the version in force.
func (p *Privacy) SaveDraft(ctx context.Context, r Processing, actor string) (d RegisterDraft, err error) {
	defer fault.Wrap(&err, "save the register's draft")
	if err := r.check(); err != nil {
		return RegisterDraft{}, err
	}
	if r.Code, err = p.programHash(); err != nil {
		return RegisterDraft{}, err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		last, err := lastRegister(ctx, tx)
		if err != nil {
			return err
		}
		// Whoever approves must not have written any of it.
		if d, err := findDraft(ctx, tx); err == nil && d.MadeBy != actor && d.MadeBy != actorProgram {
			return ErrRegisterOther
		}
		d = RegisterDraft{Processing: r, Base: last.Hash, MadeBy: actor}
		return p.putDraft(ctx, tx, d)
	})
	if err != nil {
		return RegisterDraft{}, err
	}
	return p.Draft(ctx)
}

func (p *Privacy) putDraft(ctx context.Context, tx *db.DB, d RegisterDraft) error {
	text, err := d.canonical()
	if err != nil {
		return err
	}
	d.MadeAt, d.Revision = p.clock.Now(), db.NewID()
	return upsertDraft(ctx, tx, d, string(text))
}

// Draft returns what is proposed (ErrRegisterNoDraft when nothing is).
func (p *Privacy) Draft(ctx context.Context) (d RegisterDraft, err error) {
	d, err = findDraft(ctx, p.db)
	if errors.Is(err, db.ErrNoRow) {
		return RegisterDraft{}, ErrRegisterNoDraft
	}
	return d, err
}

// DropDraft forgets what is proposed.
func (p *Privacy) DropDraft(ctx context.Context) error {
	_, err := deleteDraft(ctx, p.db, "")
	return err
}

// ApproveDraft puts the draft in force, from now. The approver is another one than who made it, and has read this revision.
func (p *Privacy) ApproveDraft(ctx context.Context, revision, approver string) (v RegisterVersion, err error) {
	defer fault.Wrap(&err, "approve the register")
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		d, err := findDraft(ctx, tx)
		if errors.Is(err, db.ErrNoRow) {
			return ErrRegisterNoDraft
		}
		if err != nil {
			return err
		}
		last, err := lastRegister(ctx, tx)
		if err != nil {
			return err
		}
		if err := d.mayBeApproved(last, revision, approver); err != nil {
			return err
		}
		if n, err := deleteDraft(ctx, tx, revision); err != nil || n != 1 {
			return orMoved(err)
		}
		v, err = p.insertRegister(ctx, tx, d.Processing, d.MadeBy, approver)
		return err
	})
	if err != nil {
		return RegisterVersion{}, err
	}
	return v, p.reloadRegister(ctx, p.db)
}

func (d RegisterDraft) mayBeApproved(last RegisterVersion, revision, approver string) error {
	switch {
	case d.Revision != revision || d.Base != last.Hash:
		return ErrRegisterMoved
	case approver == d.MadeBy:
		return ErrRegisterTwoEyes
	case approver == "" || approver == actorProgram:
		return ErrRegisterNotStaff
	}
	if err := d.check(); err != nil {
		return err
	}
	text, err := d.canonical()
	if err == nil && ChainHash(last.Previous, text) == last.Hash && last.ApprovedBy != "" {
		return ErrRegisterSame
	}
	return err
}

func orMoved(err error) error {
	if err != nil {
		return err
	}
	return ErrRegisterMoved
}

// registerLives is how long a process believes its copy before it looks whether another one has approved a version.
const registerLives = time.Second

// held is a process's copy of the version in force.
type held struct {
	RegisterVersion
	until time.Time
	know  map[vault.Field]bool
}

func newHeld(v RegisterVersion, until time.Time) *held {
	h := &held{RegisterVersion: v, until: until, know: map[vault.Field]bool{}}
	for _, f := range v.Fields() {
		h.know[f] = true
	}
	return h
}

// register returns the version that the vault obeys. It stands on the selling path: most calls ask no database, the others one short row.
func (p *Privacy) register(ctx context.Context, d *db.DB) (*held, error) {
	h := p.obeyed.Load()
	now := p.clock.Now()
	if h != nil && now.Before(h.until) {
		return h, nil
	}
	if h != nil {
		id, err := lastRegisterID(ctx, d)
		if err != nil {
			return nil, err
		}
		if id == h.ID {
			p.obeyed.CompareAndSwap(h, newHeld(h.RegisterVersion, now.Add(registerLives)))
			return h, nil
		}
	}
	if err := p.reloadRegister(ctx, d); err != nil {
		return nil, err
	}
	return p.obeyed.Load(), nil
}

func (p *Privacy) reloadRegister(ctx context.Context, d *db.DB) error {
	v, err := lastRegister(ctx, d)
	if errors.Is(err, db.ErrNoRow) { // a command over a database that never served
		v, err = RegisterVersion{Processing: program()}, nil
	}
	if err != nil {
		return err
	}
	p.obeyed.Store(newHeld(v, p.clock.Now().Add(registerLives)))
	return nil
}

// Processing returns the register's version in force.
func (p *Privacy) Processing(ctx context.Context) (RegisterVersion, error) {
	h, err := p.register(ctx, p.db)
	if err != nil {
		return RegisterVersion{}, err
	}
	return h.RegisterVersion, nil
}

// Differs tells whether this release of the program needs something that nobody has approved yet: a red light.
func (p *Privacy) Differs(ctx context.Context) (bool, error) {
	h, err := p.register(ctx, p.db)
	if err != nil {
		return false, err
	}
	code, err := p.programHash()
	return h.Code != code, err
}

// Registers lists the versions of the register, newest first.
func (p *Privacy) Registers(ctx context.Context) ([]RegisterVersion, error) {
	return listRegisters(ctx, p.db)
}

// verifyRegister recomputes the chain.
func (p *Privacy) verifyRegister(ctx context.Context) (wrong []string, err error) {
	vs, err := listRegisters(ctx, p.db)
	if err != nil {
		return nil, err
	}
	previous := ""
	for _, v := range slices.Backward(vs) {
		if v.Previous != previous || v.Hash != ChainHash(previous, []byte(v.text)) {
			wrong = append(wrong, "privacy: version "+v.ID+" of the register of processing does not match its hash")
		}
		previous = v.Hash
	}
	return wrong, nil
}
