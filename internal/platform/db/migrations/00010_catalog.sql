-- +goose Up
-- Texts are JSON objects {"kk","ru","en"}: the database never looks inside; search reads search_fold.

CREATE TABLE catalog_version (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO catalog_version (id, version) VALUES (1, 1);

CREATE TABLE catalog_organiser (
    id      TEXT PRIMARY KEY,
    slug    TEXT NOT NULL UNIQUE,
    name    TEXT NOT NULL,
    bin     TEXT NOT NULL,
    address TEXT NOT NULL,
    phone   TEXT NOT NULL,
    email   TEXT NOT NULL,
    refund  TEXT NOT NULL
);

CREATE TABLE catalog_venue (
    id        TEXT PRIMARY KEY,
    slug      TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    city      TEXT NOT NULL,
    city_name TEXT NOT NULL,
    address   TEXT NOT NULL,
    lat       DOUBLE PRECISION NOT NULL,
    lon       DOUBLE PRECISION NOT NULL,
    zone      TEXT NOT NULL
);

CREATE TABLE catalog_hall (
    id       TEXT PRIMARY KEY,
    venue_id TEXT NOT NULL REFERENCES catalog_venue (id),
    slug     TEXT NOT NULL,
    name     TEXT NOT NULL,
    UNIQUE (venue_id, slug)
);

-- A plan never changes; its name is the hash of its body.
CREATE TABLE catalog_plan (
    hash TEXT PRIMARY KEY,
    body BYTEA NOT NULL
);

CREATE TABLE catalog_event (
    id           TEXT PRIMARY KEY,
    slug         TEXT NOT NULL UNIQUE,
    organiser_id TEXT NOT NULL REFERENCES catalog_organiser (id),
    title        TEXT NOT NULL,
    subtitle     TEXT NOT NULL,
    description  TEXT NOT NULL,
    genre        TEXT NOT NULL,
    age_mark     TEXT NOT NULL,
    language     TEXT NOT NULL,
    minutes      BIGINT NOT NULL,
    picture      TEXT NOT NULL,
    search_fold  TEXT NOT NULL -- folded titles, organiser and venues in all languages
);

-- offer holds zones, types and prices: they are written and read with the performance, never alone.
-- price_from, price_to and day repeat what offer and starts_at say, for lists.
CREATE TABLE catalog_performance (
    id          TEXT PRIMARY KEY,
    event_id    TEXT NOT NULL REFERENCES catalog_event (id),
    hall_id     TEXT NOT NULL REFERENCES catalog_hall (id),
    import_key  TEXT NOT NULL,
    plan_hash   TEXT NOT NULL REFERENCES catalog_plan (hash),
    zone        TEXT NOT NULL,
    day         TEXT NOT NULL,
    doors_at    BIGINT NOT NULL,
    starts_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    sale_from   BIGINT NOT NULL,
    sale_until  BIGINT NOT NULL,
    order_limit BIGINT NOT NULL,
    cancelled   BOOLEAN NOT NULL,
    currency    TEXT NOT NULL,
    price_from  BIGINT NOT NULL,
    price_to    BIGINT NOT NULL,
    offer       TEXT NOT NULL
);
CREATE INDEX catalog_performance_starts ON catalog_performance (starts_at, id);
CREATE INDEX catalog_performance_event ON catalog_performance (event_id, starts_at, id);
CREATE UNIQUE INDEX catalog_performance_key ON catalog_performance (event_id, import_key) WHERE import_key <> '';
CREATE INDEX catalog_venue_city ON catalog_venue (city);
