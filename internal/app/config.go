package app

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// Secret is a configured value that is never printed.
type Secret string

// String hides the value in logs.
func (s Secret) String() string { return "(hidden)" }

// Address is a database's address; its password is not printed.
type Address string

func (a Address) redacted() string {
	u, err := url.Parse(string(a))
	if err != nil || u.User == nil {
		return string(a)
	}
	return u.Redacted()
}

// Config is everything that an operator decides: one TOML file, then the environment (SAHNA_MAIL_HOST for mail.host).
type Config struct {
	Listen   string  `toml:"listen" comment:"where to serve"`
	BaseURL  string  `toml:"base_url" comment:"the public address, no slash at the end"`
	Data     string  `toml:"data" comment:"folder for the embedded database, files and keys"`
	Keys     string  `toml:"keys" comment:"folder of the root key and signing keys; back it up apart from the data"`
	Database Address `toml:"database" comment:"sqlite:PATH or postgres://…"`
	KeyStore Address `toml:"key_store" comment:"the database of persons' keys; apart from the main one and its backups"`
	AtOnce   int     `toml:"at_once" comment:"requests under way at once in this process, above which visitors are asked to come again in a moment; 0: no bound"`
	LogLevel string  `toml:"log_level" comment:"debug, info, warn or error"`

	TrustedProxies []string `toml:"trusted_proxies" comment:"addresses or networks of your reverse proxies, whose X-Forwarded-For is believed"`

	Operator privacy.Operator `toml:"operator"`
	Selling  Selling          `toml:"selling"`
	Mail     Mail             `toml:"mail"`
	SMS      SMS              `toml:"sms"`
	TestBank TestBank         `toml:"test_bank"`
	// Documents is how files that people send are looked at.
	Documents Documents `toml:"documents"`
}

// Selling is how long seats wait.
type Selling struct {
	WaitAbove   int `toml:"wait_above" comment:"visitors a second of one performance above which a waiting room opens by itself; 0: only where the office says so"`
	HoldMinutes int `toml:"hold_minutes" comment:"how long a basket keeps its seats"`
	PayMinutes  int `toml:"pay_minutes" comment:"how long an order waits for its money"`
}

// Mail is how letters leave.
type Mail struct {
	Host     string `toml:"host" comment:"SMTP server"`
	Port     int    `toml:"port"`
	User     string `toml:"user"`
	Password Secret `toml:"password"`
	From     string `toml:"from" comment:"sender address; the operator's e-mail when empty"`
	TLS      string `toml:"tls" comment:"mandatory, opportunistic or none (loopback only)"`
	Provider string `toml:"provider" comment:"who runs the server, when it is not yours; it gets letters once the register of processing names it so"`
	Country  string `toml:"country" comment:"where the server stands, two letters as in KZ; empty: as the register of processing says. Abroad every person is asked for a consent of its own"`
}

// SMS is how text messages leave; without an address none do.
type SMS struct {
	URL   string `toml:"url" comment:"gateway that takes {\"to\", \"from\", \"text\"} as JSON; empty: no text messages"`
	Token Secret `toml:"token" comment:"bearer token of the gateway"`
	From  string `toml:"from" comment:"registered sender name"`

	Provider string `toml:"provider" comment:"who runs the gateway; it gets messages once the register of processing names it so"`
	Country  string `toml:"country" comment:"where the gateway stands, two letters; empty: as the register of processing says"`
}

// TestBank is the provider without money, for trying things out.
type TestBank struct {
	Enabled bool `toml:"enabled"`
}

// Defaults is a configuration that serves on loopback out of ./data.
func Defaults() Config {
	return Config{
		Listen:   "127.0.0.1:8080",
		Data:     "data",
		AtOnce:   3000,
		LogLevel: "info",
		Selling:  Selling{HoldMinutes: 10, PayMinutes: 10},
		Mail:     Mail{Port: 587, TLS: "mandatory"},
		Operator: privacy.Operator{Accent: "#d9482b"},
	}
}

// LoadConfig reads a TOML file ("" for none) and the environment over the defaults. Unknown keys are refused with their line.
func LoadConfig(file string, environ []string) (Config, error) {
	cfg := Defaults()
	if file != "" {
		body, err := os.ReadFile(file) //nolint:gosec // the operator names the file
		if err != nil {
			return cfg, err
		}
		if err := decode(body, &cfg); err != nil {
			return cfg, fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := fromEnvironment(&cfg, environ); err != nil {
		return cfg, err
	}
	cfg.fillIn()
	return cfg, cfg.check()
}

func decode(body []byte, cfg *Config) error {
	d := toml.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(cfg)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var all []error
		for _, e := range strict.Errors {
			row, _ := e.Position()
			all = append(all, fmt.Errorf("line %d: unknown key %s", row, strings.Join(e.Key(), ".")))
		}
		return errors.Join(all...)
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, col := bad.Position()
		return fmt.Errorf("line %d, column %d: %s", row, col, bad.Error())
	}
	return err
}

const envPrefix = "SAHNA_"

// notSettings are variables with our prefix that other parts read.
var notSettings = []string{"SAHNA_CONFIG", "SAHNA_TEST_POSTGRES", "SAHNA_BENCH_POSTGRES", "SAHNA_TEST_CLAMD", "SAHNA_ARTEFACTS"}

func fromEnvironment(cfg *Config, environ []string) error {
	settings := map[string]reflect.Value{}
	collect(settings, envPrefix, reflect.ValueOf(cfg).Elem())
	var bad []error
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(k, envPrefix) || slices.Contains(notSettings, k) {
			continue
		}
		f, ok := settings[k]
		if !ok {
			bad = append(bad, fmt.Errorf("environment: unknown setting %s", k))
			continue
		}
		if err := set(f, v); err != nil {
			bad = append(bad, fmt.Errorf("environment: %s: %w", k, err))
		}
	}
	return errors.Join(bad...)
}

