-- +goose Up
CREATE TRIGGER privacy_erasure_fixed BEFORE UPDATE OR DELETE ON privacy_erasure
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_erasure_kept BEFORE TRUNCATE ON privacy_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_erasure_outcome_fixed BEFORE UPDATE OR DELETE ON privacy_erasure_outcome
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_erasure_outcome_kept BEFORE TRUNCATE ON privacy_erasure_outcome
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_erasure_end_fixed BEFORE UPDATE OR DELETE ON privacy_erasure_end
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_erasure_end_kept BEFORE TRUNCATE ON privacy_erasure_end
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse();
