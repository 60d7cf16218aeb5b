package account_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

var receiptLink = regexp.MustCompile(`/ru/(?:account/data|page/my-data)/receipts/[0-9a-f-]{36}(?:\?act=withdrawal)?`)

var proofLink = regexp.MustCompile(`/ru/account/data/looks/[0-9a-f-]{36}`)

var numberIn = regexp.MustCompile(`\d{4}-\d{5}`)

func (h *house) checks(what, file string) {
	h.t.Helper()
	if c := privacy.CheckReceipt([]byte(file), h.Vault.JournalVerifier()); len(c.Findings) > 0 {
		h.t.Errorf("%s does not verify: %q", what, c.Findings)
	}
}

func TestEveryRightIsAButtonWithAReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v := h.signedIn("ru")
		_, _, body := v.get("/ru/account/data")
		link := receiptLink.FindString(body)
		_, _, page := v.get(link)
		expect(t, "the receipt", page, "Квитанция о согласии", "отметкой в пустом поле", "на сайте", "sahna receipt verify")
		_, _, file := v.get(link + "/receipt.json")
		h.checks("the receipt", file)
		if status, _, paper := v.get(link + "/receipt.pdf"); status != 200 || !strings.HasPrefix(paper, "%PDF-") {
			t.Errorf("the receipt on paper: %d %.20q", status, paper)
		}
		_, _, proof := v.get(proofLink.FindString(body))
		h.checks("the proof of a look", proof)
		if strings.Contains(file+proof, "aigul@") || strings.Contains(file+proof, "Айгүл") {
			t.Error("a proof names its person")
		}

		_, at, body := v.post("/ru/account/data/block")
		expect(t, "after blocking", body, "Заблокировано", "Ваши данные заблокированы", "Серікқызы", "Блокировка")
		if !numberIn.MatchString(at) || strings.Contains(at, "aigul") {
			t.Errorf("the answer has no number: %s", at)
		}
		if status, _, _ := v.post("/ru/account/data/correct", "surname", "Омарова", "name", "Айгүл", "phone", ""); status != 403 {
			t.Errorf("blocked data was changed: %d", status)
		}
		_, _, body = v.get("/ru/account/data/delete")
		expect(t, "deleting while blocked", body, "Сначала снимите блокировку")
		_, _, body = v.post("/ru/account/data/unblock")
		expect(t, "after unblocking", body, "Блокировка снята")

		_, _, body = v.get("/ru/account/data/object")
		expect(t, "what machines decide", body, "Слишком много попыток", "Десять неверных паролей", "места уже проданы")
		if status, _, body := v.post("/ru/account/data/object", "text", "нет"); status != 422 || !strings.Contains(body, "f-text") {
			t.Errorf("an objection without words: %d", status)
		}
		_, _, body = v.post("/ru/account/data/object", "text", "Вход закрыли, хотя пароль был верный.")
		expect(t, "after objecting", body, "человек ответит", "Возражение против решения машины", "ответ до")

		v.post("/ru/account/data/consents/marketing_email/give", "version", h.version(), "consents", "marketing_email")
		_, _, body = v.post("/ru/account/data/consents/marketing_email/withdraw")
		for _, l := range receiptLink.FindAllString(body, -1) {
			if strings.HasSuffix(l, "withdrawal") {
				_, _, file = v.get(strings.Replace(l, "?", "/receipt.json?", 1))
				h.checks("the receipt of the withdrawal", file)
				return
			}
		}
		t.Error("the withdrawal has no receipt")
	})
}

