package app

import "net/http"

// PutBack is a restore that stops before its replay.
var PutBack = putBack

// ReadManifest reads a backup's manifest.
var ReadManifest = readManifest

// Mux is where every door has put its addresses.
func (a *App) Mux() *http.ServeMux { return a.mux }

// DemoConfig is the demo's operator, for tests that were there before the demo.
func DemoConfig(data string) Config { return demoConfig(DemoOptions{Data: data}, "http://127.0.0.1:1") }
