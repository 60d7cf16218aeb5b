-- +goose Up

-- Erasing asks for requests whose term is over, and for the deletions that it has to answer.
CREATE INDEX privacy_request_answered ON privacy_request (answered_at, id) WHERE state = 'answered';
CREATE INDEX privacy_erasure_request ON privacy_erasure (request_id);
