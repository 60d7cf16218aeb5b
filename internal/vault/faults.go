package vault

import "github.com/sahna/sahna/internal/platform/fault"

// The ways in which the vault refuses.
var (
	ErrNoPerson       = fault.New(fault.NotFound, "vault.no_person")
	ErrDestroyed      = fault.New(fault.Gone, "vault.destroyed")
	ErrBlocked        = fault.New(fault.Forbidden, "vault.blocked")
	ErrUnknownField   = fault.New(fault.Forbidden, "vault.unknown_field")   // arg "name"
	ErrUnknownPurpose = fault.New(fault.Forbidden, "vault.unknown_purpose") // arg "name"
	ErrTooLong        = fault.New(fault.Invalid, "vault.too_long")
)
