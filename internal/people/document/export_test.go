package document

import "context"

// Tell is the job that mails a result.
func (m *Documents) Tell(ctx context.Context, id string) error { return m.tell(ctx, id) }
