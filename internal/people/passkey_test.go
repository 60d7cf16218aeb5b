package people_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
)

const (
	site   = "https://tickets.example.kz"
	siteID = "tickets.example.kz"
)

// authenticator plays a device with one passkey in it.
type authenticator struct {
	key    *ecdsa.PrivateKey
	id     []byte
	owner  string // user handle, base64url
	count  uint32
	origin string
	flags  byte // 1 somebody was there, 4 and it was its owner
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id) //nolint:errcheck // never fails
	return &authenticator{key: key, id: id, origin: site, flags: 5}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (a *authenticator) client(t *testing.T, kind, challenge string) []byte {
	return marshal(t, map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a *authenticator) data(more byte) []byte {
	site := sha256.Sum256([]byte(siteID))
	return binary.BigEndian.AppendUint32(append(site[:], a.flags|more), a.count)
}

// create answers a question for a new passkey.
func (a *authenticator) create(t *testing.T, question []byte) string {
	t.Helper()
	var q struct {
		Challenge string
		User      struct{ ID string }
	}
	if err := json.Unmarshal(question, &q); err != nil {
		t.Fatal(err)
	}
	a.owner = q.User.ID
	pub, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	data := append(a.data(0x40), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	data = append(append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32), pub[1:33]...)
	data = append(append(data, 0x22, 0x58, 32), pub[33:]...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	return string(marshal(t, map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(a.client(t, "webauthn.create", q.Challenge)), "attestationObject": b64(append(object, data...))},
	}))
}

// get answers a question for a passkey that is there.
func (a *authenticator) get(t *testing.T, question []byte) string {
	t.Helper()
	var q struct{ Challenge string }
	if err := json.Unmarshal(question, &q); err != nil {
		t.Fatal(err)
	}
	a.count++
	client, data := a.client(t, "webauthn.get", q.Challenge), a.data(0)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return string(marshal(t, map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig), "userHandle": a.owner},
	}))
}

// give adds a passkey to the session's account.
func (h rooms) give(t *testing.T, s people.Session) *authenticator {
	t.Helper()
	a := newAuthenticator(t)
	q, err := h.People.NewPasskey(t.Context(), s)
	if err == nil {
		err = h.People.AddPasskey(t.Context(), s, "phone", a.create(t, q))
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (h rooms) question(t *testing.T, s *people.Session) []byte {
	t.Helper()
	q, err := h.People.AskPasskey(t.Context(), s, phone)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAPasskeyIsASecondFactorAndAStepUp(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		h.People.BaseURL = site
		ctx := t.Context()
		_, secret := h.staff(t, "one@example.kz", people.RoleSupport)
		_, s := h.come(t, "one@example.kz", secret)
		a := h.give(t, s)
		h.now.Advance(people.FreshFor)
		if _, err := h.People.NewPasskey(ctx, s); !errors.Is(err, people.ErrStepUp) {
			t.Errorf("a passkey is added with a stale factor: %v", err)
		}
		if err := h.People.VerifyPasskey(ctx, s, a.get(t, h.question(t, &s))); err != nil {
			t.Fatal(err)
		}
		token, next, err := h.People.SignIn(ctx, "one@example.kz", staffPassword, phone)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.People.VerifyPasskey(ctx, next, a.get(t, h.question(t, nil))); err != nil {
			t.Fatal(err)
		}
		if next, err = h.People.SessionByToken(ctx, token); err != nil || !next.Fresh(h.now.Now()) {
			t.Errorf("after the passkey the session is %+v, %v", next, err)
		}
		keys, err := h.People.Passkeys(ctx, next)
		if err != nil || len(keys) != 1 || keys[0].Kind != "phone" || keys[0].UsedAt.IsZero() {
			t.Fatalf("passkeys: %+v, %v", keys, err)
		}
		lately, err := h.People.SignIns(ctx, next)
		if err != nil || len(lately) != 2 || lately[0].Factor != "passkey" || lately[1].Factor != "totp" {
			t.Errorf("history: %+v, %v", lately, err)
		}
		if err := h.People.RemovePasskey(ctx, next, keys[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := h.People.VerifyPasskey(ctx, next, a.get(t, h.question(t, nil))); !errors.Is(err, people.ErrPasskey) {
			t.Errorf("a passkey that was removed gives %v", err)
		}
	})
}

func TestForgedAnswersOfPasskeysAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		h.People.BaseURL = site
		ctx := t.Context()
		_, secret := h.staff(t, "one@example.kz", people.RoleSupport)
		_, other := h.staff(t, "two@example.kz", people.RoleSupport)
		_, one := h.come(t, "one@example.kz", secret)
		_, two := h.come(t, "two@example.kz", other)
		mine, theirs := h.give(t, one), h.give(t, two)
		refused := func(name string, want error, s people.Session, answer string) {
			t.Helper()
			if err := h.People.VerifyPasskey(ctx, s, answer); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
			h.now.Advance(2 * time.Hour) // the guard's memory is another test's
			for email, key := range map[string]string{"one@example.kz": secret, "two@example.kz": other} {
				if _, s := h.come(t, email, key); s.AccountID == one.AccountID {
					one = s
				} else {
					two = s
				}
			}
		}
		mine.origin = "https://tickets.example.kz.evil.example"
		refused("another site's answer", people.ErrPasskey, one, mine.get(t, h.question(t, &one)))
		mine.origin = "http://tickets.example.kz"
		refused("an answer without TLS", people.ErrPasskey, one, mine.get(t, h.question(t, &one)))
		mine.origin, mine.flags = site, 1
		refused("nobody was verified", people.ErrPasskey, one, mine.get(t, h.question(t, &one)))
		mine.flags = 5
		refused("another person's passkey", people.ErrPasskey, one, theirs.get(t, h.question(t, nil)))
		refused("another person's question", people.ErrPasskey, one, mine.get(t, h.question(t, &two)))
		answer := mine.get(t, h.question(t, &one))
		if err := h.People.VerifyPasskey(ctx, one, answer); err != nil {
			t.Fatal(err)
		}
		refused("the same answer twice", people.ErrPasskeyOver, one, answer)
		late := mine.get(t, h.question(t, &one))
		h.now.Advance(5 * time.Minute)
		refused("an answer that is late", people.ErrPasskeyOver, one, late)
		refused("a question that nobody put", people.ErrPasskeyOver, one, mine.get(t, []byte(`{"challenge":"AAAA"}`)))
		refused("no answer at all", people.ErrPasskey, one, "{}")
		stranger := newAuthenticator(t)
		stranger.owner, stranger.id = mine.owner, mine.id
		refused("another key under the same name", people.ErrPasskey, one, stranger.get(t, h.question(t, &one)))
		if q, err := h.People.NewPasskey(ctx, one); err != nil {
			t.Error(err)
		} else if err := h.People.AddPasskey(ctx, two, "key", newAuthenticator(t).create(t, q)); !errors.Is(err, people.ErrPasskey) {
			t.Errorf("a passkey is added to another account: %v", err)
		}
		copied := *mine // a copy that was taken before: its counter runs behind
		copied.count = 0
		refused("a copy", people.ErrPasskeyCopied, one, copied.get(t, h.question(t, &one)))
		refused("the original afterwards", people.ErrPasskeyCopied, one, mine.get(t, h.question(t, &one)))
	})
}

