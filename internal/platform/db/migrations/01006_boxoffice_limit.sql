-- How many tickets one person, contact, network or card may have of a performance or an event, over all orders; what counts towards
-- it; and what was refused because of it. Nobody is named here: a key is a keyed digest that is good for one scope alone.

-- +goose Up
CREATE TABLE boxoffice_limit (
    scope_id TEXT   NOT NULL,                -- a performance or an event
    kind     TEXT   NOT NULL CHECK (kind IN ('person', 'contact', 'network', 'card')),
    most     BIGINT NOT NULL CHECK (most > 0),
    set_by   TEXT   NOT NULL,
    set_at   BIGINT NOT NULL,
    PRIMARY KEY (scope_id, kind)
);

CREATE TABLE boxoffice_limit_use (
    scope_id TEXT   NOT NULL,
    key      TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    used     BIGINT NOT NULL CHECK (used >= 0),
    extra    BIGINT NOT NULL DEFAULT 0 CHECK (extra >= 0), -- what staff allowed beyond the limit
    ends_at  BIGINT NOT NULL,                -- the last performance that counts; a day later the row goes
    PRIMARY KEY (scope_id, key)
);
CREATE INDEX boxoffice_limit_use_ends ON boxoffice_limit_use (ends_at);

-- What an order has used, to be given back when it ends.
CREATE TABLE boxoffice_limit_order (
    order_id TEXT    NOT NULL,
    scope_id TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    n        BIGINT  NOT NULL CHECK (n > 0),
    most     BIGINT  NOT NULL,
    released BOOLEAN NOT NULL DEFAULT FALSE,
    ends_at  BIGINT  NOT NULL,
    PRIMARY KEY (order_id, scope_id, key)
);
CREATE INDEX boxoffice_limit_order_ends ON boxoffice_limit_order (ends_at);

-- A decision that the machine made against somebody. The same one again counts up.
CREATE TABLE boxoffice_refusal (
    id             TEXT   NOT NULL PRIMARY KEY,
    code           TEXT   NOT NULL,
    scope_id       TEXT   NOT NULL,
    key            TEXT   NOT NULL,          -- '' when it has been forgotten
    performance_id TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    most           BIGINT NOT NULL,
    had            BIGINT NOT NULL,
    asked          BIGINT NOT NULL,
    times          BIGINT NOT NULL,
    first_at       BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    order_id       TEXT   NOT NULL,          -- whose money goes back; '' when it was refused before
    request_id     TEXT   NOT NULL DEFAULT '', -- the objection
    extra          BIGINT NOT NULL DEFAULT 0,  -- what staff allowed after it
    lifted_by      TEXT   NOT NULL DEFAULT '',
    lifted_at      BIGINT NOT NULL DEFAULT 0,
    ends_at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX boxoffice_refusal_code ON boxoffice_refusal (code);
CREATE UNIQUE INDEX boxoffice_refusal_same ON boxoffice_refusal (scope_id, key) WHERE key <> '';
CREATE INDEX boxoffice_refusal_list ON boxoffice_refusal (performance_id, last_at);
CREATE INDEX boxoffice_refusal_ends ON boxoffice_refusal (ends_at);
CREATE INDEX boxoffice_refusal_order ON boxoffice_refusal (order_id) WHERE order_id <> '';

-- Everything that the same person was counted by: lifting a limit lifts it for all of it.
CREATE TABLE boxoffice_refusal_key (
    refusal_id TEXT NOT NULL REFERENCES boxoffice_refusal (id),
    scope_id   TEXT NOT NULL,
    key        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    PRIMARY KEY (refusal_id, scope_id, key)
);
