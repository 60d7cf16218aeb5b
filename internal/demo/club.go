package demo

import "github.com/sahna/sahna/internal/catalog"

var clubPrices = map[string]int64{"dance": 5000, "table": 12000, "vip": 20000}

func club() house {
	only := []ticketType{adult}
	return house{
		organiser: catalog.Organiser{
			Slug: "tungi", Name: text("«Түнгі» клубы", "Клуб «Түнгі»", "Tungi Club"), BIN: "000440000014",
			Address: text("Алматы қ., Қонаев көшесі, 77", "г. Алматы, ул. Кунаева, 77", "77 Konaev Street, Almaty"), Phone: "+7 727 000 00 14", Email: "hello@tungi.example",
			Refund: text(
				"Кеш басталғанға дейін екі күн бұрын билетті қайтаруға болады. Билетті досыңызға беріп жіберуге де болады.",
				"Билет можно вернуть за двое суток до начала или передать другу.",
				"Return a ticket two days before, or simply pass it on to a friend."),
		},
		venue: catalog.Venue{
			Slug: "tungi", Name: text("«Түнгі» клубы", "Клуб «Түнгі»", "Tungi Club"), City: "almaty", CityName: text("Алматы", "Алматы", "Almaty"),
			Address: text("Қонаев көшесі, 77", "ул. Кунаева, 77", "77 Konaev Street"), Lat: 43.2567, Lon: 76.9452, Zone: zone,
		},
		halls: []room{{"floor", text("Негізгі алаң", "Основной зал", "Main floor"), clubPlan}},
		works: []work{
			{
				slug: "elektro-tun", hall: "floor", genre: "club", age: "18+", minutes: 300, prices: clubPrices, types: only, limit: 6,
				title:    text("Электро түн", "Электро түн", "Electro Tun"),
				subtitle: text("Техно таң атқанша", "Техно до рассвета", "Techno until dawn"),
				text: text(
					"Төрт диджей, екі сағаттан. Қабырғаға ою-өрнек жанды түрде салынады, бас дыбыс еденнен келеді.\n\n18 жастан. Жеке куәлігіңізді ала келіңіз.",
					"Четыре диджея по два часа. Орнамент рисуют на стенах вживую, а бас идёт прямо из пола.\n\nС 18 лет. Возьмите удостоверение личности.",
					"Four DJs, two hours each. Ornaments are drawn live on the walls, and the bass comes up through the floor.\n\n18 and over. Bring your ID."),
				rules:   []rule{on(fri, "23:00")},
				tonight: "club",
			},
			{
				slug: "qala-beats", hall: "floor", genre: "club", age: "18+", language: "kk", minutes: 240, prices: scaled(clubPrices, 120), types: only, limit: 6,
				title:    text("Qala Beats", "Qala Beats", "Qala Beats"),
				subtitle: text("Қазақша хип-хоп кеші", "Вечер казахского хип-хопа", "A night of Kazakh hip-hop"),
				text: text(
					"Алматы, Шымкент, Ақтөбе: үш қаланың рэперлері бір сахнада. Соңында — ашық микрофон.\n\nМикрофонға жазылу есік алдында, бірінші жиырма адам.",
					"Алматы, Шымкент, Актобе: рэперы трёх городов на одной сцене. В конце открытый микрофон.\n\nЗаписаться можно у входа, первые двадцать человек.",
					"Almaty, Shymkent, Aktobe: rappers of three cities on one stage, and an open microphone at the end.\n\nSign up at the door, the first twenty get in."),
				rules: []rule{on(sat, "22:00").each(2, 0)},
			},
			{
				slug: "toqsanynshy", hall: "floor", genre: "club", age: "18+", minutes: 300, prices: scaled(clubPrices, 80), types: only, limit: 8,
				title:    text("Тоқсаныншы", "Девяностые", "The Nineties"),
				subtitle: text("Ретро-кеш: кассета мен диско", "Ретро-вечер: кассеты и диско", "A retro night of tapes and disco"),
				text: text(
					"Ата-анаңыз билеген әндер мен сіз жасырын тыңдаған кассеталар. Ең жарқын костюмге — VIP-балкон.\n\nКиім ілгіш тегін.",
					"Песни, под которые танцевали родители, и кассеты, которые вы слушали тайком. За самый яркий костюм — VIP-балкон.\n\nГардероб бесплатный.",
					"The songs your parents danced to and the tapes you played in secret. The brightest costume wins the VIP balcony.\n\nThe cloakroom is free."),
				rules: []rule{on(sat, "22:00").each(2, 1)},
			},
			{
				slug: "qazaqsha-standap", hall: "floor", genre: "comedy", age: "16+", language: "kk", minutes: 100, prices: map[string]int64{"dance": 3500, "table": 6000, "vip": 9000}, types: []ticketType{adult, student}, limit: 8,
				title:    text("Қазақша стендап", "Казахский стендап", "Stand-up in Kazakh"),
				subtitle: text("Бес комик, бес тақырып", "Пять комиков, пять тем", "Five comedians, five subjects"),
				text: text(
					"Той, ипотека, көршілер, ауыл мен қала. Бес комик жаңа материалын алғаш рет оқиды: күлсеңіз — қалады, күлмесеңіз — өшіреді.\n\nАлдыңғы үстелдегілер дайын болыңыз.",
					"Той, ипотека, соседи, аул и город. Пять комиков впервые читают новый материал: засмеётесь — оставят, нет — вычеркнут.\n\nСидящие за первыми столиками, будьте готовы.",
					"Weddings, mortgages, neighbours, village and city. Five comedians try new material: if you laugh, it stays.\n\nThose at the front tables, be warned."),
				rules: []rule{on(wed, "20:00")},
			},
			{
				slug: "standup-bez-povoda", hall: "floor", genre: "comedy", age: "18+", language: "ru", minutes: 90, prices: map[string]int64{"dance": 3500, "table": 6000, "vip": 9000}, types: []ticketType{adult, student}, limit: 8,
				title:    text("Себепсіз стендап", "Стендап без повода", "Stand-up for No Reason"),
				subtitle: text("Орыс тілінде", "Открытый вечер", "In Russian"),
				text: text(
					"Мереке жоқ, себеп жоқ, бірақ бейсенбі бар. Үш тәжірибелі комик пен бір мүлде жаңа есім.\n\nКеш бір жарым сағат, үзіліссіз.",
					"Праздника нет, повода нет, зато есть четверг. Три опытных комика и одно совсем новое имя.\n\nПолтора часа без перерыва.",
					"No holiday, no occasion, but it is Thursday. Three seasoned comedians and one brand-new name.\n\nAn hour and a half without a break."),
				rules: []rule{on(thu, "20:00")},
			},
			{
				slug: "aily-tun", hall: "floor", genre: "concert", age: "12+", minutes: 120, prices: map[string]int64{"dance": 4500, "table": 9000, "vip": 12000}, types: []ticketType{adult, student}, limit: 8,
				title:    text("Айлы түн", "Лунная ночь", "Moonlit Night"),
				subtitle: text("Джаз бен домбыра, акустика", "Джаз и домбра, акустика", "Jazz and dombra, unplugged"),
				text: text(
					"Контрабас, рояль, домбыра. «Айлы түн» сіз естімеген қырынан ашылады.\n\nҮстел басында шам жанады, асхана концерт басталғанша жұмыс істейді.",
					"Контрабас, рояль, домбра: знакомые мелодии с незнакомой стороны.\n\nНа столиках горят свечи, кухня работает до начала концерта.",
					"Double bass, piano, dombra: tunes you know from a side you do not.\n\nCandles on the tables; the kitchen serves until the music starts."),
				rules: []rule{on(sun, "19:00")},
			},
		},
	}
}
