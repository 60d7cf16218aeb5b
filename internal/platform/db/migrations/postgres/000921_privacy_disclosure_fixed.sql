-- +goose Up
CREATE TRIGGER privacy_disclosure_ground_fixed BEFORE UPDATE OR DELETE ON privacy_disclosure_ground
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_disclosure_act_fixed BEFORE UPDATE OR DELETE ON privacy_disclosure_act
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_disclosure_kept BEFORE DELETE ON privacy_disclosure
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
