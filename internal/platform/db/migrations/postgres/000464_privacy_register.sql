-- +goose Up
CREATE TRIGGER privacy_register_fixed BEFORE UPDATE OR DELETE ON privacy_register_version
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_transfer_fixed BEFORE UPDATE ON privacy_transfer
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE INDEX privacy_request_case ON privacy_request (case_id);
