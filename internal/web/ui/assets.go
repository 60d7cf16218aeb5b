package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:generate go run ./bundle

//go:embed static
var staticFiles embed.FS

// assets are the bundled files, read once; their common hash stands in the address, so they may be cached for ever.
var assets = func() (a struct {
	hash  string
	files map[string][]byte
},
) {
	a.files = map[string][]byte{}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		short := strings.TrimPrefix(name, "static/")
		a.files[short] = b
		sum.Write([]byte(short))
		sum.Write(b)
		return nil
	})
	if err != nil {
		panic("ui: embedded files: " + err.Error()) // cannot be: they are in the binary
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return a
}()

// packedAssets are the bundled files that compressing makes smaller.
var packedAssets = sync.OnceValue(func() map[string]*Packed {
	out := map[string]*Packed{}
	for name, b := range assets.files {
		if ext := path.Ext(name); ext != ".woff2" && ext != ".png" && ext != ".wav" {
			out[name] = Pack(b)
		}
	}
	return out
})

// Asset is the address of a bundled file: Asset("ui.css").
func Asset(name string) string { return "/static/" + assets.hash + "/" + name }

// AssetFile returns a bundled file's content; false when there is none.
func AssetFile(name string) ([]byte, bool) {
	b, ok := assets.files[name]
	return b, ok
}

// Asset is the address of a bundled file.
func (p Page) Asset(name string) string { return Asset(name) }

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2",
	".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json", ".map": "application/json",
}

// Mount puts the bundled files and the operator's theme on their addresses. Each has a pattern of its own: "/static/{file...}" would
// quarrel with every "/{lang}/…".
func (u *UI) Mount(mux *http.ServeMux) {
	for name := range assets.files {
		mux.HandleFunc("GET "+Asset(name), u.serveStatic)
	}
	mux.HandleFunc("GET "+u.ThemeURL(), u.serveStatic)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { u.serveFile(w, r, "icon.svg", false) })
}

// serveStatic answers everything under /static/; Serve sends it what has an old hash too.
func (u *UI) serveStatic(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	hash, file, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	if !found {
		u.serveTheme(w, r, hash)
		return
	}
	// A page that was open while we were replaced asks by the old hash: it gets today's file, kept for a moment only.
	u.serveFile(w, r, file, hash == assets.hash)
}

func (u *UI) serveFile(w http.ResponseWriter, r *http.Request, name string, keep bool) {
	b, ok := AssetFile(name)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if t, ok := assetTypes[path.Ext(name)]; ok {
		w.Header().Set("Content-Type", t)
	}
	if keep {
		forever(w)
	} else {
		w.Header().Set("Cache-Control", "public, max-age=60")
	}
	if strings.HasSuffix(name, "sw.js") {
		w.Header().Set("Service-Worker-Allowed", "/")
	}
	if p, ok := packedAssets()[name]; ok {
		p.Serve(w, r, http.StatusOK)
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

func forever(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
}
