// Package documenttest draws documents of people who do not exist, for tests.
//
// It owns a synthetic identity card, certificates and hostile files. It promises
// that nobody bears the names and numbers on them.
package documenttest

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// IIN is a number whose check digit is right; its serial is the last of its day, which was never given out.
const IIN = "990201399998"

// Card are the lines of an identity card's two sides.
var Card = []string{
	"ҚАЗАҚСТАН РЕСПУБЛИКАСЫ", "ЖЕКЕ КУӘЛІК", "УДОСТОВЕРЕНИЕ ЛИЧНОСТИ",
	"ТЕГІ / ФАМИЛИЯ", "СЫНАҚБАЕВ", "АТЫ / ИМЯ", "СЫНАҚ", "ӘКЕСІНІҢ АТЫ / ОТЧЕСТВО", "СЫНАҚҰЛЫ",
	"ТУҒАН КҮНІ / ДАТА РОЖДЕНИЯ", "01.02.1999", "ЖСН / ИИН",
}

// MRZ is the machine-readable zone of the card: three lines of thirty.
var MRZ = []string{"IDKAZ0000000000990201300000<<<", "9902013M3301019KAZ<<<<<<<<<<<8", "SYNAKBAYEV<<SYNAK<<<<<<<<<<<<<"}

// Certificate are the lines of an organiser's certificate: a BIN, and nobody's IIN.
var Certificate = []string{
	"ЗАҢДЫ ТҰЛҒАНЫ МЕМЛЕКЕТТІК ТІРКЕУ ТУРАЛЫ АНЫҚТАМА", "СПРАВКА О ГОСУДАРСТВЕННОЙ РЕГИСТРАЦИИ", "ЮРИДИЧЕСКОГО ЛИЦА",
	"БСН / БИН 190340000123", "ТОО «Дала Сахна»", "г. Алматы, проспект Абая, 1", "Дата регистрации 12 марта 2019 года",
}

// Picture draws lines black on white, as a good scan has them.
func Picture(t testing.TB, width, height int, size float64, lines ...string) *image.RGBA {
	t.Helper()
	body, err := os.ReadFile("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xf6, 0xf4, 0xee, 0xff}), image.Point{}, draw.Src)
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.RGBA{0x18, 0x18, 0x20, 0xff}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(width/20, int(size*1.7)*(i+1))
		d.DrawString(l)
	}
	return img
}

// CardPicture draws the whole card.
func CardPicture(t testing.TB) *image.RGBA {
	lines := append(append([]string{}, Card...), IIN)
	return Picture(t, 1300, 1000, 34, append(lines, MRZ...)...)
}

// JPEG encodes a picture.
func JPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// PNG encodes a picture.
func PNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// PDF sets each page's lines as text.
func PDF(t testing.TB, pages ...[]string) []byte {
	t.Helper()
	body, err := os.ReadFile("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	d := fpdf.New("P", "mm", "A4", "")
	d.AddUTF8FontFromBytes("noto", "", body)
	d.SetFont("noto", "", 14)
	for _, lines := range pages {
		d.AddPage()
		for _, l := range lines {
			d.Cell(0, 10, l)
			d.Ln(10)
		}
	}
	return output(t, d)
}

// Scan puts a picture on a PDF's page, as scanners do: no letter of it is text.
func Scan(t testing.TB, img image.Image) []byte {
	t.Helper()
	d := fpdf.New("P", "mm", "A4", "")
	d.AddPage()
	d.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "JPEG"}, bytes.NewReader(JPEG(t, img)))
	d.ImageOptions("scan", 10, 10, 180, 0, false, fpdf.ImageOptions{ImageType: "JPEG"}, 0, "")
	return output(t, d)
}

func output(t testing.TB, d *fpdf.Fpdf) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := d.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
