-- +goose Up
-- Rehearsals that the office asked for. Nobody's data is in a rehearsal: its buyers are simulated and its database is scratch.
CREATE TABLE rehearsal_run (
    id             TEXT    NOT NULL PRIMARY KEY,
    performance_id TEXT    NOT NULL,
    buyers         INTEGER NOT NULL,
    seconds        INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    progress       TEXT    NOT NULL,
    report         TEXT    NOT NULL,
    asked_at       BIGINT  NOT NULL,
    ended_at       BIGINT  NOT NULL
);
CREATE INDEX rehearsal_run_by_performance ON rehearsal_run (performance_id, id);
