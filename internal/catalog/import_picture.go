package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	_ "image/png" // registers PNG
	"io/fs"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // registers WebP

	"github.com/sahna/sahna/internal/platform/files"
)

// What a picture may be, and what is made of it: an event's page has to stay light.
const (
	maxPictureBytes  = 10 << 20
	maxPicturePixels = 40_000_000
	pictureWidth     = 600
	pictureQuality   = 78
)

var (
	errNoPicture  = errors.New("is neither JPEG, PNG nor WebP")
	errBigPicture = errors.New("is too large: at most 10 MB and 40 megapixels")
)

// keepPicture draws a picture anew, small and without whatever else its file held, stores it under the hash of what was drawn,
// and returns that name.
func keepPicture(ctx context.Context, store files.Store, body []byte) (string, error) {
	if len(body) > maxPictureBytes {
		return "", errBigPicture
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || c.Width < 1 || c.Height < 1 {
		return "", errNoPicture
	}
	if c.Width*c.Height > maxPicturePixels {
		return "", errBigPicture
	}
	from, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return "", errNoPicture
	}
	width := min(pictureWidth, c.Width)
	to := image.NewRGBA(image.Rect(0, 0, width, max(1, c.Height*width/c.Width)))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: pictureQuality}); err != nil {
		return "", err
	}
	sum := sha256.Sum256(out.Bytes())
	name := "picture/" + hex.EncodeToString(sum[:16]) + ".jpg"
	return name, store.Put(ctx, name, &out)
}

// pictures stores what the events show, before the transaction: a file that nothing names in the end does no harm.
func (f *eventsFile) pictures(ctx context.Context, opts ImportOptions, to *problems) error {
	for i := range f.events {
		e := &f.events[i]
		if e.Picture == "" {
			continue
		}
		if opts.Beside == nil || opts.Pictures == nil {
			to.add(e.picture.line, e.picture.path, "pictures cannot be taken in this way: leave the key out")
			continue
		}
		body, err := fs.ReadFile(opts.Beside, e.Picture)
		if err != nil {
			to.add(e.picture.line, e.picture.path, "there is no file %s beside this one", quote(e.Picture))
			continue
		}
		name, err := keepPicture(ctx, opts.Pictures, body)
		switch {
		case errors.Is(err, errNoPicture), errors.Is(err, errBigPicture):
			to.add(e.picture.line, e.picture.path, "%s %v", quote(e.Picture), err)
		case err != nil:
			return err
		default:
			e.Picture = name
		}
	}
	return nil
}
