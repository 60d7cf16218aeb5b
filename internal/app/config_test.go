package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sahna.toml")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnknownKeysAreRefusedWithTheirLine(t *testing.T) {
	_, err := LoadConfig(write(t, "listen = \":1\"\nlissten = \":2\"\n[mail]\nhots = \"x\"\n"), nil)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"line 2", "lissten", "line 4", "mail.hots"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
}

func TestEnvironmentOverridesTheFile(t *testing.T) {
	file := write(t, "data = \"a\"\n[mail]\nhost = \"one\"\n")
	cfg, err := LoadConfig(file, []string{"SAHNA_MAIL_HOST=two", "SAHNA_SELLING_HOLD_MINUTES=7", "SAHNA_OPERATOR_NAME_KK=Сахна", "HOME=/"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Mail.Host != "two" || cfg.Selling.HoldMinutes != 7 || cfg.Operator.Name.KK != "Сахна" {
		t.Errorf("got %+v", cfg)
	}
	if _, err := LoadConfig(file, []string{"SAHNA_MAIL_HOTS=two"}); err == nil || !strings.Contains(err.Error(), "SAHNA_MAIL_HOTS") {
		t.Errorf("an unknown variable gave %v", err)
	}
	if _, err := LoadConfig(file, []string{"SAHNA_MAIL_PORT=many"}); err == nil || !strings.Contains(err.Error(), "SAHNA_MAIL_PORT") {
		t.Errorf("a wrong number gave %v", err)
	}
}

func TestConfigHidesSecrets(t *testing.T) {
	cfg, err := LoadConfig(write(t, "database = \"postgres://sahna:hunter2@db/sahna\"\n[mail]\npassword = \"hunter3\"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := cfg.TOML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "hunter") {
		t.Errorf("a secret is printed:\n%s", out)
	}
	if !strings.Contains(string(out), "(hidden)") || !strings.Contains(string(out), "hold_minutes = 10") {
		t.Errorf("not what is in force:\n%s", out)
	}
}

func TestConfigNamesEverythingThatIsWrong(t *testing.T) {
	_, err := LoadConfig(write(t, "base_url = \"ftp://x\"\nlog_level = \"loud\"\n[selling]\nhold_minutes = 0\n[operator]\naccent = \"red\"\n"), nil)
	for _, want := range []string{"base_url", "log_level", "hold_minutes", "accent"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestKeysAreMadeOnceAndNeverReplaced(t *testing.T) {
	dir := t.TempDir()
	a, err := loadKey(dir, "root.key")
	if err != nil {
		t.Fatal(err)
	}
	b, err := loadKey(dir, "root.key")
	if err != nil || string(a) != string(b) {
		t.Errorf("the second load gave another key (%v)", err)
	}
	info, err := os.Stat(filepath.Join(dir, "root.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "root.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKey(dir, "root.key"); err == nil {
		t.Error("a damaged key was accepted")
	}
}
