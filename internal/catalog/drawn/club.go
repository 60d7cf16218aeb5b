package drawn

import (
	"math"
	"strconv"

	"github.com/sahna/sahna/internal/catalog"
)

// Club draws a club: a dance floor for 400, eight tables, and a balcony for 60 who stand above it all.
func Club() *catalog.Plan {
	f := &file{
		Name: "Club", Size: size{1200, 1000},
		Categories: []category{
			{"dance", "#b8336a", text("Би алаңы", "Танцпол", "Dance floor")},
			{"table", "#d9822b", text("Үстел басы", "За столиком", "At a table")},
			{"vip", "#7a5bc2", text("VIP-балкон", "VIP-балкон", "VIP balcony")},
		},
		Floors: []named{
			{ID: "1", Name: text("1-қабат", "1 этаж", "Ground floor")},
			{ID: "2", Name: text("2-қабат", "2 этаж", "First floor")},
		},
		Entrances: []named{
			{ID: "A", Name: text("Негізгі есік", "Главный вход", "Main door"), Position: &point{600, 960}},
			{ID: "V", Name: text("VIP-есік", "VIP-вход", "VIP door"), Position: &point{1150, 900}},
		},
	}
	f.Zones = []*zone{danceFloor(), tables(), vipBalcony()}
	return f.plan()
}

func danceFloor() *zone {
	floor := rectangle(300, 190, 600, 380).painted("#b8336a", "").saying(text("Би алаңы", "Танцпол", "Dance floor"), "#ffffff", 40)
	floor.Standing = &standing{ID: "dance", Name: text("Би алаңы", "Танцпол", "Dance floor"), Category: "dance", Capacity: 400}
	return &zone{
		ID: "floor", Title: text("Би алаңы", "Танцпол", "Dance floor"), Floor: "1", Entrance: "A", Rows: []row{},
		Areas: []area{
			rectangle(380, 40, 440, 110).painted("#4a4a55", "").saying(text("Сахна", "Сцена", "Stage"), "#ffffff", 32),
			rectangle(40, 190, 70, 380).painted("#8a7a6a", "").saying(text("Бар", "Бар", "Bar"), "#ffffff", 26),
			floor,
		},
	}
}

func tables() *zone {
	z := &zone{ID: "tables", Title: text("Үстелдер", "Столики", "Tables"), Floor: "1", Entrance: "A"}
	z.Outline = []point{{200, 610}, {1000, 610}, {1000, 830}, {200, 830}}
	for t := 0; t < 8; t++ {
		label := strconv.Itoa(t + 1)
		x, y := 290+float64(t%4)*205, 665+float64(t/4)*110
		z.Areas = append(z.Areas, area{
			Shape: "circle", Position: at(x, y), Circle: &circle{18}, Color: "#c9b79c", Table: &table{ID: "t" + label, Label: label},
		})
		r := row{Number: label}
		for i := 0; i < 4; i++ {
			sin, cos := math.Sincos(math.Pi/4 + float64(i)*math.Pi/2)
			r.Seats = append(r.Seats, seat{
				ID: id("T%d-%d", t+1, i+1), Number: strconv.Itoa(i + 1), Position: at(x+38*sin, y-38*cos), Category: "table", Table: "t" + label,
			})
		}
		z.Rows = append(z.Rows, r)
	}
	return z
}

func vipBalcony() *zone {
	above := rectangle(960, 190, 180, 380).painted("#7a5bc2", "").saying(text("VIP-балкон", "VIP-балкон", "VIP balcony"), "#ffffff", 26)
	above.Standing = &standing{ID: "vip", Name: text("VIP-балкон", "VIP-балкон", "VIP balcony"), Category: "vip", Capacity: 60, Entrance: "V"}
	return &zone{
		ID: "vip", Title: text("VIP-балкон", "VIP-балкон", "VIP balcony"), Floor: "2", Entrance: "V", Rows: []row{},
		Areas: []area{above},
	}
}

// Museum draws a museum's entry: no seats, 30 people for each entry time.
func Museum() *catalog.Plan {
	f := &file{
		Name: "Museum", Size: size{800, 500},
		Categories: []category{{"entry", "#2f8f6b", text("Кіру", "Вход", "Entry")}},
		Entrances:  []named{{ID: "A", Name: text("Негізгі есік", "Главный вход", "Main door"), Position: &point{400, 470}}},
	}
	entry := rectangle(60, 40, 680, 380).painted("#2f8f6b", "").saying(text("Экспозиция", "Экспозиция", "Exhibition"), "#ffffff", 40)
	entry.Standing = &standing{ID: "entry", Name: text("Кіру", "Вход", "Entry"), Category: "entry", Capacity: 30}
	f.Zones = []*zone{{ID: "halls", Title: text("Залдар", "Залы", "Galleries"), Entrance: "A", Rows: []row{}, Areas: []area{entry}}}
	return f.plan()
}
