-- Requests for holds that their maker named (Idempotency-Key), kept for a day and written in the hold's own transaction.
-- +goose Up
CREATE TABLE boxoffice_hold_request (
    id          TEXT   NOT NULL PRIMARY KEY, -- a keyed hash of who asked and of the name given
    request_mac BYTEA  NOT NULL,             -- a keyed hash of what was asked for
    hold_id     TEXT   NOT NULL,             -- what came of it, unless it was refused
    refusal     TEXT   NOT NULL,             -- '' or why, as JSON
    asked_at    BIGINT NOT NULL
);
CREATE INDEX boxoffice_hold_request_asked ON boxoffice_hold_request (asked_at);