func TestACopyLiesSealedAndIsFetchedByItsPersonAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Buy(t, "1-1")
		v := h.signedIn("ru")
		_, at, body := v.post("/ru/account/data/download")
		expect(t, "the page while it is made", body, "Копия готовится")
		if at != "/ru/account/data/download" {
			t.Errorf("led to %s", at)
		}
		if status, _, _ := v.get("/ru/account/data/download/my-data.zip"); status != 410 {
			t.Errorf("a copy that is not made: %d", status)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, _, body = v.get("/ru/account/data/download")
		expect(t, "the page when it is ready", body, "Копия готова", "my-data.zip")
		_, _, archive := v.get("/ru/account/data/download/my-data.zip")
		z, err := zip.NewReader(bytes.NewReader([]byte(archive)), int64(len(archive)))
		if err != nil {
			t.Fatalf("%v: %.80q %s", err, archive, h.log.String())
		}
		got := map[string]string{}
		for _, f := range z.File {
			b, err := fs.ReadFile(z, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			got[f.Name] = string(b)
			if strings.HasPrefix(f.Name, "receipts/") {
				h.checks(f.Name, string(b))
			}
		}
		expect(t, "data.json", got["data.json"], "Серікқызы", "aigul@example.kz", `"consents"`, `"journal"`)
		expect(t, "data.html", got["data.html"], "Мои данные", "Серікқызы", "Кто и что делал", "Покупка без входа", "Кто получил данные", "Почтовый сервер оператора, Казахстан", "запись журнала")
		_, _, body = v.get("/ru/account/data")
		_, part, _ := strings.Cut(body, `aria-labelledby="received"`)
		part, _, _ = strings.Cut(part, "</section>")
		expect(t, "who received what", part, "Почтовый сервер оператора, Казахстан", "адрес электронной почты", "идентификация")
		_, _, proof := v.get(proofLink.FindString(part))
		h.checks("the proof of a letter", proof)
		for _, raw := range []string{"{&#34;", "scope:", "version:", "boxoffice/", "people/", "privacy/", "vault/"} { // it is to be read by people
			if strings.Contains(got["data.html"], raw) {
				t.Errorf("data.html speaks to machines: %s", raw)
			}
		}
		if strings.Contains(got["data.html"], "http://") || strings.Contains(got["data.html"], "https://") || strings.Contains(got["data.html"], "[mydata.") {
			t.Error("the page takes something from elsewhere, or lacks a word")
		}
		h.nothingReadable(t)
		letter := h.Mails.All()[len(h.Mails.All())-1]
		if strings.Contains(letter.Text+letter.Subject, "Айгүл") || !strings.Contains(letter.Subject, "копия ваших данных готова") {
			t.Errorf("the notice: %q", letter.Subject)
		}
		if status, _, _ := h.visitor().get("/ru/account/data/download/my-data.zip"); status == 200 {
			// a stranger is led to the sign-in page
			if _, at, _ := h.visitor().get("/ru/account/data/download/my-data.zip"); !strings.HasPrefix(at, "/ru/account/sign-in") {
				t.Errorf("a stranger got to %s", at)
			}
		}
		h.bulk(t)
		h.Clock.Advance(25 * 60 * 60 * 1e9)
		if status, _, _ := v.get("/ru/account/data/download/my-data.zip"); status != 410 {
			t.Errorf("after a day: %d", status)
		}
		if err := h.copies.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		if left := h.stored(t); len(left) > 0 {
			t.Errorf("the sweep left %d files", len(left))
		}
	})
}

