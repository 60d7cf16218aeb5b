-- +goose Up

-- The look at the trap was refused; the attempt raises the alarm all the same.
ALTER TABLE privacy_alarm ADD COLUMN refused BOOLEAN NOT NULL DEFAULT FALSE;

-- Where a ground was read, and who agreed. '' for those that the program brought and nobody has confirmed.
ALTER TABLE privacy_disclosure_ground ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE privacy_disclosure_ground ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';

-- A ground that one employee proposes; a colleague's yes makes a row of privacy_disclosure_ground of it.
CREATE TABLE privacy_disclosure_proposal (
    id          TEXT    NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL UNIQUE, -- one proposal for a ground at a time
    kind        TEXT    NOT NULL CHECK (kind IN ('state', 'law')),
    article     TEXT    NOT NULL,
    words_kk    TEXT    NOT NULL,
    words_ru    TEXT    NOT NULL,
    words_en    TEXT    NOT NULL,
    quiet       BOOLEAN NOT NULL,
    valid_from  TEXT    NOT NULL,
    valid_to    TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    proposed_by TEXT    NOT NULL,
    proposed_at BIGINT  NOT NULL
);

-- What came on paper, as staff scanned it: sealed under the request's own key, gone with it.
CREATE TABLE privacy_request_scan (
    id         TEXT   NOT NULL PRIMARY KEY,
    request_id TEXT   NOT NULL REFERENCES privacy_request (id),
    media      TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    added_by   TEXT   NOT NULL,
    added_at   BIGINT NOT NULL
);
CREATE INDEX privacy_request_scan_request ON privacy_request_scan (request_id, id);
