-- +goose Up

-- What makes a consent evidence: for whom, how it was confirmed, until when it holds, and its entry in the journal.
ALTER TABLE privacy_consent ADD COLUMN recipient TEXT NOT NULL DEFAULT '';    -- '' is the operator
ALTER TABLE privacy_consent ADD COLUMN confirmed TEXT NOT NULL DEFAULT 'tick'; -- tick, code, paper
ALTER TABLE privacy_consent ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;  -- 0: the term of its purpose alone ends it
ALTER TABLE privacy_consent ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';
ALTER TABLE privacy_withdrawal ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
ALTER TABLE privacy_withdrawal ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';

-- A copy of everything that is held on a person, made by a job. The file is sealed; the row holds no word of it.
CREATE TABLE privacy_download (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    lang       TEXT   NOT NULL,
    asked_at   BIGINT NOT NULL,
    done_at    BIGINT NOT NULL DEFAULT 0, -- 0 while it is being made
    expires_at BIGINT NOT NULL
);
CREATE INDEX privacy_download_person ON privacy_download (person_id, asked_at);
CREATE INDEX privacy_download_expires ON privacy_download (expires_at);
