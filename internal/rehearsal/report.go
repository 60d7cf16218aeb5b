package rehearsal

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Report is what a rehearsal found. Its JSON is `sahna rehearse --json`.
type Report struct {
	Engine      string    `json:"engine"`
	Performance string    `json:"performance"`
	Title       string    `json:"title"`
	Version     string    `json:"version"`
	MadeAt      time.Time `json:"made_at"`

	Seats   int     `json:"seats"`
	Buyers  int     `json:"buyers"`
	Seconds float64 `json:"seconds"`
	Selling float64 `json:"selling_seconds"` // until the last buyer had what they came for: what rates are counted over
	SoldOut bool    `json:"sold_out"`

	Orders          int             `json:"orders"`
	Tickets         int             `json:"tickets"`
	Holds           int             `json:"holds"`
	OrdersPerMinute float64         `json:"orders_per_minute"`
	HoldsPerSecond  float64         `json:"holds_per_second"`
	Steps           map[string]Step `json:"steps"`

	Refused    int            `json:"refused"`     // told no for a good reason: seats gone, too many requests
	Errors     int            `json:"errors"`      // answers that should not have been
	ErrorKinds map[string]int `json:"error_kinds"` // by step and answer
	Oversold   int            `json:"oversold"`    // counted in the books
	TwoTickets int            `json:"two_tickets"` // seats for which two buyers were handed a ticket
	Findings   []string       `json:"findings"`    // of sahna verify

	RawCommitsPerSecond float64 `json:"raw_commits_per_second"`
	OrdersPerRawCommit  float64 `json:"orders_per_raw_commit"`
	HoldsPerRawCommit   float64 `json:"holds_per_raw_commit"`

	Cores        int     `json:"cores"`
	CPUSeconds   float64 `json:"cpu_seconds"` // of the office and its buyers together
	PeakMemoryMB float64 `json:"peak_memory_mb"`

	Manners map[string]int `json:"buyers_by_manner"`
	Series  []Second       `json:"series"`
}

// NewReport makes a report of what buyers saw.
func NewReport(o Outcome) Report {
	r := Report{
		Seats: o.Places, Seconds: o.Seconds, Selling: o.Selling, SoldOut: o.SoldOut, Orders: o.Orders, Tickets: o.Tickets, Holds: o.Holds, Steps: o.Steps,
		Refused: o.Refused, ErrorKinds: o.Errors, TwoTickets: o.Twice, Findings: []string{}, Manners: o.Manners, Series: o.Series,
	}
	if r.Series == nil { // over within its first second
		r.Series = []Second{}
	}
	for _, n := range o.Errors {
		r.Errors += n
	}
	if o.Selling > 0 {
		r.OrdersPerMinute, r.HoldsPerSecond = float64(o.Orders)/o.Selling*60, float64(o.Holds)/o.Selling
	}
	return r
}

// Compare sets the figures beside what the engine can commit by itself on this machine.
func (r *Report) Compare(raw float64) {
	r.RawCommitsPerSecond = raw
	if raw > 0 {
		r.OrdersPerRawCommit, r.HoldsPerRawCommit = r.OrdersPerMinute/60/raw, r.HoldsPerSecond/raw
	}
}

// Well tells whether the house may go on sale: nothing oversold, nothing that does not add up.
func (r Report) Well() bool { return r.Oversold == 0 && r.TwoTickets == 0 && len(r.Findings) == 0 }

// Text is the report for a terminal.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s: %d places, %d buyers, %.1f seconds on %d cores\n\n", r.Performance, r.Engine, r.Seats, r.Buyers, r.Seconds, r.Cores)
	fmt.Fprintf(&b, "  orders a minute     %10.0f   (%d orders, %d tickets)\n", r.OrdersPerMinute, r.Orders, r.Tickets)
	fmt.Fprintf(&b, "  holds a second      %10.0f   (%d)\n", r.HoldsPerSecond, r.Holds)
	fmt.Fprintf(&b, "  raw commits a second%10.0f   (%.2f orders, %.2f holds for each)\n", r.RawCommitsPerSecond, r.OrdersPerRawCommit, r.HoldsPerRawCommit)
	fmt.Fprintf(&b, "  oversold            %10d\n  refused             %10d\n  errors              %10d\n", r.Oversold, r.Refused, r.Errors)
	fmt.Fprintf(&b, "  processor           %10.1f s\n  memory at most      %10.0f MB\n\n", r.CPUSeconds, r.PeakMemoryMB)
	fmt.Fprintf(&b, "  %-8s %8s %9s %9s %9s %9s\n", "ms", "count", "p50", "p95", "p99", "max")
	for _, name := range Steps {
		s := r.Steps[name]
		fmt.Fprintf(&b, "  %-8s %8d %9.1f %9.1f %9.1f %9.1f\n", name, s.Count, s.P50, s.P95, s.P99, s.Max)
	}
	kinds := make([]string, 0, len(r.ErrorKinds))
	for k, n := range r.ErrorKinds {
		kinds = append(kinds, fmt.Sprintf("  error: %s (%d)\n", k, n))
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		b.WriteString(k)
	}
	for _, f := range r.Findings {
		b.WriteString("  finding: " + f + "\n")
	}
	return b.String()
}

// Spent is the processor time that this process has used.
func Spent() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PeakMemoryMB is the most memory that this process has had; 0 where the system does not tell.
func PeakMemoryMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err == nil {
				return kb / 1024
			}
		}
	}
	return 0
}
