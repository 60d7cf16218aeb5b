-- +goose Up

-- By which base addresses processes serve the site, and when one last said so: their texts name it, and must not take turns.
CREATE TABLE privacy_site (
    site    TEXT   NOT NULL PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
