-- +goose Up

-- A consent for one recipient is to what the register of processing said of it then.
ALTER TABLE privacy_consent ADD COLUMN register_id TEXT NOT NULL DEFAULT ''; -- '' when it is for the operator

-- The words beside such a box are made of the policy and the register: here they are as they were shown. A row never changes.
CREATE TABLE privacy_consent_text (
    hash    TEXT NOT NULL PRIMARY KEY,
    lang    TEXT NOT NULL,
    summary TEXT NOT NULL,
    body    TEXT NOT NULL
);