func collect(out map[string]reflect.Value, prefix string, v reflect.Value) {
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("toml"), ",")
		if key == "" {
			key = strings.ToLower(v.Type().Field(i).Name) // i18n.Text: kk, ru, en
		}
		if key == "-" {
			continue
		}
		name := prefix + strings.ToUpper(key)
		if f := v.Field(i); f.Kind() == reflect.Struct {
			collect(out, name+"_", f)
		} else {
			out[name] = f
		}
	}
}

func set(f reflect.Value, v string) error {
	switch f.Kind() {
	case reflect.String:
		f.SetString(v)
	case reflect.Int:
		n, err := strconv.Atoi(v)
		if err != nil {
			return errors.New("wants a whole number")
		}
		f.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(v)
		if err != nil {
			return errors.New("wants true or false")
		}
		f.SetBool(b)
	case reflect.Slice:
		f.Set(reflect.ValueOf(strings.Split(v, ",")))
	default:
		return errors.New("cannot be set by the environment")
	}
	return nil
}

func (c *Config) fillIn() {
	if c.Keys == "" {
		c.Keys = filepath.Join(c.Data, "keys")
	}
	if c.Database == "" {
		c.Database = Address("sqlite:" + filepath.Join(c.Data, "sahna.db"))
	}
	if c.KeyStore == "" {
		c.KeyStore = Address("sqlite:" + filepath.Join(c.Keys, "keystore.db"))
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Listen
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Mail.From == "" {
		c.Mail.From = c.Operator.Email
	}
}

var (
	isCountry = regexp.MustCompile(`^[A-Z]{2}$`)
	digits12  = regexp.MustCompile(`^\d{12}$`)
	hexColor  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// check names every setting that cannot be served with, not only the first.
func (c *Config) check() error {
	var bad []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	u, err := url.Parse(c.BaseURL)
	want(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "", "base_url must be http://… or https://…")
	want(c.Selling.HoldMinutes >= 1 && c.Selling.HoldMinutes <= 24*60, "selling.hold_minutes must be 1 to 1440")
	want(c.Selling.PayMinutes >= 1 && c.Selling.PayMinutes <= 24*60, "selling.pay_minutes must be 1 to 1440")
	want(slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel), "log_level must be debug, info, warn or error")
	want(slices.Contains([]string{"mandatory", "opportunistic", "none"}, c.Mail.TLS), "mail.tls must be mandatory, opportunistic or none")
	want(c.Mail.Country == "" || isCountry.MatchString(c.Mail.Country), "mail.country must be two capital letters like KZ")
	want(c.SMS.Country == "" || isCountry.MatchString(c.SMS.Country), "sms.country must be two capital letters like KZ")
	want(hexColor.MatchString(c.Operator.Accent), "operator.accent must be a colour like #d9482b")
	if _, err := parseProxies(c.TrustedProxies); err != nil {
		bad = append(bad, err)
	}
	if err := c.Documents.check(); err != nil {
		bad = append(bad, err)
	}
	return errors.Join(bad...)
}

// checkOperator says what is missing for selling to the public: the law wants the seller named in Kazakh and Russian
// (Consumer Law 24, 25) and a person responsible for personal data (94-V 25(2)(10)).
func (c *Config) checkOperator() error {
	o := c.Operator
	var bad []error
	want := func(ok bool, what string) {
		if !ok {
			bad = append(bad, errors.New(what))
		}
	}
	both := func(t i18n.Text) bool { return t.KK != "" && t.RU != "" }
	want(both(o.Name), "operator.name needs kk and ru")
	want(both(o.Address), "operator.address needs kk and ru")
	want(digits12.MatchString(o.BIN), "operator.bin must be the 12 digits of the BIN")
	want(len(o.Phones) > 0, "operator.phones needs at least one number")
	want(strings.Contains(o.Email, "@"), "operator.email is missing")
	want(strings.Contains(o.Officer, "@"), "operator.officer_email is missing")
	return errors.Join(bad...)
}

// TOML writes the configuration in force, secrets hidden.
func (c Config) TOML() ([]byte, error) {
	settings := map[string]reflect.Value{}
	collect(settings, envPrefix, reflect.ValueOf(&c).Elem())
	for _, f := range settings {
		switch v := f.Interface().(type) {
		case Secret:
			if v != "" {
				f.SetString(v.String())
			}
		case Address:
			f.SetString(v.redacted())
		}
	}
	return toml.Marshal(c)
}

func (c Config) holdFor() time.Duration { return time.Duration(c.Selling.HoldMinutes) * time.Minute }
func (c Config) payFor() time.Duration  { return time.Duration(c.Selling.PayMinutes) * time.Minute }
