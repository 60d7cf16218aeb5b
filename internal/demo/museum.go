package demo

import (
	"time"

	"github.com/sahna/sahna/internal/catalog"
)

func museum() house {
	all := []ticketType{adult, child, student, pensioner}
	return house{
		organiser: catalog.Organiser{
			Slug: "zhibek-zholy", Name: text("Жібек жолы мұражайы", "Музей Шёлкового пути", "Silk Road Museum"), BIN: "000540000015",
			Address: text("Шымкент қ., Ордабасы алаңы, 3", "г. Шымкент, площадь Ордабасы, 3", "3 Ordabasy Square, Shymkent"), Phone: "+7 7252 00 00 15", Email: "museum@zhibekzholy.example",
			Refund: text(
				"Келе алмайтын болсаңыз, кіру уақытына дейін кез келген сәтте билетті қайтарыңыз.",
				"Если не получается прийти, верните билет в любой момент до времени входа.",
				"If you cannot come, return the ticket at any time before your entry."),
		},
		venue: catalog.Venue{
			Slug: "zhibek-zholy", Name: text("Жібек жолы мұражайы", "Музей Шёлкового пути", "Silk Road Museum"), City: "shymkent", CityName: text("Шымкент", "Шымкент", "Shymkent"),
			Address: text("Ордабасы алаңы, 3", "площадь Ордабасы, 3", "3 Ordabasy Square"), Lat: 42.3174, Lon: 69.5901, Zone: zone,
		},
		halls: []room{
			{"main", text("Негізгі көрме", "Основная экспозиция", "Main galleries"), museumPlan},
			{"treasury", text("Қазына залы", "Зал сокровищ", "Treasury"), museumPlan},
			{"workshop", text("Шеберхана", "Мастерская", "Workshop"), museumPlan},
		},
		works: []work{
			{
				slug: "zhibek-zholy", hall: "main", genre: "museum", age: "0+", minutes: 90, prices: map[string]int64{"entry": 2000}, types: all, limit: 10,
				title:    text("Жібек жолы", "Шёлковый путь", "The Silk Road"),
				subtitle: text("Тұрақты көрме. Кіру әр жарты сағат сайын", "Постоянная экспозиция. Вход каждые полчаса", "The collection. Entry every half hour"),
				text: text(
					"Отырар шыныаяғынан Қытай жібегіне дейін: екі мың жылдық сауда жолы бойындағы тоғыз зал. Бір кіруге отыз адам, сондықтан асықпай көруге болады.\n\nКөрмені аралау шамамен бір жарым сағат. Аудиогид үш тілде, тегін.",
					"От отрарской чаши до китайского шёлка: девять залов вдоль торговой дороги, которой две тысячи лет. На один вход — тридцать человек, толпы не бывает.\n\nОсмотр занимает около полутора часов. Аудиогид на трёх языках бесплатный.",
					"From a bowl of Otrar to Chinese silk: nine rooms along a trade road two thousand years old. Thirty people an entry, so there is never a crowd.\n\nAllow an hour and a half. The audio guide in three languages is free."),
				rules:   []rule{{days: everyDayButMonday, at: times("10:00", "17:30", 30*time.Minute), ahead: 10}},
				tonight: "museum",
			},
			{
				slug: "altyn-adam", hall: "treasury", genre: "museum", age: "0+", minutes: 60, prices: map[string]int64{"entry": 3000}, types: all, limit: 10,
				title:    text("Алтын адам", "Золотой человек", "The Golden Man"),
				subtitle: text("Есік қорғанының қазынасы. Уақытша көрме", "Сокровища Иссыкского кургана. Временная выставка", "Treasures of the Issyk burial mound. A visiting exhibition"),
				text: text(
					"Төрт мың алтын бөлшек, бір сақ жауынгері. Көрмеде киімнің қалай құрастырылғаны кезең-кезеңімен көрсетіледі.\n\nЗал қараңғы, жарық тек заттарға түседі.",
					"Четыре тысячи золотых деталей и один сакский воин. Выставка шаг за шагом показывает, как собирали его одеяние.\n\nВ зале темно, освещены только предметы.",
					"Four thousand pieces of gold and one Saka warrior. The exhibition shows step by step how his dress was put together.\n\nThe room is dark; only the objects are lit."),
				rules: []rule{{days: everyDayButMonday, at: times("11:00", "17:00", time.Hour), ahead: 10}},
			},
			{
				slug: "murazhaidagy-tun", hall: "main", genre: "museum", age: "12+", minutes: 180, prices: map[string]int64{"entry": 4500}, types: []ticketType{adult, student}, limit: 6,
				title:    text("Мұражайдағы түн", "Ночь в музее", "A Night at the Museum"),
				subtitle: text("Шам жарығында, музыкамен", "При свечах и с музыкой", "By candlelight, with music"),
				text: text(
					"Мұражай түнде мүлде басқа. Қолшам алып, залдарды күзетшімен бірге аралайсыз, соңында аулада қобыз тыңдайсыз.\n\nЖылы киініңіз: аула салқын.",
					"Ночью музей совсем другой. Вы берёте фонарь, идёте по залам вместе со смотрителем, а в конце слушаете кобыз во дворе.\n\nОденьтесь теплее: во дворе прохладно.",
					"A museum is another place at night. You take a lantern, walk the rooms with the keeper, and end in the courtyard with a qobyz.\n\nDress warmly: the courtyard is cool."),
				rules: []rule{on(sat, "20:00").each(2, 0)},
			},
			{
				slug: "kiiz-sheberhana", hall: "workshop", genre: "children", age: "6+", language: "kk", minutes: 90, prices: map[string]int64{"entry": 3500}, types: []ticketType{child, adult}, limit: 6,
				title:    text("Киіз басамыз", "Валяем войлок", "Let's Make Felt"),
				subtitle: text("Балаларға арналған шеберхана", "Мастерская для детей", "A workshop for children"),
				text: text(
					"Жүн, жылы су және екі қол. Бір жарым сағатта әр бала өз оюын басып, үйіне алып кетеді.\n\nАлжапқыш береміз. Ата-анасыз қалуға болады.",
					"Шерсть, тёплая вода и две руки. За полтора часа каждый ребёнок сваляет свой узор и заберёт его домой.\n\nФартуки выдаём. Родители могут погулять по музею.",
					"Wool, warm water and two hands. In an hour and a half every child makes an ornament of felt and takes it home.\n\nAprons are ours. Parents may stroll through the museum meanwhile."),
				rules: []rule{on(sun, "11:00", "14:00")},
			},
		},
	}
}
