package catalog

import (
	"encoding/json"
	"fmt"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// text is how the database keeps an i18n.Text: one JSON object.
type text struct{ *i18n.Text }

// Scan reads the column.
func (t text) Scan(src any) error { return scanJSON(src, t.Text) }

// packed is how the database keeps a value that is read and written whole.
type packed struct{ v any }

// Scan reads the column.
func (p packed) Scan(src any) error { return scanJSON(src, p.v) }

func scanJSON(src, into any) error {
	switch s := src.(type) {
	case string:
		return json.Unmarshal([]byte(s), into)
	case []byte:
		return json.Unmarshal(s, into)
	}
	return fmt.Errorf("a text column holds %T", src)
}

// pack writes a value as the column holds it. Texts and offers always marshal.
func pack(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	return string(b)
}
