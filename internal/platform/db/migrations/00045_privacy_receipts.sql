-- +goose Up

-- What makes a consent evidence: for whom, how it was confirmed, until when it holds, and its entry in the journal.
ALTER TABLE privacy_consent ADD COLUMN recipient TEXT NOT NULL DEFAULT '';    -- '' is the operator
ALTER TABLE privacy_consent ADD COLUMN confirmed TEXT NOT NULL DEFAULT 'tick'; -- tick, code, paper
ALTER TABLE privacy_consent ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;  -- 0: the term of its purpose alone ends it
ALTER TABLE privacy_consent ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';
ALTER TABLE privacy_withdrawal ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
ALTER TABLE privacy_withdrawal ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';
