-- +goose Up

-- The erasure ledger: who was to be erased, on whose word. A line is written before anything is destroyed and never changes
-- (triggers in sqlite/ and postgres/); each carries the hash of the one before. It names persons by their random id only.
CREATE TABLE privacy_erasure (
    id         TEXT   NOT NULL PRIMARY KEY,
    seq        BIGINT NOT NULL UNIQUE,
    person_id  TEXT   NOT NULL,
    request_id TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    approver   TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    decided_at BIGINT NOT NULL,
    hash       TEXT   NOT NULL,
    line       BYTEA  NOT NULL
);
CREATE INDEX privacy_erasure_person ON privacy_erasure (person_id, seq);

-- What became of each record in a run. An anonymised or withheld record stays unnamed: the ledger must not lead from the person to it.
CREATE TABLE privacy_erasure_outcome (
    erasure_id TEXT   NOT NULL REFERENCES privacy_erasure (id),
    run        BIGINT NOT NULL,
    no         BIGINT NOT NULL,
    room       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    record_id  TEXT   NOT NULL,
    fate       TEXT   NOT NULL CHECK (fate IN ('erased', 'anonymised', 'restricted', 'withheld')),
    ground     TEXT   NOT NULL,
    until_day  TEXT   NOT NULL,
    PRIMARY KEY (erasure_id, run, no)
);

-- The line under a run. 'partly': something is withheld, and the erasure goes on after it.
CREATE TABLE privacy_erasure_end (
    erasure_id TEXT   NOT NULL REFERENCES privacy_erasure (id),
    run        BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('done', 'partly')),
    ended_at   BIGINT NOT NULL,
    PRIMARY KEY (erasure_id, run)
);

-- Erasures that are not done: a work list, whose rows go. run numbers the runs; ran: its rows are done, its keys and its end may not be;
-- partly: something was withheld; due_at: when the next run is worth while.
CREATE TABLE privacy_erasure_open (
    erasure_id TEXT    NOT NULL PRIMARY KEY,
    run        BIGINT  NOT NULL,
    ran        BOOLEAN NOT NULL,
    partly     BOOLEAN NOT NULL,
    due_at     BIGINT  NOT NULL
);
CREATE INDEX privacy_erasure_open_due ON privacy_erasure_open (due_at);

-- The one row that writers of the ledger take turns on.
CREATE TABLE privacy_erasure_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT   NOT NULL
);
INSERT INTO privacy_erasure_head (id, seq, hash) VALUES (1, 0, '');
