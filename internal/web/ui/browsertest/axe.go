package browsertest

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe-core by Deque, MPL-2.0, as its npm package has it; see axe.LICENSE. Only tests carry it.
//
//go:embed axe.min.js
var axe string

type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// Accessible fails when axe-core finds something serious or critical on the page, by WCAG 2.2 AA.
func (b *Browser) Accessible() {
	b.t.Helper()
	if b.screen.NoScript {
		return
	}
	// In a world of its own: the page's content security policy stays as it is.
	tree := call(b, page.GetFrameTree, cdp.Empty{})
	world := call(b, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID, WorldName: "axe"})
	in := func(p *runtime.EvaluateParams) { p.ContextID = world.ExecutionContextID }
	_, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](axe+";0", in))
	b.check(err)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		`axe.run({runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}).then(r => JSON.stringify(r.violations))`, in, chromedp.EvalAwaitPromise))
	b.check(err)
	var all []violation
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range all {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		where := ""
		for i, n := range v.Nodes {
			if i == 3 {
				break
			}
			where += fmt.Sprintf("\n    %.160s", n.HTML)
		}
		b.t.Errorf("%s: %s: %s (%s)%s", b.screen.Name, b.URL(), v.Help, v.ID, where)
	}
}
