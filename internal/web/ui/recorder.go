package ui

import (
	"fmt"
	"net/http"
	"runtime"
)

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the first status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts what goes out.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush lets streams flow.
func (w *recorder) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// probe takes the mux's own answer, of which only status and headers matter.
type probe struct {
	header http.Header
	status int
}

// Header is what would be sent.
func (w *probe) Header() http.Header { return w.header }

// Write forgets.
func (w *probe) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader keeps the status.
func (w *probe) WriteHeader(status int) { w.status = status }

// panicked is a panic as an error. Its value may hold anything, so only a runtime error's own words are logged.
type panicked struct{ value any }

// Error names the panic and where it was.
func (e *panicked) Error() string {
	what := fmt.Sprintf("%T", e.value)
	switch v := e.value.(type) {
	case runtime.Error:
		what = v.Error()
	case string:
		what = v
	}
	return "panic: " + what + " at " + origin()
}

// origin walks up to the frame that panicked.
func origin() string {
	pcs := make([]uintptr, 48)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	seen := false
	for {
		f, more := frames.Next()
		if f.Function == "runtime.gopanic" {
			seen = true
		} else if seen && (len(f.Function) < 8 || f.Function[:8] != "runtime.") {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
