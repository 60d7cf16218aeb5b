package rehearsal

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// Profiled runs do and writes what it spent into a folder: cpu.prof, allocs.prof, mutex.prof and block.prof, which `go tool pprof`
// reads. Samples of the simulated buyers carry the label side=buyer, so that the office can be looked at without them. An empty
// folder profiles nothing.
func Profiled(dir string, do func() error) (err error) {
	if dir == "" {
		return do()
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "cpu.prof")) //nolint:gosec // the folder that was asked for
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	was := runtime.SetMutexProfileFraction(10)
	runtime.SetBlockProfileRate(10_000) // a sample for each 10 µs of waiting
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	err = do()
	pprof.StopCPUProfile()
	runtime.SetMutexProfileFraction(was)
	runtime.SetBlockProfileRate(0)
	for _, name := range []string{"allocs", "mutex", "block"} {
		err = errors.Join(err, writeProfile(dir, name))
	}
	return err
}

func writeProfile(dir, name string) (err error) {
	f, err := os.Create(filepath.Join(dir, name+".prof")) //nolint:gosec // the folder that was asked for
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return pprof.Lookup(name).WriteTo(f, 0)
}
