-- +goose Up
-- The journal only grows.
-- +goose StatementBegin
CREATE TRIGGER vault_journal_no_update BEFORE UPDATE ON vault_journal
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_no_delete BEFORE DELETE ON vault_journal
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_place_no_update BEFORE UPDATE ON vault_journal_place
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_place_no_delete BEFORE DELETE ON vault_journal_place
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_hash_no_update BEFORE UPDATE ON vault_journal_hash
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_hash_no_delete BEFORE DELETE ON vault_journal_hash
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_checkpoint_no_update BEFORE UPDATE ON vault_journal_checkpoint
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_checkpoint_no_delete BEFORE DELETE ON vault_journal_checkpoint
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_journal_wait AFTER INSERT ON vault_journal
BEGIN INSERT INTO vault_journal_pending (entry_id) VALUES (NEW.id); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vault_tombstone_stays BEFORE DELETE ON vault_tombstone
BEGIN SELECT RAISE(ABORT, 'a destroyed key stays destroyed'); END;
-- +goose StatementEnd