// bulk hands out the same in a file of many.
func (h *house) bulk(t *testing.T) {
	t.Helper()
	officer := privacytest.Aigul()
	officer.Email = "officer@example.kz"
	id, _, err := h.People.MakeStaff(t.Context(), officer, "a long password of staff", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	tally, err := h.copies.ExportAll(t.Context(), mydata.Bulk{Actor: "staff:" + id, Approver: "staff:two"},
		func(_ int, part []byte) error { lines = append(lines, part...); return nil }, func(mydata.BulkTally) {})
	if err != nil || tally.Done == 0 || tally.Done != bytes.Count(lines, []byte("\n")) {
		t.Fatalf("export in bulk: %+v %v", tally, err)
	}
	expect(t, "the file of many", string(lines), "Серікқызы", `"requests":[`, `"journal":[`, `"received":[{`, `"country":"KZ"`)
	_, err = h.copies.ExportAll(t.Context(), mydata.Bulk{Actor: "staff:one", Approver: "staff:one"}, nil, nil)
	if !errors.Is(err, privacy.ErrApprover) {
		t.Errorf("one employee alone: %v", err)
	}
}

func (h *house) stored(t *testing.T) (out [][]byte) {
	t.Helper()
	root := os.DirFS(h.folder)
	if err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, name)
		out = append(out, b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func (h *house) nothingReadable(t *testing.T) {
	t.Helper()
	all := h.stored(t)
	if len(all) == 0 {
		t.Error("no copy is stored")
	}
	for _, b := range all {
		for _, word := range []string{"PK\x03\x04", "aigul", "Серікқызы", "data.json"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("the stored copy holds %q", word)
			}
		}
	}
}

func TestAGuestHasTheSameRightsByACode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Buy(t, "1-1")
		email := privacytest.Aigul().Email
		v := h.visitor()
		if _, at, _ := v.get("/ru/page/my-data/delete"); at != "/ru/page/my-data" {
			t.Errorf("without a code led to %s", at)
		}
		_, _, unknown := h.visitor().post("/ru/page/my-data", "email", "nobody@example.kz")
		_, at, known := v.post("/ru/page/my-data", "email", email)
		if unknown != known || strings.Contains(at, "@") {
			t.Errorf("the answer tells whether the address is known (%s)", at)
		}
		_, at, body := v.post("/ru/page/my-data/code", "code", h.newestCode())
		if at != "/ru/page/my-data" {
			t.Fatalf("the code led to %s", at)
		}
		expect(t, "a guest's data", body, email, "Заблокировать мои данные", "/ru/page/my-data/delete", "Закрыть")
		_, _, file := v.get(receiptLink.FindString(body) + "/receipt.json")
		h.checks("a guest's receipt", file)
		v.post("/ru/page/my-data/end")
		if _, _, body = v.get("/ru/page/my-data"); strings.Contains(body, email) {
			t.Error("closed, and still shown")
		}
	})
}

func TestWithdrawingWhatAnOpenOrderNeedsIsRefusedWithItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		o := h.Buy(t, "1-1")
		v := h.signedIn("ru")
		status, _, body := v.post("/ru/account/data/consents/service/withdraw")
		if status != 409 {
			t.Errorf("status %d", status)
		}
		expect(t, "the refusal", body, o.Code, "билет на показ, который ещё впереди", "Возразить против решения")
		if o.Status != boxoffice.OrderPaid {
			t.Errorf("the order is %s", o.Status)
		}
	})
}

func TestDeletingSaysWhatWillHappenAndThenDoesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v := h.signedIn("ru")
		_, _, body := v.get("/ru/account/data/delete")
		expect(t, "before deleting", body, "Будет уничтожено", "Имя и контакты", "Удалить навсегда")
		if status, _, _ := v.post("/ru/account/data/delete", "password", "not the password"); status != 422 {
			t.Errorf("a wrong password: %d", status)
		}
		if found, err := h.People.PersonsByEmail(t.Context(), "aigul@example.kz"); err != nil || len(found) != 1 {
			t.Fatalf("a wrong password deleted: %v %v", found, err)
		}
		_, _, body = v.post("/ru/account/data/delete", "password", password)
		expect(t, "after deleting", body, "Ваши данные удалены", "исполнено")
		if found, err := h.People.PersonsByEmail(t.Context(), "aigul@example.kz"); err != nil || len(found) != 0 {
			t.Errorf("still found: %v %v", found, err)
		}
		if _, at, _ := v.get("/ru/account/data"); !strings.HasPrefix(at, "/ru/account/sign-in") {
			t.Errorf("still signed in: %s", at)
		}
		last := h.Mails.All()[len(h.Mails.All())-1]
		if last.To != "aigul@example.kz" || !strings.Contains(last.Subject, "ваши данные удалены") {
			t.Errorf("the last letter: %q", last.Subject)
		}
		if strings.Contains(h.log.String(), "aigul@") {
			t.Error("the log holds the address")
		}
	})
}

