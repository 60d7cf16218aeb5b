package document

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// The kinds that the program makes.
const (
	KindRegistration   = "registration"   // an organiser's certificate of registration
	KindAttorney       = "attorney"       // a power of attorney
	KindRepresentation = "representation" // proof that one acts for another: a child, a ward
	KindConcession     = "concession"     // proof of a right to a lower price
	KindIdentity       = "identity"       // a copy of an identity document: off
)

// The grounds of a kind, as the register of processing names them.
const (
	GroundConsent = "consent"
	GroundLaw     = "law"
)

// Kind is a sort of document that people are asked for.
type Kind struct {
	Code        string
	Title, Why  i18n.Text
	Purpose     vault.Purpose // always verification; the register says what that allows
	Ground      string
	Exception   string // of an identity document: what of 94-V, article 7(10) allows it
	KeepDays    int    // at longest, from the sending
	Identity    bool
	NamesPeople bool // an IIN in its text is no sign of an identity document
	On          bool
	ChangedBy   string
}

// Why a kind cannot be saved.
var (
	ErrKindCode      = fault.New(fault.Invalid, "document.kind_code").On("code")
	ErrKindWords     = fault.New(fault.Invalid, "document.kind_words")
	ErrKindGround    = fault.New(fault.Invalid, "document.kind_ground").On("ground")
	ErrKindDays      = fault.New(fault.Invalid, "document.kind_days").On("keep_days") // arg "most"
	ErrKindException = fault.New(fault.Invalid, "document.kind_exception").On("exception")
)

var firstKinds = []Kind{
	{
		Code: KindRegistration, Ground: GroundConsent, KeepDays: 30, On: true,
		Title: i18n.Text{KK: "Ұйымдастырушыны тіркеу туралы анықтама", RU: "Справка о регистрации организатора", EN: "Organiser's certificate of registration"},
		Why: i18n.Text{
			KK: "Іс-шараны шын мәнінде сіздің ұйым өткізетінін тексереміз.", RU: "Проверим, что мероприятие проводит действительно ваша организация.",
			EN: "To check that your organisation really puts the event on.",
		},
	}, {
		Code: KindAttorney, Ground: GroundConsent, KeepDays: 30, On: true,
		Title: i18n.Text{KK: "Сенімхат", RU: "Доверенность", EN: "Power of attorney"},
		Why: i18n.Text{
			KK: "Ұйым атынан әрекет ете алатыныңызды тексереміз. ЖСН-ді жауып қойыңыз.", RU: "Проверим, что вы вправе действовать от имени организации. Закройте ИИН.",
			EN: "To check that you may act for the organisation. Cover the IIN.",
		},
	}, {
		Code: KindRepresentation, Ground: GroundLaw, KeepDays: 30, On: true,
		Title: i18n.Text{KK: "Өкілдік туралы растау", RU: "Подтверждение представительства", EN: "Proof that you act for somebody"},
		Why: i18n.Text{
			KK: "Басқа адамның деректерін оның өкілі ғана бере алады. ЖСН-ді жауып қойыңыз.", RU: "Данные другого человека может дать только его представитель. Закройте ИИН.",
			EN: "Only a representative may give another person's data. Cover the IIN.",
		},
	}, {
		Code: KindConcession, Ground: GroundConsent, KeepDays: 14, On: true,
		Title: i18n.Text{KK: "Жеңілдік құқығын растау", RU: "Подтверждение льготы", EN: "Proof of a concession"},
		Why: i18n.Text{
			KK: "Жеңілдікпен билет сату үшін. Тек құқықты растайтын бетті жіберіңіз.", RU: "Чтобы продать билет по льготе. Пришлите только страницу, которая её подтверждает.",
			EN: "To sell you a ticket at the lower price. Send only the page that proves the right to it.",
		},
	}, {
		Code: KindIdentity, Ground: GroundLaw, KeepDays: 3, Identity: true, NamesPeople: true,
		Title: i18n.Text{KK: "Жеке басты куәландыратын құжаттың көшірмесі", RU: "Копия документа, удостоверяющего личность", EN: "Copy of an identity document"},
		Why: i18n.Text{
			KK: "Заң мұндай көшірмелерді жинауға тыйым салады; тек заңда аталған жағдайда сұралады.", RU: "Закон запрещает собирать такие копии; просим только в случае, который он называет.",
			EN: "The law forbids collecting such copies; asked for only in a case that it names.",
		},
	},
}

// firstKinds makes the kinds that are not there yet; what the office has changed stays.
func (m *Documents) firstKinds(ctx context.Context) error {
	for i, k := range firstKinds {
		k.Purpose, k.ChangedBy = vault.PurposeVerification, "system"
		if err := insertKind(ctx, m.DB, k, i, m.Clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Kinds lists every kind, in their order.
func (m *Documents) Kinds(ctx context.Context) ([]Kind, error) { return listKinds(ctx, m.DB) }

// KindOf finds a kind.
func (m *Documents) KindOf(ctx context.Context, code string) (Kind, error) {
	k, err := findKind(ctx, m.DB, code)
	if errors.Is(err, db.ErrNoRow) {
		return Kind{}, ErrNoKind
	}
	return k, err
}

var kindCode = regexp.MustCompile(`^[a-z][a-z_]{2,30}$`)

// SaveKind changes a kind, or makes one. A copy of an identity document is asked for only under an exception of the law that is named.
func (m *Documents) SaveKind(ctx context.Context, k Kind, actor string) (err error) {
	defer fault.Wrap(&err, "save kind of documents %s", k.Code)
	most, err := m.MostDays(ctx)
	if err != nil {
		return err
	}
	k.Exception = strings.TrimSpace(k.Exception)
	var wrong fault.Fields
	if !kindCode.MatchString(k.Code) {
		wrong = append(wrong, ErrKindCode)
	}
	for field, text := range map[string]*string{
		"title_kk": &k.Title.KK, "title_ru": &k.Title.RU, "title_en": &k.Title.EN, "why_kk": &k.Why.KK, "why_ru": &k.Why.RU, "why_en": &k.Why.EN,
	} {
		if *text = strings.TrimSpace(*text); *text == "" || len(*text) > 600 {
			wrong = append(wrong, ErrKindWords.On(field))
		}
	}
	if k.Ground != GroundConsent && k.Ground != GroundLaw {
		wrong = append(wrong, ErrKindGround)
	}
	if k.KeepDays < 1 || k.KeepDays > most {
		wrong = append(wrong, ErrKindDays.With("most", most))
	}
	if k.Identity && k.On && len(k.Exception) < 10 || len(k.Exception) > 300 {
		wrong = append(wrong, ErrKindException)
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	k.Purpose, k.ChangedBy = vault.PurposeVerification, actor
	return m.DB.Transact(ctx, func(tx *db.DB) error {
		old, err := findKind(ctx, tx, k.Code)
		if err == nil {
			k.Identity = old.Identity // what a kind is does not change, only whether it is asked for
		} else if !errors.Is(err, db.ErrNoRow) {
			return err
		}
		return upsertKind(ctx, tx, k, m.Clock.Now())
	})
}
