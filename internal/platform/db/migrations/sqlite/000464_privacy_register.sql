-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER privacy_register_fixed BEFORE UPDATE ON privacy_register_version
BEGIN SELECT RAISE(ABORT, 'a version of the register never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_register_kept BEFORE DELETE ON privacy_register_version
BEGIN SELECT RAISE(ABORT, 'a version of the register stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_transfer_fixed BEFORE UPDATE ON privacy_transfer
BEGIN SELECT RAISE(ABORT, 'the register of transfers never changes'); END;
-- +goose StatementEnd
CREATE INDEX privacy_request_case ON privacy_request (case_id);
