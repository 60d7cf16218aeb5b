-- +goose Up
CREATE TRIGGER privacy_consent_text_fixed BEFORE UPDATE OR DELETE ON privacy_consent_text
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
