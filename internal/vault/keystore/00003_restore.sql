-- +goose Up
-- A restore of the main database takes the journal back. Its signed line says so, and the checkpoints over the entries that were lost
-- move aside: what is rolled back without such a line is no restore.
CREATE TABLE keystore_restore (
  seq  BIGINT PRIMARY KEY,
  note BYTEA NOT NULL
);
CREATE TABLE keystore_witness_lost (
  restore    BIGINT NOT NULL,
  size       BIGINT NOT NULL,
  checkpoint BYTEA NOT NULL,
  PRIMARY KEY (restore, size)
);
