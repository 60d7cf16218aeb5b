package demo

import "github.com/sahna/sahna/internal/catalog"

var hallPrices = map[string]int64{"box": 15000, "stalls-front": 12000, "stalls": 9000, "amphitheatre": 6000, "balcony": 4000}

// scaled makes dearer or cheaper prices of the same shape, in hundreds of tenge.
func scaled(prices map[string]int64, percent int64) map[string]int64 {
	out := map[string]int64{}
	for k, v := range prices {
		out[k] = v * percent / 100 / 100 * 100
	}
	return out
}

func theatre() house {
	return house{
		organiser: catalog.Organiser{
			Slug: "kokzhiek", Name: text("«Көкжиек» драма театры", "Драматический театр «Көкжиек»", "Kokzhiek Drama Theatre"), BIN: "000140000011",
			Address: text("Алматы қ., Тұран көшесі, 5", "г. Алматы, ул. Тұран, 5", "5 Turan Street, Almaty"), Phone: "+7 727 000 00 11", Email: "kassa@kokzhiek.example",
			Refund: text(
				"Қойылымға үш күннен көп уақыт қалса, билеттің толық құнын қайтарамыз. Қойылым болмай қалса, ақшаңызды бірден қайтарамыз.",
				"Если до спектакля больше трёх дней, вернём полную стоимость билета. Если спектакль отменят, вернём деньги сразу.",
				"More than three days ahead, you get the full price back. If the play is called off, your money comes back at once."),
		},
		venue: catalog.Venue{
			Slug: "kokzhiek", Name: text("«Көкжиек» театры", "Театр «Көкжиек»", "Kokzhiek Theatre"), City: "almaty", CityName: text("Алматы", "Алматы", "Almaty"),
			Address: text("Тұран көшесі, 5", "ул. Тұран, 5", "5 Turan Street"), Lat: 43.2389, Lon: 76.9286, Zone: zone,
		},
		halls: []room{{"main", text("Үлкен зал", "Большой зал", "Main stage"), theatrePlan}},
		works: append(plays(), forChildren()...),
	}
}

func plays() []work {
	drama := []ticketType{adult, student, pensioner}
	return []work{
		{
			slug: "qyz-zhibek", hall: "main", genre: "theatre", age: "12+", language: "kk", minutes: 150, prices: hallPrices, types: drama,
			title:    text("Қыз Жібек", "Кыз Жибек", "Kyz Zhibek"),
			subtitle: text("Ғашықтық жыры екі бөлімде", "Песнь о любви в двух действиях", "A song of love in two acts"),
			text: text(
				"Төлеген Жібекті іздеп Ақ Жайыққа аттанады. Бұл хикаяны бәріміз білеміз, бірақ жаңа қойылым оны бүгінгі жастардың көзімен айтады: аз сөз, көп үнсіздік, тірі қобыз.\n\nҚойылым соңында көрермен сахнаға шығып, киіз үйдің шаңырағын жақыннан көре алады.",
				"Төлеген едет к Ак Жаику искать Жибек. Эту историю знают все, но новая постановка рассказывает её глазами молодых: мало слов, много тишины, живой кобыз.\n\nПосле спектакля можно подняться на сцену и рассмотреть шанырак вблизи.",
				"Tolegen rides to the Ak Zhaiyk to find Zhibek. Everybody knows the story; this staging tells it through young eyes: few words, much silence, a live qobyz.\n\nAfter the play you may step on the stage and see the shanyraq up close."),
			rules:   []rule{on(fri, "19:00"), on(sun, "18:00").each(2, 0)},
			tonight: "theatre",
		},
		{
			slug: "enlik-kebek", hall: "main", genre: "theatre", age: "12+", language: "kk", minutes: 140, prices: hallPrices, types: drama,
			title:    text("Еңлік — Кебек", "Енлик — Кебек", "Enlik and Kebek"),
			subtitle: text("Мұхтар Әуезов бойынша трагедия", "Трагедия по Мухтару Ауэзову", "A tragedy after Mukhtar Auezov"),
			text: text(
				"Екі ру, екі жас және ешкім бұза алмайтын заң. Еңлік пен Кебектің махаббаты даланың үнсіз сотына түседі.\n\nЖас режиссердің дебюті: сахнада он екі әртіс пен бір ғана жарық.",
				"Два рода, двое влюблённых и закон, который никто не смеет нарушить. Любовь Енлик и Кебека попадает на суд степи.\n\nДебют молодого режиссёра: двенадцать актёров и один-единственный луч света.",
				"Two clans, two lovers and a law that nobody dares to break. The love of Enlik and Kebek stands before the silent court of the steppe.\n\nA young director's first staging: twelve actors and a single beam of light."),
			rules: []rule{on(sat, "19:00").each(2, 0)},
		},
		{
			slug: "hamlet", hall: "main", genre: "theatre", age: "16+", language: "kk", minutes: 180, prices: scaled(hallPrices, 110), types: drama,
			title:    text("Гамлет", "Гамлет", "Hamlet"),
			subtitle: text("Уильям Шекспир, қазақ тілінде", "Уильям Шекспир, на казахском языке", "William Shakespeare, in Kazakh"),
			text: text(
				"Дания — түрме. Ал Гамлет — оның ең мазасыз тұтқыны. Шекспирдің басты трагедиясы жаңа аудармада, тірі оркестрмен.\n\nҰзақтығы үш сағат, бір үзіліс. Орысша субтитр бар.",
				"Дания — тюрьма, а Гамлет — самый беспокойный её узник. Главная трагедия Шекспира в новом переводе и с живым оркестром.\n\nТри часа с одним антрактом. Есть русские субтитры.",
				"Denmark is a prison and Hamlet its most restless prisoner. Shakespeare's great tragedy in a new translation, with a live orchestra.\n\nThree hours with one interval. Russian surtitles."),
			rules: []rule{on(sat, "19:00").each(2, 1)},
		},
		{
			slug: "chaika", hall: "main", genre: "theatre", age: "16+", language: "ru", minutes: 160, prices: scaled(hallPrices, 90), types: drama,
			title:    text("Шағала", "Чайка", "The Seagull"),
			subtitle: text("Антон Чехов, орыс тілінде", "Антон Чехов", "Anton Chekhov, in Russian"),
			text: text(
				"Көл жағасындағы үй, бір-бірін сүйген, бірақ ешқашан тыңдамаған адамдар. Чехов мұны комедия деп атаған.\n\nҮзілісте фойеде шай беріледі: Аркадинаның самаурынынан.",
				"Дом у озера, где все друг в друга влюблены и никто никого не слышит. Чехов назвал это комедией, и мы ему верим.\n\nВ антракте в фойе наливают чай из самовара Аркадиной.",
				"A house by a lake where everyone is in love and nobody listens. Chekhov called it a comedy, and we take him at his word.\n\nIn the interval, tea is poured from Arkadina's samovar."),
			rules: []rule{on(thu, "19:00").each(2, 0)},
		},
		{
			slug: "revizor", hall: "main", genre: "comedy", age: "12+", language: "ru", minutes: 145, prices: scaled(hallPrices, 90), types: drama,
			title:    text("Ревизор", "Ревизор", "The Government Inspector"),
			subtitle: text("Николай Гогольдің комедиясы, орыс тілінде", "Комедия Николая Гоголя", "A comedy by Nikolai Gogol, in Russian"),
			text: text(
				"Шағын қалаға астанадан тексеруші келе жатыр екен деген сөз тарайды. Енді бәрі — қала басы да, пошта бастығы да — қолынан келгенше жасырынады.\n\nЕкі жүз жыл өтті, күлкілі жері сол қалпында.",
				"В город едет ревизор, и все прячут концы кто куда: и городничий, и почтмейстер, и попечитель богоугодных заведений.\n\nПрошло двести лет, а смешно в тех же местах.",
				"Word has it that an inspector is coming to town, and everyone, from the mayor to the postmaster, starts hiding things.\n\nTwo hundred years on, the jokes still land in the same places."),
			rules: []rule{on(thu, "19:00").each(2, 1), on(sun, "18:00").each(2, 1)},
		},
	}
}

