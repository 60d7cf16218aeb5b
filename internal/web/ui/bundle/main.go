// Command bundle makes static/ from src/: scripts and style sheets, minified, always the same bytes from the same sources.
//
// Every .ts and .css directly in src is a bundle of its own, .svg files are copied; folders below hold what bundles import.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	root := "."
	if _, err := os.Stat("src"); err != nil {
		root = "internal/web/ui"
	}
	if err := run(root); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	files, err := build(root)
	if err != nil {
		return err
	}
	out := filepath.Join(root, "static")
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(out, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// build returns the files of static by name.
func build(root string) (map[string][]byte, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	src := filepath.Join(root, "src")
	entries, err := os.ReadDir(src)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	var points []string
	for _, e := range entries {
		name := e.Name()
		switch ext := filepath.Ext(name); {
		case e.IsDir() || strings.HasSuffix(name, ".d.ts") || strings.HasSuffix(name, ".test.ts"):
		case ext == ".ts" || ext == ".css":
			points = append(points, filepath.Join(src, name))
		case ext == ".svg" || ext == ".webmanifest":
			if files[name], err = os.ReadFile(filepath.Join(src, name)); err != nil {
				return nil, err
			}
		}
	}
	result := api.Build(api.BuildOptions{
		EntryPoints: points, Bundle: true, Outdir: filepath.Join(root, "static"), AbsWorkingDir: root,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Charset: api.CharsetUTF8,
		Format: api.FormatESModule, Target: api.ES2022, LegalComments: api.LegalCommentsInline, AssetNames: "[name]",
		Engines:     []api.Engine{{Name: api.EngineChrome, Version: "109"}, {Name: api.EngineSafari, Version: "16"}, {Name: api.EngineFirefox, Version: "115"}},
		TsconfigRaw: "{}", // or a tsconfig.json in a folder above would change the bytes
		Loader:      map[string]api.Loader{".woff2": api.LoaderFile, ".wav": api.LoaderFile},
	})
	if len(result.Errors) > 0 {
		var errs []error
		for _, m := range api.FormatMessages(result.Errors, api.FormatMessagesOptions{}) {
			errs = append(errs, errors.New(strings.TrimSpace(m)))
		}
		return nil, errors.Join(errs...)
	}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return files, nil
}
