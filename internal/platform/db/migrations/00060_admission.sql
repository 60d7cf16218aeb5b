-- +goose Up

-- A door of a hall. Small, lives on every node.
CREATE TABLE admission_gate (
    id       TEXT NOT NULL PRIMARY KEY,
    hall_id  TEXT NOT NULL,
    name     TEXT NOT NULL,
    place    BIGINT NOT NULL, -- order in lists
    UNIQUE (hall_id, name)
);

-- A scanner. Only the hash of its token is kept.
CREATE TABLE admission_device (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    gate_id     TEXT NOT NULL, -- where it was last; empty: nowhere yet
    token_hash  TEXT NOT NULL UNIQUE,
    invited_by  TEXT NOT NULL, -- staff account
    created_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    revoked     BOOLEAN NOT NULL
);
CREATE INDEX admission_device_new ON admission_device (created_at, id);

-- A sign-in code that staff read out. Only its hash is kept.
CREATE TABLE admission_invite (
    code_hash   TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    invited_by  TEXT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL -- 0 until it is used
);
CREATE INDEX admission_invite_expires ON admission_invite (expires_at);

-- Every code shown at a gate, with the answer it got: asked again, a scan gets the same answer.
CREATE TABLE admission_scan (
    performance_id  TEXT NOT NULL, -- empty when the code names no ticket and no performance was chosen
    id              TEXT NOT NULL, -- made by the scanner
    device_id       TEXT NOT NULL,
    gate_id         TEXT NOT NULL,
    ticket_id       TEXT NOT NULL, -- empty when the code names no ticket
    at              BIGINT NOT NULL, -- when it was scanned
    received_at     BIGINT NOT NULL,
    offline         BOOLEAN NOT NULL,
    offline_say     TEXT NOT NULL,
    result          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    admitted_at     BIGINT NOT NULL,
    admitted_by     TEXT NOT NULL, -- the gate's name at that time
    doubled         BOOLEAN NOT NULL, -- somebody was let in who should not have been
    PRIMARY KEY (performance_id, id)
);
CREATE INDEX admission_scan_device ON admission_scan (performance_id, device_id, at);
CREATE INDEX admission_scan_doubled ON admission_scan (performance_id, at) WHERE doubled;

-- The one entry each ticket has. The primary key is the last wall.
CREATE TABLE admission_entry (
    performance_id  TEXT NOT NULL,
    ticket_id       TEXT NOT NULL,
    scan_id         TEXT NOT NULL,
    gate_id         TEXT NOT NULL,
    gate_name       TEXT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (performance_id, ticket_id)
);
