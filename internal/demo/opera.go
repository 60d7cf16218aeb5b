package demo

import "github.com/sahna/sahna/internal/catalog"

var operaPrices = map[string]int64{"box": 30000, "stalls-front": 24000, "stalls": 16000, "amphitheatre": 10000, "balcony": 5000}

func opera() house {
	return house{
		organiser: catalog.Organiser{
			Slug: "saryarqa-opera", Name: text("«Сарыарқа» опера және балет театры", "Театр оперы и балета «Сарыарка»", "Saryarka Opera and Ballet"), BIN: "000240000012",
			Address: text("Астана қ., Жаңа алаң, 1", "г. Астана, Новая площадь, 1", "1 New Square, Astana"), Phone: "+7 7172 00 00 12", Email: "tickets@saryarqa-opera.example",
			Refund: text(
				"Билетті спектакль күнінің алдындағы күнге дейін қайтара аласыз: ақша картаңызға бір аптада түседі.",
				"Билет можно вернуть до дня, предшествующего спектаклю: деньги придут на карту в течение недели.",
				"Tickets can be returned until the day before; the money reaches your card within a week."),
		},
		venue: catalog.Venue{
			Slug: "saryarqa-opera", Name: text("«Сарыарқа» операсы", "Опера «Сарыарка»", "Saryarka Opera"), City: "astana", CityName: text("Астана", "Астана", "Astana"),
			Address: text("Жаңа алаң, 1", "Новая площадь, 1", "1 New Square"), Lat: 51.1282, Lon: 71.4306, Zone: zone,
		},
		halls: []room{{"main", text("Басты сахна", "Основная сцена", "Main stage"), theatrePlan}},
		works: []work{
			{
				slug: "abai-opera", hall: "main", genre: "opera", age: "12+", language: "kk", minutes: 165, prices: operaPrices, types: []ticketType{adult, student, pensioner},
				title:    text("Абай", "Абай", "Abai"),
				subtitle: text("Ахмет Жұбанов пен Латиф Хамидидің операсы", "Опера Ахмета Жубанова и Латыфа Хамиди", "Opera by Akhmet Zhubanov and Latif Khamidi"),
				text: text(
					"Ақын, билік және махаббат. Қазақ операсының ең басты шығармасы толық оркестрмен, тоқсан адамдық хормен орындалады.\n\nБасталуына бір сағат қалғанда фойеде опера туралы қысқа әңгіме болады, кіру тегін.",
					"Поэт, власть и любовь. Главная казахская опера звучит с полным оркестром и хором в девяносто голосов.\n\nЗа час до начала в фойе коротко рассказывают об опере, это бесплатно для всех с билетом.",
					"A poet, power and love. The great Kazakh opera, with full orchestra and a chorus of ninety.\n\nAn hour before the start there is a short talk in the foyer, free with your ticket."),
				rules: []rule{on(fri, "18:30").each(2, 0)},
			},
			{
				slug: "traviata", hall: "main", genre: "opera", age: "16+", minutes: 170, prices: scaled(operaPrices, 110), types: []ticketType{adult, student, pensioner},
				title:    text("Травиата", "Травиата", "La traviata"),
				subtitle: text("Джузеппе Верди, итальян тілінде, субтитрмен", "Джузеппе Верди, на итальянском с субтитрами", "Giuseppe Verdi, in Italian with surtitles"),
				text: text(
					"Париж, шампан және кеш келген шынайы сезім. Виолеттаның тағдыры сахнаға алып айналар арқылы түседі.\n\nСубтитр қазақ, орыс және ағылшын тілдерінде.",
					"Париж, шампанское и настоящее чувство, которое пришло слишком поздно. Историю Виолетты отражают огромные зеркала.\n\nСубтитры на казахском, русском и английском.",
					"Paris, champagne and true love that comes too late. Violetta's story is told among enormous mirrors.\n\nSurtitles in Kazakh, Russian and English."),
				rules: []rule{on(fri, "18:30").each(2, 1)},
			},
			{
				slug: "aqqu-koli", hall: "main", genre: "ballet", age: "6+", minutes: 155, prices: scaled(operaPrices, 120), types: []ticketType{adult, child, student, pensioner},
				title:    text("Аққу көлі", "Лебединое озеро", "Swan Lake"),
				subtitle: text("Пётр Чайковскийдің балеті", "Балет Петра Чайковского", "Ballet by Pyotr Tchaikovsky"),
				text: text(
					"Отыз екі аққу, бір ханзада және бүкіл әлем білетін музыка. Классикалық қойылым, қолмен тігілген костюмдер.\n\nЕкі үзіліс. Балаларды алты жастан бастап күтеміз.",
					"Тридцать два лебедя, один принц и музыка, которую знает весь мир. Классическая постановка, костюмы сшиты вручную.\n\nДва антракта. Ждём детей с шести лет.",
					"Thirty-two swans, one prince and music the whole world knows. A classical staging with costumes sewn by hand.\n\nTwo intervals. Children from six are welcome."),
				rules: []rule{on(sat, "18:00").each(2, 0)},
			},
			{
				slug: "shchelkunchik", hall: "main", genre: "ballet", age: "6+", minutes: 120, prices: operaPrices, types: []ticketType{adult, child},
				title:    text("Шелкуншік", "Щелкунчик", "The Nutcracker"),
				subtitle: text("Жаңа жыл алдындағы балет", "Балет перед Новым годом", "The ballet before New Year"),
				text: text(
					"Шырша өседі, ойыншықтар тіріледі, ал Маша ең батыл болып шығады. Бүкіл отбасымен келетін кеш.\n\nСахнада театр жанындағы мектептің қырық баласы билейді.",
					"Ёлка растёт, игрушки оживают, а самой смелой оказывается Маша. Вечер для всей семьи.\n\nНа сцене сорок детей из школы при театре.",
					"The tree grows, the toys come alive, and Masha turns out to be the bravest of all. An evening for the whole family.\n\nForty children of the theatre's school dance on the stage."),
				rules: []rule{on(sat, "18:00").each(2, 1), on(sun, "12:00")},
			},
			{
				slug: "uly-dala-simfoniyasy", hall: "main", genre: "concert", age: "6+", minutes: 110, prices: scaled(operaPrices, 60), types: []ticketType{adult, student, pensioner},
				title:    text("Ұлы дала симфониясы", "Симфония Великой степи", "Symphony of the Great Steppe"),
				subtitle: text("Күй мен симфониялық оркестр", "Кюи и симфонический оркестр", "Kuis with a symphony orchestra"),
				text: text(
					"Құрманғазының «Сарыарқасы» мен «Адайы» жаңа өңдеуде: домбыра, қобыз және сексен музыкант.\n\nКонцерт соңында бір күйді залмен бірге орындаймыз.",
					"«Сарыарка» и «Адай» Курмангазы в новой обработке: домбра, кобыз и восемьдесят музыкантов.\n\nПоследний кюй исполним вместе с залом.",
					"Kurmangazy's “Saryarka” and “Adai” in new arrangements for dombra, qobyz and eighty musicians.\n\nThe last kui is played together with the audience."),
				rules: []rule{on(sun, "18:00").each(2, 0)},
			},
		},
	}
}
