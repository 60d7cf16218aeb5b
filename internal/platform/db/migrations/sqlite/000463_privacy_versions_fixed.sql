-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER privacy_publication_fixed BEFORE UPDATE ON privacy_publication
BEGIN SELECT RAISE(ABORT, 'a publication never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_publication_kept BEFORE DELETE ON privacy_publication
BEGIN SELECT RAISE(ABORT, 'a publication stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_draft_ended BEFORE UPDATE ON privacy_draft WHEN OLD.state IN ('published', 'dropped')
BEGIN SELECT RAISE(ABORT, 'a draft that has ended never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_draft_act_fixed BEFORE UPDATE ON privacy_draft_act
BEGIN SELECT RAISE(ABORT, 'who wrote a draft never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_draft_act_kept BEFORE DELETE ON privacy_draft_act
BEGIN SELECT RAISE(ABORT, 'who wrote a draft stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_suspension_ended BEFORE UPDATE ON privacy_suspension WHEN OLD.ended_at > 0
BEGIN SELECT RAISE(ABORT, 'a suspension that has ended never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER privacy_suspension_kept BEFORE DELETE ON privacy_suspension
BEGIN SELECT RAISE(ABORT, 'a suspension stays'); END;
-- +goose StatementEnd
