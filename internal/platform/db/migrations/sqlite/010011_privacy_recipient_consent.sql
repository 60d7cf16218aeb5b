-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER privacy_consent_text_fixed BEFORE UPDATE ON privacy_consent_text
BEGIN SELECT RAISE(ABORT, 'a text that was shown never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_consent_text_kept BEFORE DELETE ON privacy_consent_text
BEGIN SELECT RAISE(ABORT, 'a text that was shown stays'); END;
-- +goose StatementEnd
