package money_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/sahna/sahna/internal/platform/money"
)

func TestAmountsAreWrittenAsPeopleDo(t *testing.T) {
	for _, x := range []struct {
		minor         int64
		text, decimal string
	}{
		{0, "0\u00a0₸", "0.00"},
		{100, "1\u00a0₸", "1.00"},
		{1_200_000, "12\u00a0000\u00a0₸", "12000.00"},
		{123_456_789_00, "123\u00a0456\u00a0789\u00a0₸", "123456789.00"},
		{1_200_050, "12\u00a0000,50\u00a0₸", "12000.50"},
		{-5, "−0,05\u00a0₸", "-0.05"},
	} {
		a := money.Amount{Minor: x.minor, Currency: money.KZT}
		if a.String() != x.text || a.Decimal() != x.decimal {
			t.Errorf("%d is written %q and %q, want %q and %q", x.minor, a, a.Decimal(), x.text, x.decimal)
		}
	}
}

func TestAddingAndTakingBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int64Range(-1<<40, 1<<40)
		a := money.Amount{Minor: small.Draw(t, "a"), Currency: money.KZT}
		b := money.Amount{Minor: small.Draw(t, "b"), Currency: money.KZT}
		if got := a.Add(b).Add(b.Neg()); got != a {
			t.Fatalf("%v + %v - %v = %v", a, b, b, got)
		}
		if got := a.Times(3); got != a.Add(a).Add(a) {
			t.Fatalf("3 × %v = %v", a, got)
		}
	})
}

func TestCurrenciesDoNotMix(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("tenge and dollars were added")
		}
	}()
	money.Tenge(1).Add(money.Zero("USD"))
}
