package demo

import "github.com/sahna/sahna/internal/catalog"

var standPrices = map[string]int64{"central": 7000, "lower": 4000, "upper-central": 3000, "upper": 1500}

func arena() house {
	return house{
		organiser: catalog.Organiser{
			Slug: "zhetigen-arena", Name: text("«Жетіген арена»", "«Жетіген Арена»", "Zhetigen Arena"), BIN: "000340000013",
			Address: text("Астана қ., Көктал тас жолы, 40", "г. Астана, Коктальское шоссе, 40", "40 Koktal Highway, Astana"), Phone: "+7 7172 00 00 13", Email: "arena@zhetigen.example",
			Refund: text(
				"Билет ойын басталғанға дейін бір тәулік бұрын қайтарылады. Ойын басқа күнге ауысса, билет сол күнге жарамды.",
				"Билеты принимаем обратно за сутки до начала. Если игру перенесут, билет действует на новую дату.",
				"Tickets are taken back until a day before. If the match moves, your ticket moves with it."),
		},
		venue: catalog.Venue{
			Slug: "zhetigen-arena", Name: text("«Жетіген арена» стадионы", "Стадион «Жетіген Арена»", "Zhetigen Arena"), City: "astana", CityName: text("Астана", "Астана", "Astana"),
			Address: text("Көктал тас жолы, 40", "Коктальское шоссе, 40", "40 Koktal Highway"), Lat: 51.1081, Lon: 71.4026, Zone: zone,
		},
		halls: []room{{"bowl", text("Үлкен арена", "Большая арена", "The bowl"), stadiumPlan}},
		works: []work{
			{
				slug: "zhetigen-tulpar", hall: "bowl", genre: "sport", age: "0+", minutes: 115, prices: standPrices, types: []ticketType{adult, child}, limit: 10,
				title:    text("Жетіген — Тұлпар", "Жетіген — Тұлпар", "Zhetigen v Tulpar"),
				subtitle: text("Футбол. Дала кубогы, жартылай финал", "Футбол. Кубок Степи, полуфинал", "Football. Steppe Cup, semi-final"),
				text: text(
					"Астана мен Қарағандының ескі дауы: соңғы бес кездесуде бес рет қосымша уақыт болды. Бұл жолы біреуі ғана финалға шығады.\n\nҚақпалар ойынға дейін бір жарым сағат бұрын ашылады, балаларға арналған аймақ — C есігінің жанында.",
					"Старый спор Астаны и Караганды: в пяти последних встречах пять раз доходило до дополнительного времени. В финал выйдет кто-то один.\n\nВорота открываются за полтора часа, детская зона — у входа C.",
					"The old quarrel of Astana and Karaganda: their last five matches all went to extra time. Only one of them goes to the final.\n\nGates open an hour and a half before; the children's zone is at entrance C."),
				rules:   []rule{on(sat, "17:00").each(4, 0)},
				tonight: "stadium",
			},
			{
				slug: "zhetigen-qyran", hall: "bowl", genre: "sport", age: "0+", minutes: 115, prices: scaled(standPrices, 80), types: []ticketType{adult, child}, limit: 10,
				title:    text("Жетіген — Қыран", "Жетіген — Қыран", "Zhetigen v Kyran"),
				subtitle: text("Футбол. Ұлттық лига", "Футбол. Национальная лига", "Football. National League"),
				text: text(
					"Кесте көшбасшысы мен маусымның ең жас құрамы. Қыранның орташа жасы — жиырма бір.\n\nОтбасылық сектор бар: төменгі қабат, F есігі.",
					"Лидер таблицы против самого молодого состава сезона: средний возраст «Қырана» — двадцать один год.\n\nЕсть семейный сектор: нижний ярус, вход F.",
					"The league leaders against the youngest side of the season: Kyran's average age is twenty-one.\n\nThe family stand is in the lower tier, entrance F."),
				rules: []rule{on(sat, "17:00").each(4, 1)},
			},
			{
				slug: "dala-dauysy", hall: "bowl", genre: "concert", age: "12+", language: "kk", minutes: 150, prices: map[string]int64{"central": 25000, "lower": 18000, "upper-central": 12000, "upper": 8000}, types: []ticketType{adult}, limit: 6,
				title:    text("Дала дауысы", "Голос степи", "Voice of the Steppe"),
				subtitle: text("Он бес әнші, бір сахна", "Пятнадцать голосов на одной сцене", "Fifteen voices on one stage"),
				text: text(
					"Дәстүрлі әннен поп-музыкаға дейін: он бес әртіс, екі жүз адамдық хор және стадионға арнап жасалған жарық.\n\nКонцерттен кейін қалаға тегін автобустар жүреді.",
					"От традиционной песни до поп-музыки: пятнадцать артистов, хор из двухсот человек и свет, придуманный для стадиона.\n\nПосле концерта в город ходят бесплатные автобусы.",
					"From traditional song to pop: fifteen artists, a chorus of two hundred and light made for a stadium.\n\nFree buses run to the city after the concert."),
				rules: []rule{on(sat, "19:00").each(4, 2)},
			},
			{
				slug: "kok-aspan", hall: "bowl", genre: "festival", age: "6+", minutes: 360, prices: map[string]int64{"central": 20000, "lower": 14000, "upper-central": 9000, "upper": 6000}, types: []ticketType{adult, child}, limit: 6,
				title:    text("Көк аспан", "Көк аспан", "Kok Aspan"),
				subtitle: text("Этно-музыка фестивалі", "Фестиваль этнической музыки", "A festival of folk music"),
				text: text(
					"Алты сағат, он екі топ: Алтайдан Атырауға дейін. Көмей, сыбызғы, барабан және электроника.\n\nСтадион айналасында қолөнер жәрмеңкесі мен ұлттық ас болады.",
					"Шесть часов и двенадцать групп от Алтая до Атырау: горловое пение, сыбызгы, барабаны и электроника.\n\nВокруг стадиона — ярмарка ремёсел и национальная кухня.",
					"Six hours and twelve bands from the Altai to Atyrau: throat singing, sybyzgy, drums and electronics.\n\nAround the stadium: a craft fair and food of the steppe."),
				rules: []rule{on(sat, "15:00").each(4, 3)},
				soon:  true,
			},
		},
	}
}
