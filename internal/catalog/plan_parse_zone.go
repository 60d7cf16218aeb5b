package catalog

import "strconv"

// zoneAt reads a zone, which is a section of ours.
func (pp *planParser) zoneAt() zoneDoc {
	var z zoneDoc
	pp.zone = strconv.Itoa(len(pp.doc.Zones))
	pp.object("position rows", func(key string) bool {
		switch key {
		case "name":
			z.Name = pp.textRef()
		case "zone_id":
			pp.mark(variantPresent)
			id := pp.text(maxID)
			z.ZoneID = &id
		case "uuid":
			pp.mark(variantPresent)
			z.UUID = pp.textRef()
		case "displayed":
			pp.mark(variant2019)
			b := pp.boolean()
			z.Displayed = &b
		case "title":
			pp.mark(variantOwn)
			z.Title = pp.title()
		case "floor":
			pp.mark(variantOwn)
			z.Floor = pp.refer("floor", pp.id())
		case "entrance":
			pp.mark(variantOwn)
			z.Entrance = pp.refer("entrance", pp.id())
		case "outline":
			pp.mark(variantOwn)
			z.Outline = pp.points()
		case "position":
			z.Position = pp.point()
		case "rows":
			z.Rows = []rowDoc{}
			pp.array(maxPlanRows, func() { z.Rows = append(z.Rows, pp.row()) })
		case "areas":
			z.Areas = []areaDoc{}
			pp.array(maxAreas, func() { z.Areas = append(z.Areas, pp.area()) })
		default:
			return false
		}
		return true
	})
	return z
}

func (pp *planParser) row() rowDoc {
	var d rowDoc
	if pp.rows++; pp.rows > maxPlanRows {
		pp.fail("more than %d rows", maxPlanRows)
	}
	pp.object("row_number seats", func(key string) bool {
		switch key {
		case "row_number":
			d.Number = pp.text(maxID)
		case "row_label":
			pp.mark(variantPresent)
			d.Label = pp.textRef()
		case "seat_label":
			pp.mark(variantPresent)
			d.SeatLabel = pp.textRef()
		case "row_number_position":
			pp.mark(variantPresent)
			d.NumberAt = pp.maybeOneOf("start", "end", "both")
		case "uuid":
			pp.mark(variantPresent)
			d.UUID = pp.textRef()
		case "number_of_seats":
			pp.mark(variant2019)
			n := pp.whole(0, maxCoordinate)
			d.NumberOfSeats = &n
		case "seats_spacing":
			pp.mark(variant2019)
			d.SeatsSpacing = pp.numberRef(-maxCoordinate, maxCoordinate)
		case "position":
			d.Position = pp.pointRef()
		case "seats":
			d.Seats = []seatDoc{}
			pp.array(MaxPlanSeats, func() { d.Seats = append(d.Seats, pp.seat()) })
		default:
			return false
		}
		return true
	})
	return d
}

func (pp *planParser) seat() seatDoc {
	var s seatDoc
	if len(pp.guids) >= MaxPlanSeats {
		pp.fail("more than %d seats", MaxPlanSeats)
	}
	pp.object("seat_guid seat_number position category", func(key string) bool {
		switch key {
		case "seat_guid":
			s.GUID = pp.id()
			pp.unique(s.GUID)
		case "seat_number":
			s.Number = pp.text(maxID)
		case "uuid":
			pp.mark(variantPresent)
			s.UUID = pp.textRef()
		case "position":
			s.Position = pp.point()
		case "category":
			s.Category = pp.refer("category", pp.text(maxID))
		case "start_direction":
			pp.mark(variantPresent)
			s.StartDirection = pp.maybeOneOf("<", ">", "<>")
		case "radius":
			pp.mark(variantPresent)
			s.Radius = pp.numberRef(0, maxCoordinate)
		default:
			return pp.ownSeat(&s, key)
		}
		return true
	})
	return s
}

func (pp *planParser) ownSeat(s *seatDoc, key string) bool {
	switch key {
	case "table":
		s.Table = pp.id()
		pp.refer("table", pp.inZone(s.Table))
	case "entrance":
		s.Entrance = pp.refer("entrance", pp.id())
	case "accessible":
		s.Accessible = pp.boolean()
	case "companion":
		s.Companion = pp.boolean()
	case "restricted":
		s.Restricted = pp.boolean()
	case "note":
		s.Note = pp.title()
	default:
		return false
	}
	pp.mark(variantOwn)
	return true
}

