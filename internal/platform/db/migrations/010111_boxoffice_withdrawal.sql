-- +goose Up

-- A representative may take the name back before the proof is decided: one more state. The table is made anew, since SQLite changes no check.
CREATE TABLE boxoffice_representation_anew (
    id             TEXT    NOT NULL PRIMARY KEY,
    performance_id TEXT    NOT NULL,
    ticket_id      TEXT    NOT NULL,
    person_id      TEXT    NOT NULL, -- whom the ticket is for
    holder_id      TEXT    NOT NULL, -- who represents them, and has the ticket
    state          TEXT    NOT NULL CHECK (state IN ('waits', 'sent', 'confirmed', 'refused', 'withdrawn', 'over')),
    document_id    TEXT    NOT NULL DEFAULT '', -- the proof that waits for its review
    made_at        BIGINT  NOT NULL,
    decided_at     BIGINT  NOT NULL DEFAULT 0,
    gone           BOOLEAN NOT NULL DEFAULT FALSE -- what was held on the person is destroyed
);
INSERT INTO boxoffice_representation_anew (id, performance_id, ticket_id, person_id, holder_id, state, document_id, made_at, decided_at, gone)
    SELECT id, performance_id, ticket_id, person_id, holder_id, state, document_id, made_at, decided_at, gone FROM boxoffice_representation;
DROP TABLE boxoffice_representation;
ALTER TABLE boxoffice_representation_anew RENAME TO boxoffice_representation;
CREATE UNIQUE INDEX boxoffice_representation_ticket ON boxoffice_representation (performance_id, ticket_id);
CREATE INDEX boxoffice_representation_person ON boxoffice_representation (person_id);
CREATE INDEX boxoffice_representation_holder ON boxoffice_representation (holder_id);
CREATE INDEX boxoffice_representation_document ON boxoffice_representation (document_id) WHERE document_id <> '';
CREATE INDEX boxoffice_representation_state ON boxoffice_representation (state) WHERE NOT gone AND state <> 'confirmed';
