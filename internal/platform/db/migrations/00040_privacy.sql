-- +goose Up

-- Published texts. A row never changes (triggers in sqlite/ and postgres/).
CREATE TABLE privacy_version (
    id           TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL CHECK (kind IN ('privacy', 'offer')),
    number       BIGINT NOT NULL,
    hash         TEXT   NOT NULL,
    previous     TEXT   NOT NULL,
    content      TEXT   NOT NULL, -- canonical JSON of all languages and scopes
    in_force     BIGINT NOT NULL,
    UNIQUE (kind, number),
    UNIQUE (hash)
);

-- Evidence of consent: which text was shown to which person, never whose name it was. A row never changes.
CREATE TABLE privacy_consent (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    version_id TEXT   NOT NULL REFERENCES privacy_version (id),
    scope      TEXT   NOT NULL,
    lang       TEXT   NOT NULL,
    channel    TEXT   NOT NULL,
    text_hash  TEXT   NOT NULL,
    given_at   BIGINT NOT NULL
);
CREATE INDEX privacy_consent_person ON privacy_consent (person_id, scope, given_at);

-- Withdrawals stand beside the consents that they end. A row never changes.
CREATE TABLE privacy_withdrawal (
    id           TEXT   NOT NULL PRIMARY KEY,
    person_id    TEXT   NOT NULL,
    scope        TEXT   NOT NULL,
    channel      TEXT   NOT NULL,
    withdrawn_at BIGINT NOT NULL
);
CREATE INDEX privacy_withdrawal_person ON privacy_withdrawal (person_id, scope, withdrawn_at);