func (pp *planParser) unique(guid string) {
	line := pp.here().line
	if before, ok := pp.guids[guid]; ok {
		pp.fail("the seat %q stands on line %d already", trimmed(guid), before)
	}
	pp.guids[guid] = line
}

func (pp *planParser) area() areaDoc {
	var a areaDoc
	pp.object("", func(key string) bool {
		switch key {
		case "color":
			a.Color = pp.textRef()
		case "border_color":
			a.BorderColor = pp.textRef()
		case "rotation":
			a.Rotation = pp.numberRef(-maxCoordinate, maxCoordinate)
		case "position":
			a.Position = pp.pointRef()
		case "width":
			pp.mark(variant2019)
			a.Width = pp.numberRef(0, maxCoordinate)
		case "height":
			pp.mark(variant2019)
			a.Height = pp.numberRef(0, maxCoordinate)
		case "text":
			a.Text = pp.textOrWord()
		case "title":
			pp.mark(variantOwn)
			a.Title = pp.title()
		case "standing":
			pp.mark(variantOwn)
			a.Standing = pp.standing()
		case "table":
			pp.mark(variantOwn)
			a.Table = pp.table()
		default:
			return pp.presentArea(&a, key)
		}
		return true
	})
	return a
}

func (pp *planParser) presentArea(a *areaDoc, key string) bool {
	switch key {
	case "shape":
		s := pp.oneOf("polygon", "rectangle", "ellipse", "circle", "text")
		a.Shape = &s
	case "uuid":
		a.UUID = pp.textRef()
	case "polygon":
		a.Polygon = &polygonDoc{}
		pp.object("points", func(k string) bool {
			if k != "points" {
				return false
			}
			a.Polygon.Points = pp.points()
			return true
		})
	case "rectangle":
		a.Rectangle = pp.size(0, maxCoordinate)
	case "ellipse":
		a.Ellipse = &ellipseDoc{}
		pp.object("radius", func(k string) bool {
			if k != "radius" {
				return false
			}
			a.Ellipse.Radius = pp.point()
			if a.Ellipse.Radius.X < 0 || a.Ellipse.Radius.Y < 0 {
				pp.fail("must not be negative")
			}
			return true
		})
	case "circle":
		a.Circle = &circleDoc{}
		pp.object("radius", func(k string) bool {
			if k != "radius" {
				return false
			}
			a.Circle.Radius = pp.number(0, maxCoordinate)
			return true
		})
	default:
		return false
	}
	pp.mark(variantPresent)
	return true
}

// textOrWord reads an area's text: a bare string is 2019's way, an object the present one.
func (pp *planParser) textOrWord() textOrWord {
	var t textDoc
	if pp.next() == '"' {
		pp.mark(variant2019)
		s := pp.text(maxWords)
		return textOrWord{Word: &s}
	}
	pp.mark(variantPresent)
	pp.object("", func(key string) bool {
		switch key {
		case "text":
			t.Text = pp.textRef()
		case "position":
			t.Position = pp.pointRef()
		case "color":
			t.Color = pp.textRef()
		case "size":
			t.Size = pp.numberRef(0, maxCoordinate)
		default:
			return false
		}
		return true
	})
	return textOrWord{Doc: &t}
}

func (pp *planParser) standing() *standingDoc {
	var s standingDoc
	pp.object("id name category capacity", func(key string) bool {
		switch key {
		case "id":
			s.ID = pp.declare("standing area", pp.id())
		case "name":
			s.Name = pp.title()
		case "category":
			s.Category = pp.refer("category", pp.id())
		case "capacity":
			s.Capacity = int(pp.whole(0, maxCapacity))
		case "entrance":
			s.Entrance = pp.refer("entrance", pp.id())
		default:
			return false
		}
		return true
	})
	return &s
}

func (pp *planParser) table() *tableDoc {
	var t tableDoc
	pp.object("id label", func(key string) bool {
		switch key {
		case "id":
			t.ID = pp.id()
			pp.declare("table", pp.inZone(t.ID))
		case "label":
			t.Label = pp.text(maxID)
		default:
			return false
		}
		return true
	})
	return &t
}
