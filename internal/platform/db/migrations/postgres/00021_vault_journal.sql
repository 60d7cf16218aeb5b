-- +goose Up
-- The journal only grows.
-- +goose StatementBegin
CREATE FUNCTION vault_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$;
-- +goose StatementEnd
CREATE TRIGGER vault_journal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_journal FOR EACH STATEMENT EXECUTE FUNCTION vault_only_grows();
CREATE TRIGGER vault_journal_place_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_journal_place FOR EACH STATEMENT EXECUTE FUNCTION vault_only_grows();
CREATE TRIGGER vault_journal_hash_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_journal_hash FOR EACH STATEMENT EXECUTE FUNCTION vault_only_grows();
CREATE TRIGGER vault_journal_checkpoint_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_journal_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION vault_only_grows();
CREATE TRIGGER vault_tombstone_stays BEFORE DELETE OR TRUNCATE ON vault_tombstone FOR EACH STATEMENT EXECUTE FUNCTION vault_only_grows();
-- +goose StatementBegin
CREATE FUNCTION vault_journal_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO vault_journal_pending (entry_id) VALUES (NEW.id); RETURN NULL; END $$;
-- +goose StatementEnd
CREATE TRIGGER vault_journal_wait AFTER INSERT ON vault_journal FOR EACH ROW EXECUTE FUNCTION vault_journal_wait();
