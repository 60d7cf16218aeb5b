-- The ledger is append-only.

-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER boxoffice_ledger_no_update BEFORE UPDATE ON boxoffice_ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER boxoffice_ledger_no_delete BEFORE DELETE ON boxoffice_ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
-- +goose StatementEnd
