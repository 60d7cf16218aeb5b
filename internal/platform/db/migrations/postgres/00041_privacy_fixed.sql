-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION privacy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER privacy_version_fixed BEFORE UPDATE OR DELETE ON privacy_version
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_consent_fixed BEFORE UPDATE ON privacy_consent
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_withdrawal_fixed BEFORE UPDATE ON privacy_withdrawal
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
