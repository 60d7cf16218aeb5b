package catalog

import "github.com/sahna/sahna/internal/platform/i18n"

// cities are the republican cities and regional centres; a file may name them by code alone.
var cities = map[string]i18n.Text{
	"almaty":      {KK: "Алматы", RU: "Алматы", EN: "Almaty"},
	"astana":      {KK: "Астана", RU: "Астана", EN: "Astana"},
	"shymkent":    {KK: "Шымкент", RU: "Шымкент", EN: "Shymkent"},
	"aktau":       {KK: "Ақтау", RU: "Актау", EN: "Aktau"},
	"aktobe":      {KK: "Ақтөбе", RU: "Актобе", EN: "Aktobe"},
	"atyrau":      {KK: "Атырау", RU: "Атырау", EN: "Atyrau"},
	"karaganda":   {KK: "Қарағанды", RU: "Караганда", EN: "Karaganda"},
	"kokshetau":   {KK: "Көкшетау", RU: "Кокшетау", EN: "Kokshetau"},
	"konaev":      {KK: "Қонаев", RU: "Конаев", EN: "Konaev"},
	"kostanay":    {KK: "Қостанай", RU: "Костанай", EN: "Kostanay"},
	"kyzylorda":   {KK: "Қызылорда", RU: "Кызылорда", EN: "Kyzylorda"},
	"oral":        {KK: "Орал", RU: "Уральск", EN: "Oral"},
	"oskemen":     {KK: "Өскемен", RU: "Усть-Каменогорск", EN: "Oskemen"},
	"pavlodar":    {KK: "Павлодар", RU: "Павлодар", EN: "Pavlodar"},
	"petropavl":   {KK: "Петропавл", RU: "Петропавловск", EN: "Petropavl"},
	"semey":       {KK: "Семей", RU: "Семей", EN: "Semey"},
	"taldykorgan": {KK: "Талдықорған", RU: "Талдыкорган", EN: "Taldykorgan"},
	"taraz":       {KK: "Тараз", RU: "Тараз", EN: "Taraz"},
	"turkistan":   {KK: "Түркістан", RU: "Туркестан", EN: "Turkistan"},
	"zhezkazgan":  {KK: "Жезқазған", RU: "Жезказган", EN: "Zhezkazgan"},
}