func TestAVisitorComesInByPasskeyAlone(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		h.People.BaseURL = site
		ctx := t.Context()
		_, s := h.register(t)
		a := h.give(t, s)
		h.work(t)
		token, in, err := h.People.EnterByPasskey(ctx, a.get(t, h.question(t, nil)), phone)
		if err != nil || in.AccountID != s.AccountID {
			t.Fatalf("%+v, %v", in, err)
		}
		if _, err := h.People.SessionByToken(ctx, token); err != nil {
			t.Error(err)
		}
		if _, _, err := h.People.EnterByPasskey(ctx, a.get(t, h.question(t, &s)), phone); !errors.Is(err, people.ErrPasskey) {
			t.Errorf("a step up's answer signs in: %v", err)
		}
		held, err := h.People.AccountHeld(ctx, s.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, part := range held {
			kinds[part.Kind]++
		}
		if kinds["passkey"] != 1 || kinds["sign_in"] != 2 {
			t.Errorf("what is held: %v", kinds)
		}
		h.People.BaseURL = "http://192.0.2.1"
		if h.People.HasPasskeys() {
			t.Error("an address in numbers has passkeys")
		}
	})
}

func TestSignInsAreRememberedWithTheRefusedOnes(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		_, s := h.register(t)
		desk := people.Browser{IP: "[2001:db8:7:8::9]:443", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/133.0"}
		h.now.Advance(time.Hour)
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", "not the password", desk); !errors.Is(err, people.ErrSignIn) {
			t.Fatal(err)
		}
		h.People.Settle()
		before := len(h.Mails.All())
		for _, b := range []people.Browser{phone, desk, desk} {
			h.now.Advance(time.Minute)
			if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", password, b); err != nil {
				t.Fatal(err)
			}
		}
		h.work(t)
		if letters := h.Mails.All()[before:]; len(letters) != 1 {
			t.Errorf("%d letters tell of a browser that is new, want one", len(letters))
		}
		got, err := h.People.SignIns(ctx, s)
		if err != nil || len(got) != 5 {
			t.Fatalf("history: %+v, %v", got, err)
		}
		if r := got[3]; !r.Refused || r.Way != "password" || r.Browser != "Firefox, Windows" || r.Network != "2001:db8:7::/48" {
			t.Errorf("the refused one: %+v", r)
		}
		if r := got[4]; r.Refused || r.Way != "code" || r.Browser != "Chrome, Android" || r.Network != "203.0.113.0/24" {
			t.Errorf("the first one: %+v", r)
		}
		h.now.Advance(people.SignInsFor)
		if err := h.People.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		held, err := h.People.AccountHeld(ctx, s.PersonID)
		if err != nil || len(held) > 2 { // the account, and the code that confirmed it
			t.Errorf("after the term: %+v, %v", held, err)
		}
	})
}
