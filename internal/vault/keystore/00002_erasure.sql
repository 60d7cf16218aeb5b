-- +goose Up
-- A copy of the erasure ledger, kept where a main database that is restored from a backup cannot take it along.
CREATE TABLE keystore_erasure (
  seq       BIGINT PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  person_id TEXT NOT NULL,
  hash      TEXT NOT NULL,   -- of this line and, through it, of all before
  line      BYTEA NOT NULL   -- the line as it was hashed
);
