-- +goose Up
-- A refused look at a marked person: the journal's integrator tells the gate, in the transaction that takes the entry over.
ALTER TABLE keystore_refusal ADD COLUMN marked BOOLEAN NOT NULL DEFAULT FALSE;
