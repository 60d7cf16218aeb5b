-- +goose Up

-- Employees: when one left, and how fresh a browser's second factor is.
ALTER TABLE people_account ADD COLUMN left_at BIGINT NOT NULL DEFAULT 0;    -- no sign-in any more; 0 while they work here
ALTER TABLE people_session ADD COLUMN factor2_at BIGINT NOT NULL DEFAULT 0; -- when the second factor was last given
ALTER TABLE people_session ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;      -- persons opened since then

-- Every role given and taken, and what still waits for a second person.
CREATE TABLE people_role_change (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    granted    BOOLEAN NOT NULL, -- false: taken away
    state      TEXT    NOT NULL CHECK (state IN ('waits', 'done', 'refused')),
    asked_by   TEXT    NOT NULL, -- account; 'system' for the command line
    asked_at   BIGINT  NOT NULL,
    decided_by TEXT    NOT NULL DEFAULT '', -- the second person, where one is needed: never who asked, never who gets the role
    decided_at BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX people_role_change_account ON people_role_change (account_id, asked_at);
CREATE UNIQUE INDEX people_role_change_waits ON people_role_change (account_id, role) WHERE state = 'waits';

-- An invitation to set password and second factor. Its token is made when the letter is sent and stands nowhere else.
CREATE TABLE people_join (
    id         TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL,
    token_hash TEXT   NOT NULL DEFAULT '',
    lang       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX people_join_account ON people_join (account_id);
CREATE INDEX people_join_token ON people_join (token_hash);
CREATE INDEX people_account_staff ON people_account (created_at) WHERE staff;

-- Codes for who has lost the second factor; each works once and is then gone.
CREATE TABLE people_recovery (
    account_id TEXT NOT NULL,
    code_hash  TEXT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Passkeys: public keys of a colleague's devices.
CREATE TABLE people_passkey (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL, -- of the credential, base64url
    credential TEXT   NOT NULL, -- public key and counter, JSON
    made_at    BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id)
);
