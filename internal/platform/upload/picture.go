package upload

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	xdraw "golang.org/x/image/draw"
)

// mostScans is how many passes a JPEG may be drawn in: cameras need about ten, bombs thousands.
const mostScans = 100

// quality keeps small print readable.
const quality = 88

// cleanPicture decodes a picture and encodes its pixels anew, so that nothing rides along: no comment, no place where it was taken,
// no second file behind it.
func cleanPicture(body []byte, l Limits) (File, error) {
	decode, size := jpeg.Decode, jpeg.DecodeConfig
	if Sniff(body) == PNG {
		decode, size = png.Decode, png.DecodeConfig
	}
	if hidesArchive(body) {
		return File{}, ErrMixed
	}
	c, err := size(bytes.NewReader(body))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return File{}, ErrPicture.Because(err)
	}
	if c.Width > l.Pixels/c.Height {
		return File{}, ErrPixels.With("most", l.Pixels/1_000_000)
	}
	if bytes.Count(body, []byte("\xff\xda")) > mostScans && Sniff(body) == JPEG {
		return File{}, ErrBomb
	}
	img, err := decode(bytes.NewReader(body))
	if err != nil {
		return File{}, ErrPicture.Because(err)
	}
	turn := 1
	if Sniff(body) == JPEG {
		turn = orientation(body)
	}
	out, err := encode(upright(shrink(img, l.Side), turn))
	return File{Kind: JPEG, Body: out, Pages: 1}, err
}

// Redraw encodes a drawn page (PNG) as a picture like those that are kept.
func Redraw(page []byte, l Limits) ([]byte, error) {
	f, err := cleanPicture(page, l)
	return f.Body, err
}

func encode(img image.Image) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

// shrink draws a picture on white paper, its longer side not over side.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(out, out.Bounds(), img, b.Min, draw.Over)
	} else {
		xdraw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	}
	return out
}

// upright turns a picture by its EXIF orientation.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := source(orientation, x, y, w, h)
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(sx, sy):][:4])
		}
	}
	return out
}

// source is where the pixel at x, y of the turned picture stands in the one that is w by h.
func source(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
