-- +goose Up
-- The key store: wrapped keys only. It never stands in one backup with the main database.
CREATE TABLE keystore_key (
  person_id TEXT NOT NULL,
  class     TEXT NOT NULL,
  root      TEXT NOT NULL,            -- id of the root key that wraps it
  wrapped   BYTEA NOT NULL,
  made_at   BIGINT NOT NULL,
  used      BOOLEAN NOT NULL,         -- FALSE until the sweeper has seen fields under it
  PRIMARY KEY (person_id, class)
);
CREATE INDEX keystore_key_root ON keystore_key (root, person_id);
CREATE INDEX keystore_key_unused ON keystore_key (made_at) WHERE used = FALSE;

-- A destroyed key leaves its name, so that it cannot come back.
CREATE TABLE keystore_tombstone (
  person_id    TEXT NOT NULL,
  class        TEXT NOT NULL,
  destroyed_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, class)
);

-- Refused openings wait here for the journal: the transaction that was refused rolls back, this does not.
CREATE TABLE keystore_refusal (
  id    TEXT PRIMARY KEY,
  entry BYTEA NOT NULL
);

-- Checkpoints of the journal, kept where a rolled back main database cannot take them along.
CREATE TABLE keystore_witness (
  size       BIGINT PRIMARY KEY,
  checkpoint BYTEA NOT NULL
);

-- What the key store was made with: proves a root key before anything is sealed under a wrong one.
CREATE TABLE keystore_proof (
  root   TEXT PRIMARY KEY,
  sealed BYTEA NOT NULL
);
