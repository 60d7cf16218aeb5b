-- The test bank's own books: what a bank would keep, apart from the shop's.

-- +goose Up
CREATE TABLE testbank_payment (
    id           TEXT PRIMARY KEY,
    ref          TEXT NOT NULL UNIQUE,
    order_code   TEXT NOT NULL,
    currency     TEXT NOT NULL,
    amount       BIGINT NOT NULL CHECK (amount > 0),
    lang         TEXT NOT NULL,
    return_url   TEXT NOT NULL,
    callback_url TEXT NOT NULL,
    expires_at   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);

-- at is when the money moves, which for a late payment is in the future. delivered_at 0: the shop has not yet said that it knows.
CREATE TABLE testbank_movement (
    payment_id   TEXT NOT NULL REFERENCES testbank_payment (id),
    id           TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('paid', 'declined', 'refunded')),
    currency     TEXT NOT NULL,
    amount       BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    next_try     BIGINT NOT NULL,
    card         TEXT NOT NULL DEFAULT '', -- token of the card
    PRIMARY KEY (payment_id, id)
);
CREATE INDEX testbank_movement_due ON testbank_movement (next_try) WHERE delivered_at = 0;
