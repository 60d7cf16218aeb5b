-- +goose Up

-- Kinds of documents that may be asked for. The office edits them; the program only makes the first ones.
CREATE TABLE people_document_kind (
    code         TEXT    NOT NULL PRIMARY KEY,
    place        BIGINT  NOT NULL,
    title_kk     TEXT    NOT NULL,
    title_ru     TEXT    NOT NULL,
    title_en     TEXT    NOT NULL,
    why_kk       TEXT    NOT NULL, -- what it is needed for, in plain words
    why_ru       TEXT    NOT NULL,
    why_en       TEXT    NOT NULL,
    ground       TEXT    NOT NULL, -- consent, law
    exception    TEXT    NOT NULL, -- of an identity document: the exception of the law that allows it; '' for others
    keep_days    BIGINT  NOT NULL, -- at longest, from the sending
    identity     BOOLEAN NOT NULL, -- a copy of an identity document: off unless an exception is named
    names_people BOOLEAN NOT NULL, -- may name people by their IIN, as a power of attorney does
    is_on        BOOLEAN NOT NULL,
    changed_by   TEXT    NOT NULL, -- 'system', 'staff:<account>'
    changed_at   BIGINT  NOT NULL
);

-- What was sent. The file lies sealed under a key of its own; when it is destroyed the row stays: what was checked, by whom, when, result.
CREATE TABLE people_document (
    id         TEXT    NOT NULL PRIMARY KEY,
    person_id  TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- arriving, waiting, done
    lang       TEXT    NOT NULL,
    sent_at    BIGINT  NOT NULL,
    until_at   BIGINT  NOT NULL, -- destroyed then at the latest
    media      TEXT    NOT NULL,
    pages      BIGINT  NOT NULL,
    size       BIGINT  NOT NULL,
    unread     BOOLEAN NOT NULL, -- no program could read it: the reviewer looks for an identity document
    result     TEXT    NOT NULL, -- '' while waiting; accepted, refused, better_copy, identity, withdrawn, expired
    reason     TEXT    NOT NULL, -- a word from a list
    decided_by TEXT    NOT NULL, -- 'staff:<account>', 'person', 'system'
    decided_at BIGINT  NOT NULL,
    told_at    BIGINT  NOT NULL  -- the letter of the result was begun; never begun twice
);
CREATE INDEX people_document_person ON people_document (person_id, sent_at);
CREATE INDEX people_document_state ON people_document (state, sent_at, id);
CREATE INDEX people_document_until ON people_document (until_at) WHERE state <> 'done';
CREATE INDEX people_document_decided ON people_document (decided_at);
