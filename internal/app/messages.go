package app

import (
	"io/fs"
	"strings"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/api"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/ticketmail"
	"github.com/sahna/sahna/internal/boxoffice/ticketpdf"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/payments/testbank"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/rehearsal"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/account"
	"github.com/sahna/sahna/internal/web/door"
	"github.com/sahna/sahna/internal/web/office"
	"github.com/sahna/sahna/internal/web/site"
	"github.com/sahna/sahna/internal/web/site/checkout"
	"github.com/sahna/sahna/internal/web/site/outbox"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/site/performance"
	"github.com/sahna/sahna/internal/web/site/waiting"
	"github.com/sahna/sahna/internal/web/ui"
)

// Messages are the words of every room and door.
func Messages() []fs.FS {
	return []fs.FS{
		admission.Messages, boxoffice.Messages, ticketmail.Messages, ticketpdf.Messages, catalog.Messages, files.Messages,
		api.Messages, account.Messages, door.Messages, office.Messages, checkout.Messages, outbox.Messages, waiting.Messages, waitroom.Messages, pages.Messages, performance.Messages, i18n.Messages, mail.Messages, people.Messages, document.Messages, privacy.Messages, rehearsal.Messages, mydata.Messages, site.Messages, testbank.Messages, ui.Messages, upload.Messages, vault.Messages,
	}
}

// Explain says an error to who typed a command: in plain words first where a room has them, then as the log has it.
func Explain(err error) string {
	if fault.CodeOf(err) == "" || fault.KindOf(err) == fault.Internal {
		return err.Error()
	}
	bundle, loading := i18n.New(Messages()...)
	if loading != nil {
		return err.Error()
	}
	words := bundle.Printer(i18n.EN).Fault(err)
	if strings.HasPrefix(words, "[") {
		return err.Error()
	}
	return words + "\n(" + err.Error() + ")"
}
