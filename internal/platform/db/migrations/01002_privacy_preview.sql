-- +goose Up

-- Counts of what the next night destroys, made page by page where there are too many persons to count while somebody waits.
-- One row is being counted, the one before it is shown until it is whole. Figures only, of nobody.
CREATE TABLE privacy_preview (
    id       TEXT   NOT NULL PRIMARY KEY,
    night    TEXT   NOT NULL,
    register TEXT   NOT NULL,
    begun_at BIGINT NOT NULL,
    done_at  BIGINT NOT NULL DEFAULT 0,
    reached  TEXT   NOT NULL DEFAULT '',
    counts   TEXT   NOT NULL
);
CREATE INDEX privacy_preview_night ON privacy_preview (night, register, begun_at);
