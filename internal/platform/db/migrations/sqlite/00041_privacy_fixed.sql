-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER privacy_version_fixed BEFORE UPDATE ON privacy_version
BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_version_kept BEFORE DELETE ON privacy_version
BEGIN SELECT RAISE(ABORT, 'a published version stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_consent_fixed BEFORE UPDATE ON privacy_consent
BEGIN SELECT RAISE(ABORT, 'evidence of consent never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_withdrawal_fixed BEFORE UPDATE ON privacy_withdrawal
BEGIN SELECT RAISE(ABORT, 'evidence of withdrawal never changes'); END;
-- +goose StatementEnd
