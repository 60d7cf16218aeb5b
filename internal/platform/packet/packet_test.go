package packet_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/sahna/sahna/internal/platform/packet"
)

func TestOnlyTheRecipientOpens(t *testing.T) {
	pub, priv, err := packet.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := packet.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	plain := []byte("Серікқызы Айгүл")
	sealed, err := packet.Seal("D-2026-00001", pub, plain)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, plain) {
		t.Error("the packet can be read")
	}
	if got, err := packet.Open(priv, sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("the recipient: %q %v", got, err)
	}
	if _, err := packet.Open(other, sealed); !errors.Is(err, packet.ErrClosed) {
		t.Errorf("somebody else: %v", err)
	}
	if _, err := packet.OpenPassword("any", sealed); !errors.Is(err, packet.ErrClosed) {
		t.Errorf("a password: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := packet.Open(priv, bad); err == nil {
			t.Errorf("byte %d changed, and it opens", i)
		}
	}
	for n := range len(sealed) {
		if _, err := packet.Open(priv, sealed[:n]); err == nil {
			t.Errorf("cut after %d bytes, and it opens", n)
		}
	}
	for _, key := range []string{"", "sahna-public-", "sahna-public-AAAA", priv, pub + "x"} {
		if err := packet.CheckKey(key); !errors.Is(err, packet.ErrKey) {
			t.Errorf("the key %q: %v", key, err)
		}
	}
}

func TestAPasswordOpens(t *testing.T) {
	password := packet.NewPassword()
	l, err := packet.NewLocker("D-2026-00001", password)
	if err != nil {
		t.Fatal(err)
	}
	sealed := l.Seal([]byte("secret"))
	if got, err := packet.OpenPassword(" "+password+"\n", sealed); err != nil || string(got) != "secret" {
		t.Errorf("the password: %q %v", got, err)
	}
	if _, err := packet.OpenPassword(packet.NewPassword(), sealed); !errors.Is(err, packet.ErrClosed) {
		t.Errorf("another password: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := packet.OpenPassword(password, sealed); !errors.Is(err, packet.ErrClosed) {
		t.Errorf("changed: %v", err)
	}
	greedy := []byte("sahna packet 1\n{\"name\":\"x\",\"sealed\":\"argon2id-aes256gcm\",\"salt\":\"AAAA\",\"time\":4000000000,\"memory\":4000000000}\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
	if _, err := packet.OpenPassword(password, greedy); !errors.Is(err, packet.ErrClosed) {
		t.Errorf("a packet that wants all memory: %v", err)
	}
	if by, err := packet.ByPassword(sealed); err != nil || !by {
		t.Errorf("by password: %v %v", by, err)
	}
}
