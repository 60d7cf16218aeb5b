-- +goose Up

-- The look at the trap was refused; the attempt raises the alarm all the same.
ALTER TABLE privacy_alarm ADD COLUMN refused BOOLEAN NOT NULL DEFAULT FALSE;
