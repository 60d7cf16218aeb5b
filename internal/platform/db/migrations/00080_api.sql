-- +goose Up
-- Answers to POSTs with an Idempotency-Key, kept for a day. The id is a keyed hash of route, caller and key; the answer is sealed.
CREATE TABLE api_idempotency (
  id       TEXT PRIMARY KEY,
  body_mac BYTEA NOT NULL,
  sealed   BYTEA,             -- NULL while the request runs
  begun_at BIGINT NOT NULL
);
CREATE INDEX api_idempotency_begun ON api_idempotency (begun_at);
