package checkout_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// takenFor is a form of who takes a ticket for a child.
func (v *visit) takenFor() url.Values {
	form := v.taken()
	for name, value := range map[string]string{"for": "other", "for_surname": "Жақсылық", "for_name": "Нұрсая", "represents": "yes"} {
		form.Set(name, value)
	}
	return form
}

// forChild passes a ticket on to somebody who takes it for a child, and returns the ticket's address and the representation.
func (v *visit) forChild(t *testing.T) (path string, rep boxoffice.Representation) {
	t.Helper()
	return v.forChildAt(t, "1-1")
}

func (v *visit) forChildAt(t *testing.T, seat string) (path string, rep boxoffice.Representation) {
	t.Helper()
	o := v.Paid(t, seat)
	link := passAddress.FindString(v.post("/ru/order/"+o.Code+"/"+o.Secret+"/pass", url.Values{"ticket": {o.Tickets[0].Code}}).body)
	v.want(v.get(link+"?for=other"), 200, "Для другого человека", "Кого вы представляете")
	bad := v.takenFor()
	bad.Del("represents")
	bad.Set("for_name", "")
	v.want(v.post(link, bad), 422, "Отметьте, что вправе", "Жақсылық")
	p := v.post(link, v.takenFor())
	v.want(p, 200, "Вы представляете другого человека")
	return p.path, v.representation(t, p.path)
}

func (v *visit) representation(t *testing.T, path string) boxoffice.Representation {
	t.Helper()
	part := strings.Split(path, "/")
	ticket, err := v.Office.TicketBySecret(t.Context(), part[3], part[4])
	if err != nil {
		t.Fatal(err)
	}
	rep, found, err := v.Office.RepresentationOf(t.Context(), ticket)
	if err != nil || !found {
		t.Fatalf("no representation: %v", err)
	}
	return rep
}

// sendProof sends a file as a browser without scripts does.
func (v *visit) sendProof(t *testing.T, path string, body []byte) page {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "proof.pdf")
	if err == nil {
		_, err = part.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return v.read(v.http.Post(v.base+path+"/proof", w.FormDataContentType(), &b))
}

// opens tells whether the child's name opens for a purpose.
func (v *visit) opens(t *testing.T, person string, purpose vault.Purpose) error {
	t.Helper()
	return v.DB.Transact(t.Context(), func(tx *db.DB) error {
		_, err := v.People.Contacts(t.Context(), tx, vault.Opening{
			Person: person, Purpose: purpose, Fields: []vault.Field{vault.Surname, vault.Name}, Actor: "system", Reason: "test",
		})
		return err
	})
}

func (v *visit) decide(t *testing.T, rep boxoffice.Representation, r document.Result, reason string) {
	t.Helper()
	if err := v.docs.Decide(t.Context(), rep.DocumentID, r, reason, "system"); err != nil {
		t.Fatal(err)
	}
	if err := v.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestARepresentativeProvesThatTheyMay(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		path, rep := v.forChild(t)
		if err := v.opens(t, rep.PersonID, vault.PurposeService); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("unconfirmed, but for the service the name opens: %v", err)
		}
		if err := v.opens(t, rep.PersonID, vault.PurposeVerification); err != nil {
			t.Errorf("for the check the name does not open: %v", err)
		}
		v.want(v.sendProof(t, path, []byte("MZ\x90 not a document")), 422, "proof-error")
		paper := documenttest.PDF(t, []string{"ТУУ ТУРАЛЫ КУӘЛІК", "Жақсылық Нұрсая, анасы Жақсылық Бота"})
		v.want(v.sendProof(t, path, paper), 200, "ждёт проверки")
		v.want(v.sendProof(t, path, paper), 409)
		v.decide(t, v.representation(t, path), document.BetterCopy, "")
		v.want(v.sendProof(t, path, paper), 200, "ждёт проверки")
		v.decide(t, v.representation(t, path), document.Accepted, "")
		v.want(v.get(path), 200, "вправе действовать")
		if err := v.opens(t, rep.PersonID, vault.PurposeService); err != nil {
			t.Errorf("confirmed, but the name does not open: %v", err)
		}
		held, err := v.Office.Export(t.Context(), rep.PersonID)
		if err != nil || len(held) != 1 || held[0].Kind != "represented" {
			t.Errorf("what is held on the child: %+v, %v", held, err)
		}
		if p := v.sendProof(t, strings.Replace(path, "/ticket/", "/ticket/X", 1), paper); p.status != http.StatusNotFound {
			t.Errorf("a stranger sends a proof: %d", p.status)
		}
	})
}

