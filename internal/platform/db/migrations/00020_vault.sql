-- +goose Up
-- What the vault knows of a person besides their fields. The revision moves with every sealing and is the fields' version.
CREATE TABLE vault_person (
  person_id    TEXT PRIMARY KEY,
  revision     BIGINT NOT NULL,
  blocked      BOOLEAN NOT NULL,
  made_at      BIGINT NOT NULL
);

CREATE TABLE vault_field (
  person_id TEXT NOT NULL,
  class     TEXT NOT NULL,
  field     TEXT NOT NULL,
  version   BIGINT NOT NULL,
  sealed    BYTEA NOT NULL,
  sealed_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, class, field)
);

-- Blind index. The slot names the key that made the digest, so that two keys can be in use while one follows the other.
-- Not unique: several guests may share an address.
CREATE TABLE vault_index (
  slot      TEXT NOT NULL,
  field     TEXT NOT NULL,
  digest    BYTEA NOT NULL,
  person_id TEXT NOT NULL,
  class     TEXT NOT NULL,
  PRIMARY KEY (slot, field, digest, person_id, class)
);
CREATE INDEX vault_index_person ON vault_index (person_id, class, field);

-- Keys that were destroyed; done_at 0 while it is under way. Outlives everything else of a person.
CREATE TABLE vault_tombstone (
  person_id TEXT NOT NULL,
  class     TEXT NOT NULL,
  begun_at  BIGINT NOT NULL,
  done_at   BIGINT NOT NULL,
  PRIMARY KEY (person_id, class)
);
CREATE INDEX vault_tombstone_open ON vault_tombstone (begun_at) WHERE done_at = 0;

-- The journal: entries never change (triggers in 00021).
CREATE TABLE vault_journal (
  id        TEXT PRIMARY KEY,
  pseudonym TEXT NOT NULL,
  verb      TEXT NOT NULL,
  purpose   TEXT NOT NULL,
  class     TEXT NOT NULL,
  fields    TEXT NOT NULL,
  actor     TEXT NOT NULL,
  reason    TEXT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX vault_journal_pseudonym ON vault_journal (pseudonym, id);

-- Entries that wait for a place in the tree; a trigger fills it.
CREATE TABLE vault_journal_pending (entry_id TEXT PRIMARY KEY);

-- Places in the tree, given by one integrator at a time.
CREATE TABLE vault_journal_place (
  place    BIGINT PRIMARY KEY,
  entry_id TEXT NOT NULL
);
CREATE UNIQUE INDEX vault_journal_place_entry ON vault_journal_place (entry_id);

-- The tree's stored hashes (golang.org/x/mod/sumdb/tlog).
CREATE TABLE vault_journal_hash (
  storage_index BIGINT PRIMARY KEY,
  hash          BYTEA NOT NULL
);

CREATE TABLE vault_journal_checkpoint (
  size       BIGINT PRIMARY KEY,
  checkpoint BYTEA NOT NULL,
  signed_at  BIGINT NOT NULL
);

-- The one row that integrators take turns on.
CREATE TABLE vault_journal_head (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  size BIGINT NOT NULL,
  turn BIGINT NOT NULL
);
INSERT INTO vault_journal_head (id, size, turn) VALUES (1, 0, 0);
