package boxoffice

import (
	"crypto/ed25519"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/google/uuid"

	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrBadQR is a QR code that is not one of ours, or was changed.
var ErrBadQR = fault.New(fault.Invalid, "boxoffice.bad_qr")

const (
	qrPrefix  = "SAHNA1."
	qrVersion = 1
	// version, ticket, performance, place
	claimLen  = 1 + 16 + 16 + 4
	areaBit   = 1 << 31 // set in the place's number when it is a standing area
	qrTextLen = len(qrPrefix) + ((claimLen+ed25519.SignatureSize)*8+4)/5
	qrDomain  = "sahna ticket 1\x00" // what the key signs here can never be taken for something else it signs
)

// Only characters of QR's alphanumeric set: the code stays small enough to read at arm's length.
var qrText = base32.StdEncoding.WithPadding(base32.NoPadding)

func packClaim(c Claim) ([]byte, bool) {
	t, err1 := uuid.Parse(c.TicketID)
	p, err2 := uuid.Parse(c.PerformanceID)
	if err1 != nil || err2 != nil {
		return nil, false
	}
	place := uint32(c.SeatNo)
	if c.SeatNo < 0 {
		place = uint32(c.AreaNo) | areaBit
	}
	b := make([]byte, 0, claimLen+ed25519.SignatureSize)
	b = append(b, qrVersion)
	b = append(b, t[:]...)
	b = append(b, p[:]...)
	return binary.BigEndian.AppendUint32(b, place), true
}

func signQR(key ed25519.PrivateKey, c Claim) string {
	b, ok := packClaim(c)
	if !ok {
		return ""
	}
	return qrPrefix + qrText.EncodeToString(append(b, ed25519.Sign(key, append([]byte(qrDomain), b...))...))
}

// IsQR tells whether a text is meant to be a ticket's QR code rather than a typed code.
func IsQR(text string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), qrPrefix)
}

// CheckQR verifies a QR's text without a database.
func CheckQR(key ed25519.PublicKey, text string) (Claim, error) {
	text = strings.TrimSpace(text)
	if len(text) != qrTextLen || len(key) != ed25519.PublicKeySize {
		return Claim{}, ErrBadQR
	}
	body, ok := strings.CutPrefix(strings.ToUpper(text), qrPrefix)
	if !ok {
		return Claim{}, ErrBadQR
	}
	b, err := qrText.DecodeString(body)
	if err != nil || len(b) != claimLen+ed25519.SignatureSize || b[0] != qrVersion || qrText.EncodeToString(b) != body {
		return Claim{}, ErrBadQR
	}
	claim, sig := b[:claimLen], b[claimLen:]
	if !ed25519.Verify(key, append([]byte(qrDomain), claim...), sig) {
		return Claim{}, ErrBadQR
	}
	c := Claim{TicketID: uuid.UUID(b[1:17]).String(), PerformanceID: uuid.UUID(b[17:33]).String(), SeatNo: -1, AreaNo: -1}
	if place := binary.BigEndian.Uint32(b[33:37]); place&areaBit != 0 {
		c.AreaNo = int(place &^ areaBit)
	} else {
		c.SeatNo = int(place)
	}
	return c, nil
}