func TestWhoSharesAMailboxIsAskedWhichOneTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		o := h.Buy(t, "1-1")
		son := privacytest.Aigul()
		son.Surname, son.Name, son.Patronymic = "Серіков", "Арман", ""
		h.Guest(t, son)
		v := h.visitor()
		v.post("/ru/page/my-data", "email", son.Email)
		_, _, body := v.post("/ru/page/my-data/code", "code", h.newestCode())
		expect(t, "the question", body, "Кто из них вы?")
		if strings.Contains(body, "Арман") || strings.Contains(body, "Айгүл") {
			t.Error("the question tells the names")
		}
		if _, _, body = v.get("/ru/page/my-data/delete"); !strings.Contains(body, "Кто из них вы?") {
			t.Error("one goes past the question")
		}
		if status, _, _ := v.post("/ru/page/my-data/who", "who", "Омаров Арман"); status != 422 {
			t.Errorf("a name that nobody has: %d", status)
		}
		_, _, body = v.post("/ru/page/my-data/who", "who", strings.ToLower(o.Code))
		expect(t, "by the order's code", body, "Айгүл")
		if strings.Contains(body, "Арман") {
			t.Error("the mother sees the son's data")
		}
		_, _, body = v.get("/ru/page/my-data/delete")
		expect(t, "before deleting", body, "на другое имя мы не тронем")
		_, _, body = v.post("/ru/page/my-data/who", "who", "Серіков Арман")
		expect(t, "by name", body, "Арман")
		v.post("/ru/page/my-data/delete")
		found, err := h.People.PersonsByEmail(t.Context(), son.Email)
		if err != nil || len(found) != 1 || found[0] != o.PersonID {
			t.Errorf("the son's erasure left %v (%v), want the mother alone", found, err)
		}
	})
}

func TestTheAddressChangesByACode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v := h.signedIn("ru")
		if status, _, _ := v.post("/ru/account/email", "email", "new@example.kz", "password", "not the password"); status != 422 {
			t.Errorf("a wrong password: %d", status)
		}
		_, at, _ := v.post("/ru/account/email", "email", "new@example.kz", "password", password)
		if at != "/ru/account/email/code" {
			t.Fatalf("led to %s", at)
		}
		if status, _, _ := v.post("/ru/account/email/code", "code", "000000"); status != 422 {
			t.Errorf("a wrong code: %d", status)
		}
		_, _, body := v.post("/ru/account/email/code", "code", h.newestCode())
		expect(t, "afterwards", body, "Исправлено", "new@example.kz")
		if strings.Contains(h.log.String(), "new@") {
			t.Error("the log holds the address")
		}
	})
}

func TestThePersonFetchesTheLetterOfTheirOwnRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v := h.signedIn("ru")
		_, at, body := v.post("/ru/account/data/block")
		number := numberIn.FindString(at)
		letter := "/ru/account/data/requests/" + number + "/letter"
		expect(t, "the data page", body, letter)
		if status, _, file := v.get(letter); status != 200 || !strings.HasPrefix(file, "%PDF") {
			t.Errorf("the letter: %d %.10q", status, file)
		}
		if status, _, _ := v.get("/ru/account/data/requests/2026-09999/letter"); status != 404 {
			t.Errorf("a number that is none: %d", status)
		}
		son := privacytest.Aigul()
		son.Surname, son.Name, son.Email = "Серіков", "Арман", "arman@example.kz"
		h.Guest(t, son)
		g := h.visitor()
		g.post("/ru/page/my-data", "email", son.Email)
		g.post("/ru/page/my-data/code", "code", h.newestCode())
		if status, _, _ := g.get("/ru/page/my-data/requests/" + number + "/letter"); status != 404 {
			t.Errorf("a stranger's letter: %d", status)
		}
	})
}
