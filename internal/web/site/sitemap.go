package site

import (
	"encoding/xml"
	"net/http"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

type (
	sitemap struct {
		XMLName xml.Name     `xml:"urlset"`
		NS      string       `xml:"xmlns,attr"`
		XHTML   string       `xml:"xmlns:xhtml,attr"`
		URLs    []sitemapURL `xml:"url"`
	}
	sitemapURL struct {
		Loc   string        `xml:"loc"`
		Links []sitemapLink `xml:"xhtml:link"`
	}
	sitemapLink struct {
		Rel  string `xml:"rel,attr"`
		Lang string `xml:"hreflang,attr"`
		Href string `xml:"href,attr"`
	}
)

// sitemapMost keeps the file below the 50,000 addresses that search engines take.
const sitemapMost = 16_000

// sitemap names every public page in every language.
func (s *Site) sitemap(w http.ResponseWriter, r *http.Request) {
	out := sitemap{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", XHTML: "http://www.w3.org/1999/xhtml"}
	for _, path := range []string{"/", "/page/privacy", "/page/offer"} {
		out.add(s.UI.BaseURL, path)
	}
	f := catalog.Filter{Limit: 100}
	for len(out.URLs) < sitemapMost*len(i18n.Langs) {
		wall, err := s.Catalog.Wall(r.Context(), f)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		for _, c := range wall.Cards {
			out.add(s.UI.BaseURL, "/event/"+c.Slug)
		}
		if f.Cursor = wall.Next; f.Cursor == "" {
			break
		}
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	if _, err := w.Write([]byte(xml.Header)); err != nil {
		return // the reader left
	}
	_ = xml.NewEncoder(w).Encode(out) // the reader left: nobody to tell
}

// add names a page in each language, with its sisters in the others.
func (m *sitemap) add(base, path string) {
	var links []sitemapLink
	for _, l := range i18n.Langs {
		links = append(links, sitemapLink{"alternate", string(l), base + "/" + string(l) + path})
	}
	for _, l := range links {
		m.URLs = append(m.URLs, sitemapURL{Loc: l.Href, Links: links})
	}
}

// robots keeps search engines away from what is nobody's to find.
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /*/account\nDisallow: /*/basket\nDisallow: /*/checkout\nDisallow: /*/order\nDisallow: /*/ticket\n" +
		"Disallow: /*/office\nDisallow: /*/door\nDisallow: /pay/\nDisallow: /api/\n\nSitemap: " + s.UI.BaseURL + "/sitemap.xml\n")) // the reader left: nobody to tell
}
