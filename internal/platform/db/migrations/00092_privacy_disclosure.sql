-- +goose Up

-- The grounds of disclosures as dated data: an article of law each. A row never changes; a change of law is a new row.
CREATE TABLE privacy_disclosure_ground (
    id         TEXT    NOT NULL PRIMARY KEY,
    code       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('state', 'law')), -- policy 5.3.1, 5.3.2
    article    TEXT    NOT NULL,
    words_kk   TEXT    NOT NULL,
    words_ru   TEXT    NOT NULL,
    words_en   TEXT    NOT NULL,
    quiet      BOOLEAN NOT NULL, -- may forbid telling the person until a day
    valid_from TEXT    NOT NULL,
    valid_to   TEXT    NOT NULL,
    confirmed  BOOLEAN NOT NULL,
    added_by   TEXT    NOT NULL,
    added_at   BIGINT  NOT NULL
);
CREATE INDEX privacy_disclosure_ground_code ON privacy_disclosure_ground (code, valid_from, added_at);

CREATE TABLE privacy_disclosure_counter (
    number BIGINT NOT NULL PRIMARY KEY, -- the year
    last   BIGINT NOT NULL
);

-- A request of a state body, and what became of it. Who signed it, its words and the reasons of a refusal stand sealed in the vault
-- under a key of the case's own (case_id).
CREATE TABLE privacy_disclosure (
    id          TEXT   NOT NULL PRIMARY KEY,
    number      TEXT   NOT NULL UNIQUE,
    case_id     TEXT   NOT NULL,
    ground_id   TEXT   NOT NULL REFERENCES privacy_disclosure_ground (id),
    body        TEXT   NOT NULL, -- the state body
    their_no    TEXT   NOT NULL, -- number of their letter
    their_date  TEXT   NOT NULL,
    wanted_on   TEXT   NOT NULL, -- the day that the letter names; '' none
    state       TEXT   NOT NULL CHECK (state IN ('received', 'proposed', 'given', 'handed', 'refused')),
    revision    TEXT   NOT NULL, -- moves with every change, so that nobody approves what they have not read
    received_at BIGINT NOT NULL,
    entered_by  TEXT   NOT NULL,
    due_at      BIGINT NOT NULL,
    sealed_by   TEXT   NOT NULL CHECK (sealed_by IN ('', 'key', 'password')),
    public_key  TEXT   NOT NULL,
    quiet_until TEXT   NOT NULL, -- the person is not told before the day after; '' at once
    proposed_by TEXT   NOT NULL,
    approved_by TEXT   NOT NULL CHECK (approved_by = '' OR approved_by <> proposed_by),
    refusal     TEXT   NOT NULL, -- code of the reason
    closed_at   BIGINT NOT NULL, -- given or refused
    in_time     BOOLEAN NOT NULL
);
CREATE INDEX privacy_disclosure_desk ON privacy_disclosure (state, due_at, id);
CREATE INDEX privacy_disclosure_case ON privacy_disclosure (case_id);
CREATE INDEX privacy_disclosure_received ON privacy_disclosure (received_at, id);

CREATE TABLE privacy_disclosure_clock (
    disclosure_id TEXT    NOT NULL REFERENCES privacy_disclosure (id),
    clock         TEXT    NOT NULL,
    term          TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    strict_at     BIGINT  NOT NULL,
    due_at        BIGINT  NOT NULL,
    estimated     BOOLEAN NOT NULL,
    PRIMARY KEY (disclosure_id, clock)
);

-- Whose data, and what for; the fields follow from it. outcome: '' not yet, given, blocked, gone (erased, or nothing of it is held).
CREATE TABLE privacy_disclosure_person (
    disclosure_id TEXT   NOT NULL REFERENCES privacy_disclosure (id),
    person_id     TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    needs         TEXT   NOT NULL,
    fields        TEXT   NOT NULL,
    outcome       TEXT   NOT NULL CHECK (outcome IN ('', 'given', 'blocked', 'gone')),
    at            BIGINT NOT NULL,
    PRIMARY KEY (disclosure_id, person_id)
);
CREATE INDEX privacy_disclosure_person_of ON privacy_disclosure_person (person_id, disclosure_id);

-- The request itself, sealed under the case's key.
CREATE TABLE privacy_disclosure_file (
    disclosure_id TEXT   NOT NULL PRIMARY KEY REFERENCES privacy_disclosure (id),
    kind          TEXT   NOT NULL, -- application/pdf, image/jpeg, image/png
    size          BIGINT NOT NULL,
    sealed        BYTEA  NOT NULL
);

-- What is handed over, sealed to the recipient: we cannot open it ourselves. Emptied when it has been handed over.
CREATE TABLE privacy_disclosure_package (
    disclosure_id TEXT   NOT NULL PRIMARY KEY REFERENCES privacy_disclosure (id),
    made_at       BIGINT NOT NULL,
    size          BIGINT NOT NULL,
    hash          TEXT   NOT NULL, -- hex SHA-256 of the sealed bytes
    sealed        BYTEA  NOT NULL
);

-- Who did what, when. Rows never change (triggers in sqlite/ and postgres/).
CREATE TABLE privacy_disclosure_act (
    id            TEXT   NOT NULL PRIMARY KEY,
    disclosure_id TEXT   NOT NULL REFERENCES privacy_disclosure (id),
    act           TEXT   NOT NULL CHECK (act IN ('entered', 'filed', 'chosen', 'proposed', 'returned', 'approved', 'refused', 'downloaded', 'read', 'handed')),
    actor         TEXT   NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX privacy_disclosure_act_of ON privacy_disclosure_act (disclosure_id, at, id);
CREATE INDEX privacy_transfer_at ON privacy_transfer (at);
