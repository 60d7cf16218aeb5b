-- +goose Up
-- A room is named by the performance or the event it is for. What changes while people wait is written once a second by each
-- process, however many wait. No row here is about a person: an arrival is a random number.

CREATE TABLE waitroom_room (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    mode          TEXT NOT NULL,
    is_open       BOOLEAN NOT NULL,
    run           TEXT NOT NULL,
    opens_at      BIGINT NOT NULL,
    presale_until BIGINT NOT NULL,
    pace          TEXT NOT NULL, -- "from:per_minute from:per_minute"
    pass_minutes  BIGINT NOT NULL,
    above         BIGINT NOT NULL,
    codes         TEXT NOT NULL, -- hashes
    buyers_of     TEXT NOT NULL, -- an event whose buyers come first
    seed          BYTEA NOT NULL,
    commitment    TEXT NOT NULL,
    committed_at  BIGINT NOT NULL
);

CREATE TABLE waitroom_arrivals (
    run        TEXT NOT NULL,
    node       TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    PRIMARY KEY (run, node, seq)
);
CREATE INDEX waitroom_arrivals_written ON waitroom_arrivals (run, written_at);
CREATE INDEX waitroom_arrivals_old ON waitroom_arrivals (written_at);

CREATE TABLE waitroom_draw (
    run      TEXT PRIMARY KEY,
    room_id  TEXT NOT NULL,
    drawn_at BIGINT NOT NULL,
    arrivals BYTEA NOT NULL
);

CREATE TABLE waitroom_pass (
    run        TEXT NOT NULL,
    pass       TEXT NOT NULL,
    tickets    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (run, pass)
);
CREATE INDEX waitroom_pass_old ON waitroom_pass (expires_at);
