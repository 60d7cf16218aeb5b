// Package clamdtest leads tests to a real clamd.
//
// It owns where that one listens: ./check starts it with a database that knows
// the EICAR test file alone. It promises to fail, not to skip, when nobody does.
package clamdtest

import (
	"os"
	"testing"
)

// EICAR is the harmless file that every scanner calls malware. It is put together here, so that no scanner takes this source away.
const EICAR = `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// Address is where clamd listens.
func Address(t testing.TB) string {
	t.Helper()
	a := os.Getenv("SAHNA_TEST_CLAMD")
	if a == "" {
		t.Fatal("SAHNA_TEST_CLAMD is not set: ./check starts a clamd and says where (unix:/path)")
	}
	return a
}
