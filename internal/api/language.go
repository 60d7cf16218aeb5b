package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/platform/i18n"
)

type langKey struct{}

// speak notes the caller's language for the operation and says which one the answer is in.
func speak(ctx huma.Context, next func(huma.Context)) {
	l := i18n.Match(ctx.Header("Accept-Language"))
	ctx.SetHeader("Content-Language", string(l))
	next(huma.WithValue(ctx, langKey{}, l))
}

func lang(ctx context.Context) i18n.Lang {
	if l, ok := ctx.Value(langKey{}).(i18n.Lang); ok {
		return l
	}
	return i18n.KK
}
