-- +goose Up

-- Who shares a mailbox or a phone says which of the humans they are before they see anything.
ALTER TABLE people_rights_session ADD COLUMN by_phone BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE people_rights_session ADD COLUMN chosen BOOLEAN NOT NULL DEFAULT FALSE;

-- The code goes by text message.
ALTER TABLE people_code ADD COLUMN by_phone BOOLEAN NOT NULL DEFAULT FALSE;

-- Since when a request is known to be its person's: at once, or when who wrote from the site proved to read the address; 0 until then.
ALTER TABLE privacy_request ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
