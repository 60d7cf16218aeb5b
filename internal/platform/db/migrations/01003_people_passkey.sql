-- +goose Up

-- What a passkey is kept in, as its owner says: words of a list, since a name that somebody types may be anybody's.
ALTER TABLE people_passkey ADD COLUMN kind TEXT NOT NULL DEFAULT 'other';
ALTER TABLE people_passkey ADD COLUMN copied_at BIGINT NOT NULL DEFAULT 0; -- its counter ran backwards: a copy may exist, and it lets nobody in any more

-- A question that was put to an authenticator. It can be answered once, and soon.
CREATE TABLE people_ceremony (
    challenge_hash TEXT   NOT NULL PRIMARY KEY, -- SHA-256; the challenge itself stands nowhere
    kind           TEXT   NOT NULL CHECK (kind IN ('add', 'use', 'enter')),
    account_id     TEXT   NOT NULL DEFAULT '', -- '' while nobody has said who they are
    session_id     TEXT   NOT NULL DEFAULT '',
    data           TEXT   NOT NULL, -- what the answer is held against, JSON
    expires_at     BIGINT NOT NULL
);
CREATE INDEX people_ceremony_expires ON people_ceremony (expires_at);
CREATE INDEX people_ceremony_account ON people_ceremony (account_id);

-- Who came into an account, and who tried. From where and with what browser stands in the vault, under the person's key.
CREATE TABLE people_sign_in (
    id         TEXT   NOT NULL PRIMARY KEY, -- of one that succeeded: the session's
    account_id TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    way        TEXT   NOT NULL CHECK (way IN ('password', 'code', 'reset', 'passkey', 'factor')),
    factor     TEXT   NOT NULL DEFAULT '' CHECK (factor IN ('', 'totp', 'recovery', 'passkey')), -- staff: the second one
    refused    BOOLEAN NOT NULL DEFAULT FALSE,
    told_at    BIGINT NOT NULL DEFAULT 0 -- a letter said that the browser is new
);
CREATE INDEX people_sign_in_account ON people_sign_in (account_id, at);
CREATE INDEX people_sign_in_at ON people_sign_in (at);
