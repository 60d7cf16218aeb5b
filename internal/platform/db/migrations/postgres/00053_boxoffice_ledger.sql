-- The ledger is append-only.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION boxoffice_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END;
$$;
-- +goose StatementEnd
CREATE TRIGGER boxoffice_ledger_no_change BEFORE UPDATE OR DELETE ON boxoffice_ledger
    FOR EACH ROW EXECUTE FUNCTION boxoffice_ledger_refuse();
CREATE TRIGGER boxoffice_ledger_no_truncate BEFORE TRUNCATE ON boxoffice_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION boxoffice_ledger_refuse();