func TestARefusedOrMissingProofDestroysTheName(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		path, rep := v.forChild(t)
		paper := documenttest.PDF(t, []string{"ТУУ ТУРАЛЫ КУӘЛІК", "Басқа адам"})
		v.want(v.sendProof(t, path, paper), 200, "ждёт проверки")
		v.decide(t, v.representation(t, path), document.Refused, "other_name")
		if err := v.opens(t, rep.PersonID, vault.PurposeVerification); fault.KindOf(err) != fault.Gone {
			t.Errorf("refused, but: %v", err)
		}
		if now := v.representation(t, path); now.PersonID == rep.PersonID {
			t.Error("the ticket still names the child")
		}
		v.want(v.get(path), 200, "не подтверждает")
		var rows int
		if err := v.DB.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM privacy_unconfirmed) + (SELECT count(*) FROM people_document WHERE person_id = $1)`, rep.PersonID).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%d rows are left, %v", rows, err)
		}
	})
}

// The name is taken back before a document was sent, and while one waits; not once it is decided. Nothing of it is left, the ticket is.
func TestARepresentativeTakesTheNameBack(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		paper := documenttest.PDF(t, []string{"ТУУ ТУРАЛЫ КУӘЛІК", "Жақсылық Нұрсая"})
		for _, seat := range []string{"1-1", "1-2"} {
			path, rep := v.forChildAt(t, seat)
			if seat == "1-2" {
				v.want(v.sendProof(t, path, paper), 200, "ждёт проверки", "Забрать имя назад")
				if files, err := v.docs.Files.List(t.Context(), ""); err != nil || len(files) != 1 {
					t.Fatalf("before: %v, %v", files, err)
				}
			}
			if p := v.post(strings.Replace(path, "/ticket/", "/ticket/X", 1)+"/name-back", nil); p.status != http.StatusNotFound {
				t.Errorf("a stranger takes a name back: %d", p.status)
			}
			v.want(v.post(path+"/name-back", nil), 200, "Вы забрали имя назад", "<svg")
			v.want(v.post(path+"/name-back", nil), 409, "Забирать уже нечего")
			v.want(v.sendProof(t, path, paper), 409)
			if err := v.opens(t, rep.PersonID, vault.PurposeVerification); fault.KindOf(err) != fault.Gone {
				t.Errorf("taken back, but: %v", err)
			}
			if now := v.representation(t, path); now.PersonID == rep.PersonID || now.DocumentID != "" || now.State != boxoffice.ProofWithdrawn {
				t.Errorf("the ticket still names the child: %+v", now)
			}
			var rows int
			if err := v.DB.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM privacy_unconfirmed) + (SELECT count(*) FROM people_document WHERE person_id = $1)
				+ (SELECT count(*) FROM vault_field WHERE person_id = $1)`, rep.PersonID).Scan(&rows); err != nil || rows != 0 {
				t.Errorf("%d rows are left, %v", rows, err)
			}
			if files, err := v.docs.Files.List(t.Context(), ""); err != nil || len(files) != 0 {
				t.Errorf("files are left: %v, %v", files, err)
			}
			if err := v.Jobs.Drain(t.Context()); err != nil { // the sweep finds nothing more to do
				t.Error(err)
			}
		}
		path, _ := v.forChildAt(t, "2-1")
		v.want(v.sendProof(t, path, paper), 200, "ждёт проверки")
		v.decide(t, v.representation(t, path), document.Accepted, "")
		v.want(v.post(path+"/name-back", nil), 409, "вправе действовать", "Забирать уже нечего")
	})
}

