package vault

import "context"

// Verify names, in words, persons whose fields no key opens although nobody destroyed it, destroyed persons whose fields or
// keys are still there, and whatever VerifyJournal finds.
func (v *Vault) Verify(ctx context.Context, kept []byte) ([]string, error) {
	findings, err := v.VerifyJournal(ctx, kept)
	if err != nil {
		return nil, err
	}
	for after := (tombstone{}); ; {
		page, err := keysInUseAfter(ctx, v.db, after)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		more, err := v.verifyKeys(ctx, page)
		if err != nil {
			return nil, err
		}
		findings = append(findings, more...)
		after = page[len(page)-1]
	}
	for after := (tombstone{}); ; {
		page, err := tombstonesAfter(ctx, v.db, after)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return findings, nil
		}
		back, err := v.keys.present(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			if back[t] {
				findings = append(findings, "the "+string(t.class)+" key of person "+t.person+" is there although it was destroyed: replay the destructions")
			}
		}
		after = page[len(page)-1]
	}
}

func (v *Vault) verifyKeys(ctx context.Context, page []tombstone) (findings []string, err error) {
	there, err := v.keys.present(ctx, page)
	if err != nil {
		return nil, err
	}
	for _, t := range page {
		if there[t] {
			continue
		}
		dead, err := hasTombstone(ctx, v.db, t.person, t.class)
		if err != nil {
			return nil, err
		}
		what := "there is no key for it"
		if dead {
			what = "its key was destroyed"
		}
		findings = append(findings, "person "+t.person+" has "+string(t.class)+" fields, but "+what)
	}
	return findings, nil
}
