// Package money keeps amounts as whole minor units with a currency.
//
// It owns adding, comparing and writing amounts down. It promises never to
// round in silence and never to mix currencies. It does not convert.
package money

import (
	"fmt"
	"strconv"
	"strings"
)

// KZT is the tenge; its minor unit is the tiyn, 1/100.
const KZT = "KZT"

// Amount is a sum in minor units (for KZT: tiyn) of a currency (ISO 4217).
type Amount struct {
	Minor    int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Tenge makes an amount of whole tenge.
func Tenge(n int64) Amount { return Amount{Minor: n * 100, Currency: KZT} }

// Zero is nothing of a currency.
func Zero(currency string) Amount { return Amount{Currency: currency} }

// Add returns a+b. It panics on mixed currencies: that is a defect of the caller, never an input.
func (a Amount) Add(b Amount) Amount {
	if a.Currency != b.Currency {
		panic("money: " + a.Currency + " and " + b.Currency + " do not add")
	}
	return Amount{Minor: a.Minor + b.Minor, Currency: a.Currency}
}

// Neg returns -a.
func (a Amount) Neg() Amount { return Amount{Minor: -a.Minor, Currency: a.Currency} }

// Times returns a taken n times.
func (a Amount) Times(n int) Amount {
	return Amount{Minor: a.Minor * int64(n), Currency: a.Currency}
}

// IsZero tells whether it is nothing.
func (a Amount) IsZero() bool { return a.Minor == 0 }

var signs = map[string]string{KZT: "₸"}

// Narrow and ordinary no-break spaces would break copying into banks' forms; U+00A0 does not wrap and copies well.
const nbsp = "\u00a0"

// String writes the amount as people in Kazakhstan do: "12 000 ₸", with tiyn only where there are any: "12 000,50 ₸".
func (a Amount) String() string {
	neg := ""
	m := a.Minor
	if m < 0 {
		neg, m = "−", -m
	}
	s := neg + Grouped(m/100)
	if c := m % 100; c != 0 {
		s += fmt.Sprintf(",%02d", c)
	}
	sign, ok := signs[a.Currency]
	if !ok {
		sign = a.Currency
	}
	return s + nbsp + sign
}

// Decimal writes the amount as machines do: "12000.50".
func (a Amount) Decimal() string {
	neg := ""
	m := a.Minor
	if m < 0 {
		neg, m = "-", -m
	}
	return fmt.Sprintf("%s%d.%02d", neg, m/100, m%100)
}

// Grouped writes a number that is not below zero in groups of three, as prices are written.
func Grouped(n int64) string {
	d := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range d {
		if i > 0 && (len(d)-i)%3 == 0 {
			b.WriteString(nbsp)
		}
		b.WriteRune(r)
	}
	return b.String()
}
