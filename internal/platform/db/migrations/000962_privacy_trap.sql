-- +goose Up

-- Which persons are traps: nobody can tell from these marks without the vault's key.
CREATE TABLE vault_mark (
    slot TEXT  NOT NULL, -- id of the root key that the mark is made with
    mark BYTEA NOT NULL,
    PRIMARY KEY (slot, mark)
);

-- A trap was opened. Which one is not said here: it stays in use.
CREATE TABLE privacy_alarm (
    id          TEXT   NOT NULL PRIMARY KEY,
    actor       TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    incident    TEXT   NOT NULL, -- number
    at          BIGINT NOT NULL,
    answered_by TEXT   NOT NULL DEFAULT '',
    answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX privacy_alarm_open ON privacy_alarm (at) WHERE answered_at = 0;
