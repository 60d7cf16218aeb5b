-- +goose Up

-- What a performance has to sell, in figures that move with it. Its row is the gate: whoever changes the performance's
-- seats, areas or counters locks it first, so changes of one performance have an order and `version` numbers it.
CREATE TABLE boxoffice_stock (
    performance_id TEXT    NOT NULL PRIMARY KEY,
    version        BIGINT  NOT NULL,
    capacity       INTEGER NOT NULL,
    free           INTEGER NOT NULL CHECK (free >= 0),
    held           INTEGER NOT NULL CHECK (held >= 0),
    sold           INTEGER NOT NULL CHECK (sold >= 0),
    blocked        INTEGER NOT NULL CHECK (blocked >= 0),
    CHECK (free + held + sold + blocked = capacity)
);

-- state: 0 free, 1 held, 2 sold, 3 blocked. changed is the performance's version at which the row last moved.
CREATE TABLE boxoffice_seat (
    performance_id TEXT     NOT NULL,
    seat_no        INTEGER  NOT NULL,
    state          SMALLINT NOT NULL CHECK (state BETWEEN 0 AND 3),
    hold_id        TEXT,
    changed        BIGINT   NOT NULL,
    PRIMARY KEY (performance_id, seat_no),
    CHECK ((state IN (1, 2)) = (hold_id IS NOT NULL))
);
CREATE INDEX boxoffice_seat_changed ON boxoffice_seat (performance_id, changed) WHERE changed > 0;

-- A standing area is a counter. zone_id is the price zone that sells it, '' when none does.
CREATE TABLE boxoffice_area (
    performance_id TEXT    NOT NULL,
    area_no        INTEGER NOT NULL,
    area_id        TEXT    NOT NULL,
    zone_id        TEXT    NOT NULL,
    capacity       INTEGER NOT NULL,
    free           INTEGER NOT NULL CHECK (free >= 0),
    held           INTEGER NOT NULL CHECK (held >= 0),
    sold           INTEGER NOT NULL CHECK (sold >= 0),
    blocked        INTEGER NOT NULL CHECK (blocked >= 0),
    changed        BIGINT  NOT NULL,
    PRIMARY KEY (performance_id, area_no),
    CHECK (free + held + sold + blocked = capacity)
);

-- state: active, then ordered and sold, or released or expired; drawn in docs/states/hold.md.
CREATE TABLE boxoffice_hold (
    performance_id TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    secret_hash    BYTEA  NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('active', 'ordered', 'sold', 'released', 'expired')),
    order_id       TEXT,
    currency       TEXT   NOT NULL,
    total_minor    BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    ended_at       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (performance_id, id),
    CHECK (state NOT IN ('ordered', 'sold') OR order_id IS NOT NULL)
);
CREATE INDEX boxoffice_hold_due ON boxoffice_hold (performance_id, expires_at) WHERE state = 'active';
CREATE INDEX boxoffice_hold_sweep ON boxoffice_hold (expires_at) WHERE state = 'active';
CREATE INDEX boxoffice_hold_old ON boxoffice_hold (ended_at) WHERE ended_at > 0 AND order_id IS NULL;

-- One seat, or one place of a standing area (seat_no -1). released_at 0: the hold still has it.
CREATE TABLE boxoffice_hold_item (
    performance_id TEXT    NOT NULL,
    hold_id        TEXT    NOT NULL,
    item_no        INTEGER NOT NULL,
    seat_no        INTEGER NOT NULL,
    seat_id        TEXT    NOT NULL,
    area_no        INTEGER NOT NULL,
    zone_id        TEXT    NOT NULL,
    type_id        TEXT    NOT NULL,
    price_minor    BIGINT  NOT NULL,
    released_at    BIGINT  NOT NULL,
    PRIMARY KEY (performance_id, hold_id, item_no),
    CHECK ((seat_no >= 0) <> (area_no >= 0))
);
-- The last wall: whatever the code does, a seat has one taker.
CREATE UNIQUE INDEX boxoffice_hold_item_seat ON boxoffice_hold_item (performance_id, seat_no) WHERE released_at = 0 AND seat_no >= 0;

-- Which holds an order is made of; lives with the orders, so that an order finds its stock by its own key.
CREATE TABLE boxoffice_order_hold (
    order_id       TEXT NOT NULL,
    performance_id TEXT NOT NULL,
    hold_id        TEXT NOT NULL,
    PRIMARY KEY (order_id, performance_id, hold_id)
);
