package ui

import "net/http"

// Accept lets an address take bodies longer than MaxBody; a door asks for it when it mounts. Its handler bounds what it reads of them.
func (u *UI) Accept(pattern string, most int64) {
	if u.bodies == nil {
		u.bodies = map[string]int64{}
	}
	u.bodies[pattern] = most
}

// bounded cuts a request's body at what its address takes.
func (u *UI) bounded(w http.ResponseWriter, r *http.Request, pattern string) {
	most := max(MaxBody, u.bodies[pattern])
	r.Body = http.MaxBytesReader(w, r.Body, most)
}
