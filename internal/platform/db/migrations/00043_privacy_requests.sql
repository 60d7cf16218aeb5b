-- +goose Up

-- Terms of law as dated data. A row never changes: a change of law, or a correction, is a new row.
CREATE TABLE privacy_term (
    id         TEXT    NOT NULL PRIMARY KEY,
    clock      TEXT    NOT NULL,
    length     BIGINT  NOT NULL CHECK (length > 0),
    unit       TEXT    NOT NULL CHECK (unit IN ('wd', 'cd', 'y')),
    valid_from TEXT    NOT NULL,
    valid_to   TEXT    NOT NULL, -- first day on which it no longer holds; '' when the next row ends it
    source     TEXT    NOT NULL,
    confirmed  BOOLEAN NOT NULL,
    added_by   TEXT    NOT NULL,
    added_at   BIGINT  NOT NULL
);
CREATE INDEX privacy_term_clock ON privacy_term (clock, valid_from, added_at);

-- Calendar years in the form of calendar/years/*.toml. A row never changes; the highest version of a year counts.
CREATE TABLE privacy_calendar_year (
    number   BIGINT NOT NULL,
    version  BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    added_by TEXT   NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (number, version)
);

-- Numbers of requests and of letters, from 1 each year.
CREATE TABLE privacy_counter (
    series TEXT   NOT NULL, -- 'request', 'letter', 'incident', 'enquiry'
    number BIGINT NOT NULL, -- the year
    last   BIGINT NOT NULL,
    PRIMARY KEY (series, number)
);

-- Requests and claims. What was written stands sealed in the vault under a key of the request's own (case_id).
CREATE TABLE privacy_request (
    id          TEXT    NOT NULL PRIMARY KEY,
    number      TEXT    NOT NULL UNIQUE,
    person_id   TEXT    NOT NULL,
    case_id     TEXT    NOT NULL, -- '' when nothing was written
    kind        TEXT    NOT NULL CHECK (kind IN ('access', 'rectify', 'block', 'unblock', 'withdraw', 'erase', 'objection', 'takedown', 'claim')),
    channel     TEXT    NOT NULL CHECK (channel IN ('site', 'mail', 'paper', 'counter')),
    lang        TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('received', 'work', 'approval', 'erasing', 'answered')),
    received_at BIGINT  NOT NULL,
    entered_by  TEXT    NOT NULL,
    due_at      BIGINT  NOT NULL, -- statutory end of the earliest clock
    taken_by    TEXT    NOT NULL,
    result      TEXT    NOT NULL CHECK (result IN ('', 'granted', 'partly', 'refused')),
    ground      TEXT    NOT NULL,
    decided_by  TEXT    NOT NULL,
    approved_by TEXT    NOT NULL CHECK (approved_by = '' OR approved_by <> decided_by),
    answered_at BIGINT  NOT NULL,
    in_time     BOOLEAN NOT NULL,
    letter      TEXT    NOT NULL, -- number of the letter, '' before it is answered
    mailed_at   BIGINT  NOT NULL
);
CREATE INDEX privacy_request_desk ON privacy_request (state, due_at, id);
CREATE INDEX privacy_request_due ON privacy_request (due_at, id);
CREATE INDEX privacy_request_person ON privacy_request (person_id, received_at);

-- Every clock that runs for a request.
CREATE TABLE privacy_request_clock (
    request_id TEXT    NOT NULL REFERENCES privacy_request (id),
    clock      TEXT    NOT NULL,
    term       TEXT    NOT NULL, -- "15wd"
    source     TEXT    NOT NULL,
    strict_at  BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    estimated  BOOLEAN NOT NULL, -- the calendar of the year was not known
    PRIMARY KEY (request_id, clock)
);

-- What became of each record of an erased person, for the letter.
CREATE TABLE privacy_request_fate (
    request_id TEXT   NOT NULL REFERENCES privacy_request (id),
    place      BIGINT NOT NULL,
    room       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    fate       TEXT   NOT NULL,
    ground     TEXT   NOT NULL,
    until      TEXT   NOT NULL,
    PRIMARY KEY (request_id, place)
);
