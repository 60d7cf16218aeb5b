-- +goose Up

-- A ticket that was passed on has a holder of its own; the one that it replaced stays, void, for the door's list.
ALTER TABLE boxoffice_ticket ADD COLUMN holder_id TEXT NOT NULL DEFAULT '';            -- '': the buyer
ALTER TABLE boxoffice_ticket ADD COLUMN replaced BOOLEAN NOT NULL DEFAULT FALSE;       -- another ticket stands in its place
CREATE INDEX boxoffice_ticket_holder ON boxoffice_ticket (holder_id) WHERE holder_id <> '';

-- A ticket on its way to somebody: who it is nobody asks the buyer. What was not taken goes when the performance is over.
CREATE TABLE boxoffice_ticket_pass (
    id             TEXT   NOT NULL PRIMARY KEY,
    performance_id TEXT   NOT NULL,
    ticket_id      TEXT   NOT NULL,
    order_id       TEXT   NOT NULL,
    secret_hash    BYTEA  NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('offered', 'taken', 'taken_back')),
    offered_at     BIGINT NOT NULL,
    ended_at       BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX boxoffice_ticket_pass_secret ON boxoffice_ticket_pass (secret_hash);
CREATE UNIQUE INDEX boxoffice_ticket_pass_open ON boxoffice_ticket_pass (performance_id, ticket_id) WHERE state = 'offered';
CREATE INDEX boxoffice_ticket_pass_order ON boxoffice_ticket_pass (order_id);
