package document

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Sign is what gave an identity document away; "" is nothing. The person is told which, and no part of what was read.
type Sign string

// The signs of an identity document.
const (
	SignZone  Sign = "zone"  // lines for machines to read
	SignWords Sign = "words" // the words that are printed on one
	SignIIN   Sign = "iin"   // an individual identification number
)

// LooksLikeIdentity searches a text, typed or read off a picture, for what makes an identity document. namesPeople tells that the
// kind of document may name people by their IIN, as a power of attorney does: then the number alone is no sign.
func LooksLikeIdentity(text string, namesPeople bool) Sign {
	switch {
	case hasZone(text):
		return SignZone
	case hasWords(text):
		return SignWords
	case !namesPeople && hasIIN(text):
		return SignIIN
	}
	return ""
}

// fillers are what readers make of the "<" of a machine-readable zone.
var fillers = strings.NewReplacer("«", "<<", "‹", "<", "〈", "<", "≤", "<", " ", "", "\t", "", "\u00a0", "")

var (
	zoneLine = regexp.MustCompile(`[A-Z0-9<]{18,}`)
	zoneHead = regexp.MustCompile(`^[IACPV][A-Z0-9<](KAZ|[A-Z]{3})[A-Z0-9<]{13,}`)
)

// hasZone: a line of capitals, figures and fillers (ICAO 9303). One that begins as a document's first line needs two fillers, any
// other five.
func hasZone(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.ToUpper(fillers.Replace(strings.TrimSpace(line)))
		for _, z := range zoneLine.FindAllString(line, -1) {
			n := strings.Count(z, "<")
			if n >= 5 && strings.Contains(z, "<<") || n >= 2 && zoneHead.MatchString(z) {
				return true
			}
		}
	}
	return false
}

// titles stand on the cards themselves; labels beside their entries. A paper that only mentions a card has a title at most.
var (
	titles = folded("жеке куәлік", "удостоверение личности", "identity card", "тұруға ықтиярхат", "вид на жительство", "residence permit",
		"жүргізуші куәлігі", "водительское удостоверение", "driving licence", "паспорт гражданина", "азаматтың паспорты", "passport")
	labels = folded("туған күні", "дата рождения", "date of birth", "туған жері", "место рождения", "place of birth", "ұлты", "национальность",
		"берген орган", "орган выдачи", "берілген күні", "дата выдачи", "срок действия", "қолданылу мерзімі", "әкесінің аты", "отчество",
		"тегі фамилия", "аты имя", "жсн иин", "surname", "given names", "азаматтығы", "nationality", "card number", "authority")
)

const shortPaper = 220 // words: a card with both sides has fewer

func hasWords(text string) bool {
	plain := fold(text)
	found := 0
	for _, l := range labels {
		if contains(plain, l) {
			found++
		}
	}
	title := slices.ContainsFunc(titles, func(t []rune) bool { return contains(plain, t) })
	short := len(strings.Fields(text)) <= shortPaper
	return title && short && found >= 1 || title && found >= 3 || short && found >= 4
}

// look makes one letter of those that readers of pictures take for one another.
var look = strings.NewReplacer("ә", "а", "ғ", "г", "қ", "к", "ң", "н", "ө", "о", "ұ", "у", "ү", "у", "һ", "н", "і", "и", "ё", "е", "й", "и",
	"a", "а", "b", "в", "c", "с", "e", "е", "h", "н", "k", "к", "m", "м", "o", "о", "p", "р", "t", "т", "x", "х", "y", "у", "i", "и", "0", "о", "3", "з")

// fold keeps letters alone, in one case and one alphabet where they look alike.
func fold(s string) []rune {
	s = look.Replace(strings.ToLower(s))
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s))
}

func folded(words ...string) (out [][]rune) {
	for _, w := range words {
		out = append(out, fold(w))
	}
	return out
}

// contains finds a phrase that was read with few mistakes: one in seven letters may be wrong, missing or too many.
func contains(text, phrase []rune) bool {
	most := len(phrase) / 7
	costs := make([]int, len(phrase)+1) // Sellers: a phrase may begin anywhere
	for i := range costs {
		costs[i] = i
	}
	for _, r := range text {
		before := 0
		for i, p := range phrase {
			change := before
			if p != r {
				change++
			}
			before = costs[i+1]
			costs[i+1] = min(change, costs[i]+1, before+1)
		}
		if costs[len(phrase)] <= most {
			return true
		}
	}
	return false
}

var (
	figures  = regexp.MustCompile(`[0-9OОoоIІl|][0-9OОoоIІl|]*(?:[ \-\x{00a0}][0-9OОoоIІl|]+)*`)
	misread  = strings.NewReplacer("O", "0", "О", "0", "o", "0", "о", "0", "I", "1", "І", "1", "l", "1", "|", "1")
	parted   = regexp.MustCompile(`[ \-\x{00a0}]`)
	longest  = 40 // groups of figures in a row that are looked at
	firstIIN = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
)

// hasIIN finds twelve figures, in one piece or in groups, that are a valid number.
func hasIIN(text string) bool {
	for _, run := range figures.FindAllString(text, -1) {
		groups := parted.Split(misread.Replace(run), longest)
		for i := range groups {
			whole := ""
			for _, g := range groups[i:] {
				if whole += g; len(whole) >= 12 {
					break
				}
			}
			if ValidIIN(whole) {
				return true
			}
		}
	}
	return false
}

// ValidIIN tells whether a number is an individual identification number: six figures of the day of birth, one of century and sex,
// four that count, and a check digit (Rules of forming the identification number, order of the Government 853 of 2007).
// A BIN has no day where the IIN has one, so it never is.
func ValidIIN(s string) bool {
	if len(s) != 12 || strings.Trim(s, "0123456789") != "" {
		return false
	}
	var d [12]int
	for i := range d {
		d[i] = int(s[i] - '0')
	}
	if d[6] > 6 || !isBirthday(s[:6], d[6]) {
		return false
	}
	check := weighed(d, 0)
	if check == 10 {
		check = weighed(d, 2)
	}
	return check == d[11]
}

// weighed sums the first eleven figures by the weights 1 to 11, begun so many later, modulo 11.
func weighed(d [12]int, later int) (sum int) {
	for i := range 11 {
		sum += d[i] * ((i+later)%11 + 1)
	}
	return sum % 11
}

func isBirthday(yymmdd string, century int) bool {
	hundred := map[int]string{0: "19", 1: "18", 2: "18", 3: "19", 4: "19", 5: "20", 6: "20"}[century]
	day, err := time.Parse("20060102", hundred+yymmdd)
	return err == nil && (day.After(firstIIN) || century == 1 || century == 2)
}
