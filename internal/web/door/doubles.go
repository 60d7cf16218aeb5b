package door

import (
	"errors"
	"net/http"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

const maxDoubles = 100

type doublesView struct {
	ui.Page
	Show choice
	Gate admission.Gate
	List []doubleView
}

type doubleView struct {
	admission.Trouble
	Place string
}

// doubles lists who was let in and should not have been, so that somebody can go and look.
func (d *Door) doubles(w http.ResponseWriter, r *http.Request) {
	if _, err := d.device(r); err != nil {
		if fault.KindOf(err) == fault.Unauthenticated {
			http.Redirect(w, r, d.page(r, "").URL("/door"), http.StatusSeeOther)
			return
		}
		d.UI.Fail(w, r, err)
		return
	}
	v := doublesView{Page: d.page(r, "")}
	v.Title = v.T("door.doubles")
	if err := d.fillDoubles(r, &v); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	d.UI.Render(w, r, http.StatusOK, v.Page, doublesPage(v))
}

func (d *Door) fillDoubles(r *http.Request, v *doublesView) (err error) {
	ctx := r.Context()
	if v.Show, v.Gate, err = d.at(r, v.Page); err != nil {
		return err
	}
	list, err := d.Admission.Troubles(ctx, v.Show.ID, maxDoubles)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.GateName, err = d.inLanguage(ctx, v.Page, v.Show.PlanHash, x.GateName); err != nil {
			return err
		}
		if x.FirstGate, err = d.inLanguage(ctx, v.Page, v.Show.PlanHash, x.FirstGate); err != nil {
			return err
		}
		row := doubleView{Trouble: x}
		if x.TicketID != "" {
			t, err := d.Admission.TicketOf(ctx, v.Show.ID, x.TicketID)
			if errors.Is(err, boxoffice.ErrNoTicket) {
				v.List = append(v.List, row)
				continue
			}
			if err != nil {
				return err
			}
			place, err := d.Admission.Place(ctx, t)
			if err != nil {
				return err
			}
			row.Place, _ = placeWords(v.Page, place)
		}
		v.List = append(v.List, row)
	}
	return nil
}
