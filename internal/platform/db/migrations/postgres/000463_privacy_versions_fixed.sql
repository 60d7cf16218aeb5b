-- +goose Up
CREATE TRIGGER privacy_publication_fixed BEFORE UPDATE OR DELETE ON privacy_publication
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_draft_ended BEFORE UPDATE ON privacy_draft
    FOR EACH ROW WHEN (OLD.state IN ('published', 'dropped')) EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_draft_act_fixed BEFORE UPDATE OR DELETE ON privacy_draft_act
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_suspension_ended BEFORE UPDATE ON privacy_suspension
    FOR EACH ROW WHEN (OLD.ended_at > 0) EXECUTE FUNCTION privacy_refuse();
CREATE TRIGGER privacy_suspension_kept BEFORE DELETE ON privacy_suspension
    FOR EACH ROW EXECUTE FUNCTION privacy_refuse();
