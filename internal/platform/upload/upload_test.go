package upload_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/sahna/sahna/internal/platform/clamd"
	"github.com/sahna/sahna/internal/platform/clamd/clamdtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/platform/upload/uploadtest"
)

func gate(t *testing.T) *upload.Gate {
	t.Helper()
	c, err := clamd.New(clamdtest.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	return upload.NewGate(2, upload.Usual, c)
}

func spool(t *testing.T) (*upload.Spool, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "spool")
	s, err := upload.OpenSpool(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // a test's
	return s, folder
}

func empty(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// take is the way of a file: spool, scanner, cleaning.
func take(t *testing.T, s *upload.Spool, g *upload.Gate, body io.Reader) (f upload.File, err error) {
	h, err := s.Take(t.Context(), body, g.Limits.Bytes)
	if err != nil {
		return f, err
	}
	defer h.Drop()
	err = g.Look(t.Context(), h, func(b []byte) error {
		f, err = upload.Clean(t.Context(), b, g.Limits)
		return err
	})
	return f, err
}

func refusedFor(err error, why []*fault.Error) bool {
	for _, w := range why {
		if errors.Is(err, w) {
			return true
		}
	}
	return false
}

func TestHostileFilesAreRefusedEachForItsReason(t *testing.T) {
	s, folder := spool(t)
	g := gate(t)
	all := uploadtest.All()
	if len(all) < 100 {
		t.Errorf("only %d hostile files", len(all))
	}
	for _, h := range all {
		if _, err := take(t, s, g, bytes.NewReader(h.Body)); !refusedFor(err, h.Why) {
			t.Errorf("%s: %v, want %v", h.Name, err, h.Why)
		}
		empty(t, folder)
	}
}

func TestHarmlessFilesPass(t *testing.T) {
	s, folder := spool(t)
	g := gate(t)
	jpg, pngs := uploadtest.Small()
	withLink := uploadtest.PDF(`<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>`, `<</Type/Pages/Kids[3 0 R]/Count 1>>`,
		`<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>/Annots[4 0 R]>>`,
		`<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.kz)>>>>`)
	for name, body := range map[string][]byte{"jpeg": jpg, "png": pngs, "pdf": uploadtest.Plain(), "pdf with a link": withLink} {
		f, err := take(t, s, g, bytes.NewReader(body))
		if err != nil || len(f.Body) == 0 || f.Pages != 1 {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	empty(t, folder)
}

// What a camera or a stranger put beside the pixels does not stay.
func TestPicturesAreEncodedAnewAndUpright(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 20 {
		for y := range 20 {
			img.Pix[img.PixOffset(x, y)], img.Pix[img.PixOffset(x, y)+3] = 0xff, 0xff // the left half is red
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	exif := "\xff\xe1\x00\x30Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00SECRET PLACE 43.2N"
	body := append([]byte("\xff\xd8"+exif), b.Bytes()[2:]...)
	body = append(body, "SECRET TAIL"...)
	f, err := upload.Clean(t.Context(), body, upload.Usual)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(f.Body, []byte("SECRET")) {
		t.Error("what rode along is still there")
	}
	out, err := jpeg.Decode(bytes.NewReader(f.Body))
	if err != nil || out.Bounds().Dx() != 20 || out.Bounds().Dy() != 40 {
		t.Fatalf("%v, %v", out.Bounds(), err)
	}
	if r, _, bl, _ := out.At(10, 5).RGBA(); r>>8 < 200 || bl>>8 > 60 {
		t.Error("the picture does not stand upright: red should be above")
	}
}

func TestLengthIsBoundedWhetherToldOrNot(t *testing.T) {
	s, folder := spool(t)
	few := upload.Limits{Bytes: 1 << 20}
	read := 0
	body := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"), endless{&read})
	send := func(length int64) error {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		r.ContentLength = length
		w := httptest.NewRecorder()
		r.Body = http.MaxBytesReader(w, io.NopCloser(body), few.Body())
		_, err := s.Read(w, r, few)
		return err
	}
	if err := send(2 << 30); !errors.Is(err, upload.ErrTooLong) || read > 0 {
		t.Errorf("two gigabytes: %v, %d bytes were read", err, read)
	}
	if err := send(-1); !errors.Is(err, upload.ErrTooLong) || read > 3<<20 {
		t.Errorf("no length told: %v, %d bytes were read", err, read)
	}
	empty(t, folder)
}

type endless struct{ n *int }

func (e endless) Read(p []byte) (int, error) {
	*e.n += len(p)
	clear(p)
	return len(p), nil
}

func TestCutOffInTheMiddleLeavesNothing(t *testing.T) {
	s, folder := spool(t)
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	if err := m.WriteField("kind", "representation"); err != nil {
		t.Fatal(err)
	}
	part, err := m.CreateFormFile("file", "a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	jpg, _ := uploadtest.Small()
	part.Write(jpg) //nolint:errcheck // a buffer
	m.Close()       //nolint:errcheck // a buffer
	read := func(n int) (upload.Sent, error) {
		r := httptest.NewRequest(http.MethodPost, "/", iotest.OneByteReader(bytes.NewReader(form.Bytes()[:n])))
		r.Header.Set("Content-Type", m.FormDataContentType())
		return s.Read(httptest.NewRecorder(), r, upload.Usual)
	}
	for n := 1; n < form.Len()-2; n += 7 {
		if sent, err := read(n); err == nil && sent.File != nil {
			t.Errorf("%d of %d bytes were enough", n, form.Len())
			sent.File.Drop()
		}
	}
	sent, err := read(form.Len())
	if err != nil || sent.File == nil || sent.Fields["kind"] != "representation" {
		t.Fatalf("the whole: %+v, %v", sent, err)
	}
	sent.File.Drop()
	empty(t, folder)
}

// Fifty at once take turns: the pixels of two lie open at most, and nothing stays.
func TestFiftyAtOnceStayWithinMemory(t *testing.T) {
	s, folder := spool(t)
	g := gate(t)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 2400, 1800)), nil); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var most uint64
	var open, crowd atomic.Int64
	var watch sync.Mutex
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			h, err := s.Take(t.Context(), bytes.NewReader(b.Bytes()), g.Limits.Bytes)
			if err != nil {
				t.Error(err)
				return
			}
			defer h.Drop()
			err = g.Look(t.Context(), h, func(body []byte) error {
				crowd.Store(max(crowd.Load(), open.Add(1)))
				defer open.Add(-1)
				_, err := upload.Clean(t.Context(), body, g.Limits)
				return err
			})
			if err != nil && !errors.Is(err, upload.ErrBusy) {
				t.Error(err)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			watch.Lock()
			most = max(most, m.HeapInuse)
			watch.Unlock()
		})
	}
	wg.Wait()
	empty(t, folder)
	if n := crowd.Load(); n > 2 {
		t.Errorf("%d lay open together", n)
	}
	if most > 500<<20 { // with what the collector has not come to yet
		t.Errorf("%d MB", most>>20)
	}
	t.Logf("%d MB at most", most>>20)
}

func TestWhatWaitsIsNotReadable(t *testing.T) {
	s, folder := spool(t)
	h, err := s.Take(t.Context(), strings.NewReader("plain words that wait"), 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Drop()
	empty(t, folder) // it has no name while it is open
	if b, err := h.Bytes(); err != nil || string(b) != "plain words that wait" {
		t.Errorf("%q, %v", b, err)
	}
	// what an earlier process left is swept
	if err := os.WriteFile(filepath.Join(folder, "left"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := upload.OpenSpool(folder)
	if err != nil {
		t.Fatal(err)
	}
	again.Close() //nolint:errcheck // a test's
	empty(t, folder)
	// a command that opened the folder beside a serving process has not taken it away
	if b, err := h.Bytes(); err != nil || string(b) != "plain words that wait" {
		t.Errorf("after another process: %q, %v", b, err)
	}
	next, err := s.Take(t.Context(), strings.NewReader("x"), 10)
	if err != nil {
		t.Fatal(err)
	}
	next.Drop()
}

func FuzzClean(f *testing.F) {
	jpg, pngs := uploadtest.Small()
	for _, b := range [][]byte{jpg, pngs, uploadtest.Plain(), uploadtest.Zip()} {
		f.Add(b)
	}
	for _, h := range uploadtest.All() {
		if len(h.Body) < 4096 {
			f.Add(h.Body)
		}
	}
	l := upload.Limits{Bytes: 1 << 20, Pixels: 1 << 20, Side: 500, Pages: 5}
	f.Fuzz(func(t *testing.T, body []byte) {
		out, err := upload.Clean(t.Context(), body, l)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Errorf("a stranger's file is taken for our trouble: %v", err)
			}
			return
		}
		if out.Kind != upload.JPEG && out.Kind != upload.PDF || out.Pages < 1 || out.Pages > l.Pages {
			t.Errorf("%+v", out.Pages)
		}
		if out.Kind == upload.JPEG && bytes.Contains(out.Body, []byte("<script")) {
			t.Error("something rode along")
		}
	})
}