func forChildren() []work {
	family := []ticketType{adult, child}
	return []work{
		{
			slug: "aldar-kose", hall: "main", genre: "children", age: "6+", language: "kk", minutes: 70, prices: scaled(hallPrices, 50), types: family,
			title:    text("Алдар көсе", "Алдар Косе", "Aldar Kose"),
			subtitle: text("Қу мен сараң туралы көңілді ертегі", "Весёлая сказка о хитреце и скряге", "A merry tale of a trickster and a miser"),
			text: text(
				"Алдар көсе Шығайбайдың тонын қалай айырбастады? Жауабын балалар әртістермен бірге табады: залда отырып көмектесуге де, айқайлап айтуға да болады.\n\nҚойылымнан кейін барлық кейіпкермен суретке түсуге болады.",
				"Как Алдар Косе выменял шубу у скупого Шигайбая? Дети узнают это вместе с актёрами: подсказывать из зала можно и нужно.\n\nПосле спектакля все герои выходят фотографироваться.",
				"How did Aldar Kose talk the miser out of his fur coat? Children find out together with the actors: shouting hints from the seats is welcome.\n\nAfterwards all the characters come out for photographs."),
			rules: []rule{on(sat, "12:00")},
		},
		{
			slug: "maqta-qyz", hall: "main", genre: "children", age: "0+", language: "kk", minutes: 50, prices: scaled(hallPrices, 40), types: family,
			title:    text("Мақта қыз бен мысық", "Мақта қыз и кошка", "Maqta Kyz and the Cat"),
			subtitle: text("Алғаш рет театрға келгендерге", "Для тех, кто впервые в театре", "For those who come for the first time"),
			text: text(
				"Мақта қыз мысықтың құйрығын үзіп алады, ал мысық оны қайтып беруін сұрайды. Содан ұзақ, күлкілі сапар басталады.\n\nЖарық толық сөнбейді, дыбыс жұмсақ, кез келген сәтте шығып, қайта кіруге болады.",
				"Мақта қыз оторвала кошке хвост, и кошка просит его назад. Так начинается долгое и смешное путешествие.\n\nСвет не гаснет совсем, музыка тихая, выйти и вернуться можно в любую минуту.",
				"Maqta Kyz has pulled off the cat's tail, and the cat would like it back. So begins a long and funny journey.\n\nThe lights never go out fully, the music is soft, and you may leave and come back at any time."),
			rules: []rule{on(sun, "12:00")},
		},
	}
}
