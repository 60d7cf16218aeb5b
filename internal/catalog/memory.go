package catalog

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// checkEvery is how long the memory trusts itself. Another process may have imported: asking the version on every read would
// cost the query that the memory is there to save, so a change made elsewhere is seen that much later. A page that is
// handed out again for a moment adds that moment: together they stay below a second.
const checkEvery = 400 * time.Millisecond

// What the memory holds at most before it starts anew: single things are small, lists may be large and strangers choose their keys.
const (
	thingsKept = 4096
	listsKept  = 200
)

// memory keeps what was read, as long as the catalogue's version stays the same.
type memory struct {
	mu         sync.Mutex
	version    int64
	checked    time.Time
	generation int // moves when everything is forgotten, so that a slow reader does not bring back what is old
	things     map[any]any
	lists      map[any]any
	plans      map[string]*Plan // never forgotten: a plan cannot change
}

func newMemory() *memory {
	m := &memory{plans: map[string]*Plan{}}
	m.drop()
	return m
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
	m.things, m.lists = map[any]any{}, map[any]any{}
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
	return rememberIn(ctx, c, func(m *memory) map[any]any { return m.things }, thingsKept, key, read)
}

// rememberList is remember for lists.
func rememberList[K comparable, V any](ctx context.Context, c *Catalog, key K, read func() (V, error)) (V, error) {
	return rememberIn(ctx, c, func(m *memory) map[any]any { return m.lists }, listsKept, key, read)
}

func rememberIn[K comparable, V any](ctx context.Context, c *Catalog, part func(m *memory) map[any]any, most int, key K, read func() (V, error)) (V, error) {
	var none V
	if _, err := c.Version(ctx); err != nil {
		return none, err
	}
	m := c.memory
	m.mu.Lock()
	got, ok := part(m)[key]
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
	if m.generation == generation { // else what was read may be old by now
		kept := part(m)
		if len(kept) >= most {
			clear(kept)
		}
		kept[key] = v
	}
	return v, nil
}