// A process that dies after the state has moved leaves the rest to the sweep; a reviewer who was slower changes nothing.
func TestANameTakenBackIsSweptAfterACrash(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		path, rep := v.forChild(t)
		v.want(v.sendProof(t, path, documenttest.PDF(t, []string{"ТУУ ТУРАЛЫ КУӘЛІК", "Жақсылық Нұрсая"})), 200, "ждёт проверки")
		part := strings.Split(path, "/")
		ticket, err := v.Office.TicketBySecret(t.Context(), part[3], part[4])
		if err != nil {
			t.Fatal(err)
		}
		taken, err := v.Office.TakeNameBack(t.Context(), ticket)
		if err != nil || taken.DocumentID == "" || taken.PersonID != rep.PersonID {
			t.Fatalf("%+v, %v", taken, err)
		}
		if err := v.docs.Decide(t.Context(), taken.DocumentID, document.Accepted, "", "system"); err != nil {
			t.Fatal(err)
		}
		if err := v.opens(t, rep.PersonID, vault.PurposeService); err == nil {
			t.Error("a slower reviewer has confirmed a name that was taken back")
		}
		if err := v.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := v.opens(t, rep.PersonID, vault.PurposeVerification); fault.KindOf(err) != fault.Gone {
			t.Errorf("swept, but: %v", err)
		}
		if now := v.representation(t, path); now.State != boxoffice.ProofWithdrawn || now.PersonID == rep.PersonID {
			t.Errorf("after the sweep: %+v", now)
		}
	})
}

func TestAProofThatNeverComesEndsWithThePerformance(t *testing.T) {
	eachVisit(t, func(t *testing.T, v *visit) {
		path, rep := v.forChild(t)
		if err := v.Office.SweepRepresentations(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := v.opens(t, rep.PersonID, vault.PurposeVerification); err != nil {
			t.Errorf("before the performance: %v", err)
		}
		v.Clock.Advance(60 * 24 * time.Hour)
		if err := v.Office.SweepRepresentations(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := v.opens(t, rep.PersonID, vault.PurposeVerification); fault.KindOf(err) != fault.Gone {
			t.Errorf("after the performance: %v", err)
		}
		v.want(v.get(path), 200, "До показа ничего не подтвердили")
	})
}

func TestARepresentativeInABrowser(t *testing.T) {
	for lang, screen := range map[string]browsertest.Screen{"kk": browsertest.Phone, "ru": browsertest.Desktop.InDark(), "en": browsertest.Phone.WithoutScript()} {
		v := newVisit(t, dbtest.Open(t, db.SQLite))
		o := v.Paid(t, "1-1")
		b := browsertest.Open(t, screen)
		b.Go(v.base + "/" + lang + "/order/" + o.Code + "/" + o.Secret)
		b.Submit("form[action$='/pass'] button")
		b.Go(html.UnescapeString(b.Text(".pass-link")))
		b.Submit(".tabs a[href*='for=other']")
		look(b, "proof-take")
		for name, value := range map[string]string{"for_surname": "Жақсылық", "for_name": "Нұрсая", "surname": "Жақсылық", "name": "Бота", "email": "bota@example.kz"} {
			b.Type("[name="+name+"]", value)
		}
		b.Click("[name=represents]")
		b.Click("[name=consent][value=service]")
		b.Submit(".page-form button[type=submit]")
		look(b, "proof-ticket")
		file := filepath.Join(t.TempDir(), "proof.pdf")
		if err := os.WriteFile(file, documenttest.PDF(t, []string{"ТУУ ТУРАЛЫ КУӘЛІК", "Жақсылық Нұрсая"}), 0o600); err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SetUploadFiles(chromedp.CSS("#proof-file"), []string{file}))
		b.Submit("#proof button")
		b.Wait("#proof .notice")
		look(b, "proof-sent")
		b.Click("#proof summary")
		look(b, "proof-name-back")
		if lang == "ru" {
			b.Submit("#proof .name-back button")
			b.Wait("#proof .notice")
			look(b, "proof-name-taken-back")
			continue
		}
		v.decide(t, v.representation(t, strings.Split(strings.TrimPrefix(b.URL(), v.base), "#")[0]), document.Accepted, "")
		b.Go(b.URL())
		look(b, "proof-confirmed")
	}
}
