-- +goose Up

-- A way to sign in. Who it is stands in the vault under person_id.
CREATE TABLE people_account (
    id            TEXT    NOT NULL PRIMARY KEY,
    person_id     TEXT    NOT NULL,
    lang          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL DEFAULT '',
    staff         BOOLEAN NOT NULL DEFAULT FALSE,
    created_at    BIGINT  NOT NULL,
    confirmed_at  BIGINT  NOT NULL DEFAULT 0, -- the e-mail has been confirmed; 0 until then
    signed_in_at  BIGINT  NOT NULL DEFAULT 0, -- the last time; sessions are forgotten, this is what the term of the data counts from
    failures      BIGINT  NOT NULL DEFAULT 0, -- wrong passwords in a row
    locked_until  BIGINT  NOT NULL DEFAULT 0,
    totp_step     BIGINT  NOT NULL DEFAULT 0  -- the last step of the second factor that was used
);
CREATE UNIQUE INDEX people_account_person ON people_account (person_id);
CREATE INDEX people_account_unconfirmed ON people_account (created_at) WHERE confirmed_at = 0;

CREATE TABLE people_role (
    account_id TEXT NOT NULL REFERENCES people_account (id),
    role       TEXT NOT NULL,
    PRIMARY KEY (account_id, role)
);

-- A code that was or will be mailed. account_id is empty when nobody has the address: the answer is the same.
CREATE TABLE people_code (
    token_hash TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the browser's half
    id         TEXT   NOT NULL,
    account_id TEXT   NOT NULL, -- of 'rights', 'proof' and 'counter' the person's id: there is no account
    person_id  TEXT   NOT NULL DEFAULT '', -- of 'email': who holds the new address until it is confirmed
    purpose    TEXT   NOT NULL CHECK (purpose IN ('confirm', 'sign_in', 'known', 'reset', 'rights', 'email', 'proof', 'counter')),
    lang       TEXT   NOT NULL,
    code_hash  TEXT   NOT NULL DEFAULT '', -- argon2id; made when the letter is sent
    sends      BIGINT NOT NULL DEFAULT 1,
    tries      BIGINT NOT NULL DEFAULT 0,
    asked_at   BIGINT NOT NULL,
    sent_at    BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX people_code_id ON people_code (id);
CREATE INDEX people_code_account ON people_code (account_id, asked_at);
CREATE INDEX people_code_expires ON people_code (expires_at);

-- A signed-in browser. Which browser and from where stands in the vault.
CREATE TABLE people_session (
    token_hash TEXT    NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES people_account (id),
    lang       TEXT    NOT NULL,
    factor2    BOOLEAN NOT NULL DEFAULT FALSE,
    started_at BIGINT  NOT NULL,
    seen_at    BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX people_session_account ON people_session (account_id, started_at);
CREATE INDEX people_session_expires ON people_session (expires_at);

-- A browser that has proved by a code to read an address which has no account: for a short while it sees what is held under it.
CREATE TABLE people_rights_session (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL, -- one of those who share the address
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX people_rights_session_expires ON people_rights_session (expires_at);
CREATE INDEX people_rights_session_person ON people_rights_session (person_id);
