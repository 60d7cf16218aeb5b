package ticketpdf

import "strings"

// points per millimetre of line height, with Noto Sans' own leading.
const leading = 0.3528 * 1.22

// baseline is where in a line's height the letters stand.
const baseline = 0.78

func (s sheet) font(style string, size float64) { s.SetFont(face, style, size) }

// fit breaks text into at most lines lines of a width, in the largest of the sizes that does it. When none does, the smallest
// is used and the end is cut.
func (s sheet) fit(text, style string, width float64, lines int, sizes ...float64) (broken []string, size float64) {
	for _, size = range sizes {
		s.font(style, size)
		if broken = s.wrap(text, width); len(broken) <= lines && s.widest(broken) <= width {
			return broken, size
		}
	}
	if len(broken) > lines {
		broken = broken[:lines]
		broken[lines-1] = s.cut(broken[lines-1]+" …", width)
	}
	return broken, size
}

func (s sheet) widest(lines []string) (w float64) {
	for _, l := range lines {
		w = max(w, s.GetStringWidth(l))
	}
	return w
}

// wrap breaks at spaces, and inside a word that is wider than a line.
func (s sheet) wrap(text string, width float64) []string {
	var out []string
	line := ""
	for word := range strings.FieldsFuncSeq(text, breaks) {
		next := strings.TrimPrefix(line+" "+word, " ")
		if line != "" && s.GetStringWidth(next) > width {
			out = append(out, line)
			next = word
		}
		for s.GetStringWidth(next) > width {
			head := s.headOf(next, width)
			out = append(out, head)
			next = next[len(head):]
		}
		line = next
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// breaks leaves no-break spaces alone: amounts and phone numbers stay together.
func breaks(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }

// headOf is the longest beginning that fits, at least one letter.
func (s sheet) headOf(word string, width float64) string {
	end := 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && s.GetStringWidth(word[:next]) > width {
			break
		}
		end = next
	}
	return word[:end]
}

func (s sheet) cut(line string, width float64) string {
	for s.GetStringWidth(line) > width {
		r := []rune(strings.TrimSuffix(line, " …"))
		if len(r) < 2 {
			break
		}
		line = strings.TrimRight(string(r[:len(r)-1]), " ") + " …"
	}
	return line
}

// lines writes lines down from the top y and returns where the next would begin.
func (s sheet) lines(x, y float64, style string, size float64, ls []string) float64 {
	s.font(style, size)
	h := size * leading
	for _, l := range ls {
		s.Text(x, y+h*baseline, l)
		y += h
	}
	return y
}

func (s sheet) right(x, y float64, text string) { s.Text(x-s.GetStringWidth(text), y, text) }

func (s sheet) centre(x, y float64, text string) { s.Text(x-s.GetStringWidth(text)/2, y, text) }
