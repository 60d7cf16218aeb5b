package waitroom

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// arrival is one who came: 24 bytes a head.
type arrival struct {
	at int64
	id id
}

func compareArrivals(a, b arrival) int {
	if c := cmp.Compare(a.at, b.at); c != 0 {
		return c
	}
	return bytes.Compare(a.id[:], b.id[:])
}

// bands are the groups that are let in one after the other: those with a code or an earlier order, and everybody.
const bands = 2

// line is everybody who came, by band and in order of coming, with those whom this process has not written yet.
type line struct {
	known [bands][]arrival
	fresh []banded
}

type banded struct {
	arrival
	band byte
}

// add puts somebody in line; false when they stood there already.
func (l *line) add(a banded) bool {
	list := &l.known[a.band]
	i, found := slices.BinarySearchFunc(*list, a.arrival, compareArrivals)
	if found {
		return false
	}
	*list = slices.Insert(*list, i, a.arrival)
	l.fresh = append(l.fresh, a)
	return true
}

func (l *line) unwritten() []banded { return slices.Clone(l.fresh) }

// wrote forgets the first n of those who were not written.
func (l *line) wrote(n int) { l.fresh = slices.Clone(l.fresh[n:]) }

// others merges what another process wrote.
func (l *line) others(list []banded) {
	var by [bands][]arrival
	for _, a := range list {
		if a.band < bands {
			by[a.band] = append(by[a.band], a.arrival)
		}
	}
	for b, more := range by {
		if len(more) > 0 {
			slices.SortFunc(more, compareArrivals)
			l.known[b] = merge(l.known[b], more)
		}
	}
}

// merge puts a few latecomers into a long line, from its end.
func merge(long, more []arrival) []arrival {
	i, j := len(long)-1, len(more)-1
	out := slices.Grow(long, len(more))[:len(long)+len(more)]
	for k := len(out) - 1; j >= 0; k-- {
		if i >= 0 && compareArrivals(out[i], more[j]) > 0 {
			out[k] = out[i]
			i--
		} else {
			out[k] = more[j]
			j--
		}
	}
	return slices.Compact(out)
}

// before counts who came before an arrival and not before a moment.
func (l *line) before(band byte, since int64, a arrival) int64 {
	list := l.known[band]
	first, _ := slices.BinarySearchFunc(list, arrival{at: since}, compareArrivals)
	n, _ := slices.BinarySearchFunc(list, a, compareArrivals)
	return int64(max(0, n-first))
}

func (l *line) since(band byte, at int64) int64 {
	list := l.known[band]
	first, _ := slices.BinarySearchFunc(list, arrival{at: at}, compareArrivals)
	return int64(len(list) - first)
}

// until returns who came before a moment.
func (l *line) until(band byte, at int64) []arrival {
	list := l.known[band]
	end, _ := slices.BinarySearchFunc(list, arrival{at: at}, compareArrivals)
	return list[:end]
}

const arrivalSize = 1 + 8 + 16

func encodeArrivals(list []banded) []byte {
	out := make([]byte, 0, len(list)*arrivalSize)
	for _, a := range list {
		out = append(out, a.band)
		out = binary.BigEndian.AppendUint64(out, uint64(a.at)) //nolint:gosec // a moment after 1970
		out = append(out, a.id[:]...)
	}
	return out
}

func decodeArrivals(b []byte) []banded {
	out := make([]banded, 0, len(b)/arrivalSize)
	for ; len(b) >= arrivalSize; b = b[arrivalSize:] {
		a := banded{band: b[0]}
		a.at = int64(binary.BigEndian.Uint64(b[1:])) //nolint:gosec // written by us
		copy(a.id[:], b[9:arrivalSize])
		out = append(out, a)
	}
	return out
}
