package catalog

// Genre is a kind of event by its code; its name is the message "catalog.genre.<code>".
type Genre string

// Genres lists every genre in the order in which the wall offers them.
var Genres = []Genre{"theatre", "opera", "ballet", "concert", "sport", "club", "museum", "children", "festival", "comedy"}

var genreMessages = map[Genre]string{
	"theatre":  "catalog.genre.theatre",
	"opera":    "catalog.genre.opera",
	"ballet":   "catalog.genre.ballet",
	"concert":  "catalog.genre.concert",
	"sport":    "catalog.genre.sport",
	"club":     "catalog.genre.club",
	"museum":   "catalog.genre.museum",
	"children": "catalog.genre.children",
	"festival": "catalog.genre.festival",
	"comedy":   "catalog.genre.comedy",
}

// Message is the id of the genre's name; "" for an unknown genre.
func (g Genre) Message() string { return genreMessages[g] }
