package vault

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// journalKeys sign and verify checkpoints.
type journalKeys struct {
	signer    note.Signer
	verifiers note.Verifiers
	public    string
	fallback  []byte // stands for the key of a person who has none, in refusals
}

func newJournalKeys(cfg Config) (journalKeys, error) {
	private := cfg.JournalKey
	if private == "" {
		private = derivedJournalKey(cfg.Root)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return journalKeys{}, errors.New("the journal's key cannot be read") // note's own error could print it
	}
	public, err := verifierKey(private)
	if err != nil {
		return journalKeys{}, err
	}
	var vs []note.Verifier
	for _, k := range append([]string{public}, cfg.OldJournalKeys...) {
		v, err := note.NewVerifier(k)
		if err != nil {
			return journalKeys{}, fmt.Errorf("journal verifier key: %w", err)
		}
		vs = append(vs, v)
	}
	return journalKeys{signer, note.VerifierList(vs...), public, derive(cfg.Root, "persons without a key", keySize)}, nil
}

const algEd25519 = 1

func encodeJournalKey(private ed25519.PrivateKey) (signer, verifier string) {
	pub := append([]byte{algEd25519}, private.Public().(ed25519.PublicKey)...)
	h := sha256.Sum256(append([]byte(JournalName+"\n"), pub...))
	hash := fmt.Sprintf("%08x", binary.BigEndian.Uint32(h[:4]))
	seed := append([]byte{algEd25519}, private.Seed()...)
	b64 := base64.StdEncoding.EncodeToString
	return "PRIVATE+KEY+" + JournalName + "+" + hash + "+" + b64(seed), JournalName + "+" + hash + "+" + b64(pub)
}

func derivedJournalKey(root []byte) string {
	s, _ := encodeJournalKey(ed25519.NewKeyFromSeed(derive(root, "sign the journal", ed25519.SeedSize)))
	return s
}

// verifierKey returns the public half of a signer key.
func verifierKey(signer string) (string, error) {
	i := strings.LastIndexByte(signer, '+')
	// the hash's and the name's plus signs come before; base64 may hold one too, so count from the front
	if parts := strings.SplitN(signer, "+", 5); len(parts) == 5 {
		i = len(signer) - len(parts[4]) - 1
	}
	if i < 0 {
		return "", errors.New("not a signer key")
	}
	seed, err := base64.StdEncoding.DecodeString(signer[i+1:])
	if err != nil || len(seed) != 1+ed25519.SeedSize || seed[0] != algEd25519 {
		return "", errors.New("not a signer key")
	}
	s, v := encodeJournalKey(ed25519.NewKeyFromSeed(seed[1:]))
	if s != signer {
		return "", fmt.Errorf("not a signer key of the name %s", JournalName)
	}
	return v, nil
}
