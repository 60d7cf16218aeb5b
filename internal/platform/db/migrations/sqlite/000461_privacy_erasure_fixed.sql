-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER privacy_erasure_no_update BEFORE UPDATE ON privacy_erasure
BEGIN SELECT RAISE(ABORT, 'the erasure ledger only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_erasure_no_delete BEFORE DELETE ON privacy_erasure
BEGIN SELECT RAISE(ABORT, 'the erasure ledger only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_erasure_outcome_no_update BEFORE UPDATE ON privacy_erasure_outcome
BEGIN SELECT RAISE(ABORT, 'the erasure ledger only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_erasure_outcome_no_delete BEFORE DELETE ON privacy_erasure_outcome
BEGIN SELECT RAISE(ABORT, 'the erasure ledger only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_erasure_end_no_update BEFORE UPDATE ON privacy_erasure_end
BEGIN SELECT RAISE(ABORT, 'the erasure ledger only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_erasure_end_no_delete BEFORE DELETE ON privacy_erasure_end
BEGIN SELECT RAISE(ABORT, 'the erasure ledger only grows'); END;
-- +goose StatementEnd
