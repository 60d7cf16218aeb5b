-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER privacy_disclosure_ground_fixed BEFORE UPDATE ON privacy_disclosure_ground
BEGIN SELECT RAISE(ABORT, 'a ground never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_disclosure_ground_kept BEFORE DELETE ON privacy_disclosure_ground
BEGIN SELECT RAISE(ABORT, 'a ground stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_disclosure_act_fixed BEFORE UPDATE ON privacy_disclosure_act
BEGIN SELECT RAISE(ABORT, 'what was done never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_disclosure_act_kept BEFORE DELETE ON privacy_disclosure_act
BEGIN SELECT RAISE(ABORT, 'what was done stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_disclosure_kept BEFORE DELETE ON privacy_disclosure
BEGIN SELECT RAISE(ABORT, 'a disclosure stays in the register'); END;
-- +goose StatementEnd
