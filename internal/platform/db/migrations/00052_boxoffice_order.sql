-- Orders, their money and their tickets. Everything of an order shares its order_id as leading key, tickets
-- share performance_id with the stock. What must be unique elsewhere has a lookup table keyed by it.

-- +goose Up
CREATE TABLE boxoffice_order (
    id          TEXT PRIMARY KEY,
    code        TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'expired', 'refunded')),
    person_id   TEXT NOT NULL,
    lang        TEXT NOT NULL,
    channel     TEXT NOT NULL,
    currency    TEXT NOT NULL,
    total       BIGINT NOT NULL CHECK (total >= 0),
    created_at  BIGINT NOT NULL,
    pay_until   BIGINT NOT NULL,
    paid_at     BIGINT NOT NULL DEFAULT 0,
    ended_at    BIGINT NOT NULL DEFAULT 0,
    revision    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX boxoffice_order_by_person ON boxoffice_order (person_id, id);
CREATE INDEX boxoffice_order_by_deadline ON boxoffice_order (status, pay_until);
CREATE INDEX boxoffice_order_by_status ON boxoffice_order (status, id);

CREATE TABLE boxoffice_order_code (
    code     TEXT PRIMARY KEY,
    order_id TEXT NOT NULL
);

-- Which hold became which order: a second click finds the first one's order.
CREATE TABLE boxoffice_hold_order (
    hold_id     TEXT PRIMARY KEY,
    order_id    TEXT NOT NULL,
    secret_hash BYTEA NOT NULL
);

CREATE TABLE boxoffice_order_line (
    order_id       TEXT NOT NULL REFERENCES boxoffice_order (id),
    no             BIGINT NOT NULL,
    performance_id TEXT NOT NULL,
    hold_id        TEXT NOT NULL,
    seat_no        BIGINT NOT NULL,
    seat_id        TEXT NOT NULL,
    area_no        BIGINT NOT NULL,
    zone_id        TEXT NOT NULL,
    type_id        TEXT NOT NULL,
    price          BIGINT NOT NULL CHECK (price >= 0),
    PRIMARY KEY (order_id, no),
    CHECK ((seat_no >= 0 AND area_no = -1) OR (seat_no = -1 AND area_no >= 0))
);

-- Double entry: the lines of one entry_id add up to nothing. Rows are never changed (00053).
CREATE TABLE boxoffice_ledger (
    order_id TEXT NOT NULL,
    id       TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    what     TEXT NOT NULL,
    account  TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   BIGINT NOT NULL,
    ref      TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (order_id, id)
);

CREATE TABLE boxoffice_payment (
    order_id   TEXT NOT NULL REFERENCES boxoffice_order (id),
    id         TEXT NOT NULL,
    provider   TEXT NOT NULL,
    ref        TEXT NOT NULL,
    url        TEXT NOT NULL,
    currency   TEXT NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0),
    state      TEXT NOT NULL CHECK (state IN ('open', 'paid', 'declined', 'refunded')),
    created_at BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, id)
);
CREATE INDEX boxoffice_payment_open ON boxoffice_payment (checked_at) WHERE state = 'open';

CREATE TABLE boxoffice_payment_order (
    payment_id TEXT PRIMARY KEY,
    order_id   TEXT NOT NULL
);

-- A movement that a provider has proved is taken once.
CREATE TABLE boxoffice_settlement (
    provider       TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    order_id       TEXT NOT NULL,
    payment_id     TEXT NOT NULL,
    state          TEXT NOT NULL,
    currency       TEXT NOT NULL,
    amount         BIGINT NOT NULL,
    outcome        TEXT NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (provider, transaction_id)
);
CREATE INDEX boxoffice_settlement_by_order ON boxoffice_settlement (order_id, at);

CREATE TABLE boxoffice_refund (
    order_id   TEXT NOT NULL REFERENCES boxoffice_order (id),
    id         TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    currency   TEXT NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0),
    reason     TEXT NOT NULL CHECK (reason IN ('order', 'late', 'twice', 'wrong_amount', 'limit')),
    actor      TEXT NOT NULL,
    note       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('due', 'done')),
    created_at BIGINT NOT NULL,
    done_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, id)
);
CREATE INDEX boxoffice_refund_due ON boxoffice_refund (created_at) WHERE state = 'due';

CREATE TABLE boxoffice_ticket (
    performance_id TEXT NOT NULL,
    id             TEXT NOT NULL,
    order_id       TEXT NOT NULL,
    order_code     TEXT NOT NULL,
    line_no        BIGINT NOT NULL,
    code           TEXT NOT NULL,
    seat_no        BIGINT NOT NULL,
    area_no        BIGINT NOT NULL,
    zone_id        TEXT NOT NULL,
    type_id        TEXT NOT NULL,
    currency       TEXT NOT NULL,
    price          BIGINT NOT NULL,
    void           BOOLEAN NOT NULL DEFAULT FALSE,
    issued_at      BIGINT NOT NULL,
    PRIMARY KEY (performance_id, id)
);
CREATE INDEX boxoffice_ticket_by_order ON boxoffice_ticket (performance_id, order_id);
-- The last wall: a seat has one valid ticket, whatever the code above believes.
CREATE UNIQUE INDEX boxoffice_ticket_seat ON boxoffice_ticket (performance_id, seat_no) WHERE seat_no >= 0 AND NOT void;

CREATE TABLE boxoffice_ticket_code (
    code           TEXT PRIMARY KEY,
    performance_id TEXT NOT NULL,
    ticket_id      TEXT NOT NULL
);
