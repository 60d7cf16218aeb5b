-- +goose Up

-- The register of processing. A row never changes (triggers in sqlite/ and postgres/).
CREATE TABLE privacy_register_version (
    id          TEXT   NOT NULL PRIMARY KEY,
    number      BIGINT NOT NULL UNIQUE,
    hash        TEXT   NOT NULL UNIQUE,
    previous    TEXT   NOT NULL,
    content     TEXT   NOT NULL, -- canonical JSON
    made_by     TEXT   NOT NULL,
    approved_by TEXT   NOT NULL, -- never who made it; empty: the program's own first version, nobody approved it
    in_force    BIGINT NOT NULL
);

-- What is proposed; there is at most one ('draft'). Each save moves the revision, so that nobody approves what they have not read.
CREATE TABLE privacy_register_draft (
    id       TEXT   NOT NULL PRIMARY KEY CHECK (id = 'draft'),
    base     TEXT   NOT NULL, -- hash of the version that it would replace
    content  TEXT   NOT NULL,
    made_by  TEXT   NOT NULL,
    made_at  BIGINT NOT NULL,
    revision TEXT   NOT NULL
);

-- The register of transfers (94-V, article 22(1)(5)): what left, to whom, what for. No values.
CREATE TABLE privacy_transfer (
    id        TEXT   NOT NULL PRIMARY KEY,
    person_id TEXT   NOT NULL,
    recipient TEXT   NOT NULL,
    purpose   TEXT   NOT NULL,
    fields    TEXT   NOT NULL, -- names, joined by commas
    at        BIGINT NOT NULL
);
CREATE INDEX privacy_transfer_person ON privacy_transfer (person_id, at);
CREATE INDEX privacy_transfer_recipient ON privacy_transfer (recipient, at);

-- Legal holds: what they cover is not destroyed by its term.
CREATE TABLE privacy_hold (
    id        TEXT   NOT NULL PRIMARY KEY,
    person_id TEXT   NOT NULL, -- empty: everybody
    reason    TEXT   NOT NULL, -- number of the case or letter, without names
    made_by   TEXT   NOT NULL,
    from_at   BIGINT NOT NULL,
    until_at  BIGINT NOT NULL, -- 0: until it is lifted
    ended_by  TEXT   NOT NULL DEFAULT '',
    ended_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX privacy_hold_open ON privacy_hold (from_at) WHERE ended_at = 0;

-- One row a night: how far it came, and that it is done.
CREATE TABLE privacy_night (
    night      TEXT   NOT NULL PRIMARY KEY, -- the day in Almaty
    register   TEXT   NOT NULL,             -- hash of the version that it obeys
    begun_at   BIGINT NOT NULL,
    done_at    BIGINT NOT NULL DEFAULT 0,
    reached    TEXT   NOT NULL DEFAULT '',  -- the last person seen
    seen       BIGINT NOT NULL DEFAULT 0
);

-- What a night destroyed, a row for each person. No values.
CREATE TABLE privacy_night_line (
    night     TEXT    NOT NULL,
    person_id TEXT    NOT NULL,
    whole     BOOLEAN NOT NULL,
    fields    TEXT    NOT NULL,
    purposes  TEXT    NOT NULL, -- whose term was over
    at        BIGINT  NOT NULL,
    PRIMARY KEY (night, person_id)
);
