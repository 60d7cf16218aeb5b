package catalog

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// checkEvery is how long the memory trusts itself. Another process may have imported: asking the version on every read would
// cost the query that the memory is there to save, so a change made elsewhere is seen a second late.
const checkEvery = time.Second

// memoryLimit bounds the entries of one kind.
const memoryLimit = 4096

// memory keeps what was read, as long as the catalogue's version stays the same.
type memory struct {
	mu         sync.Mutex
	version    int64
	checked    time.Time
	generation int // moves when everything is forgotten, so that a slow reader does not bring back what is old
	kept       map[any]any
	plans      map[string]*Plan // never forgotten: a plan cannot change
}

func newMemory() *memory {
	return &memory{kept: map[any]any{}, plans: map[string]*Plan{}}
}

// forget drops everything; the next reader asks the database.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop()
	m.checked = time.Time{}
}

func (m *memory) drop() {
	m.generation++
	m.kept = map[any]any{}
}

// Version returns a number that moves with every change of the catalogue; what was made of its texts is good as long as it stays.
func (c *Catalog) Version(ctx context.Context) (int64, error) {
	m, now := c.memory, c.clock.Now()
	m.mu.Lock()
	v, fresh := m.version, !m.checked.IsZero() && now.Before(m.checked.Add(checkEvery)) && !now.Before(m.checked)
	m.mu.Unlock()
	if fresh {
		return v, nil
	}
	if err := c.db.QueryRow(ctx, `SELECT version FROM catalog_version WHERE id = 1`).Scan(&v); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if v != m.version {
		m.drop()
		m.version = v
	}
	m.checked = now
	return v, nil
}

// keepable tells whether a stranger's id or slug can be in the database at all: PostgreSQL takes no NUL and no broken UTF-8.
func keepable(s string) bool {
	return len(s) <= 200 && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

// remember returns what is kept under key (a comparable type of its own for each kind), or reads and keeps it.
func remember[K comparable, V any](ctx context.Context, c *Catalog, key K, read func() (V, error)) (V, error) {
	var none V
	if _, err := c.Version(ctx); err != nil {
		return none, err
	}
	m := c.memory
	m.mu.Lock()
	got, ok := m.kept[key]
	generation := m.generation
	m.mu.Unlock()
	if ok {
		return got.(V), nil
	}
	v, err := read()
	if err != nil {
		return none, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation == generation {
		if len(m.kept) >= memoryLimit {
			m.kept = map[any]any{}
		}
		m.kept[key] = v
	}
	return v, nil
}
