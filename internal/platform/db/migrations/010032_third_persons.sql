-- +goose Up

-- Whose consent somebody else gave and has still to prove their right to: what is held on them opens for that check alone.
CREATE TABLE privacy_unconfirmed (
    person_id TEXT   NOT NULL PRIMARY KEY,
    since     BIGINT NOT NULL
);

-- A ticket that its holder took for somebody whom they represent: a child, a ward.
CREATE TABLE boxoffice_representation (
    id             TEXT    NOT NULL PRIMARY KEY,
    performance_id TEXT    NOT NULL,
    ticket_id      TEXT    NOT NULL,
    person_id      TEXT    NOT NULL, -- whom the ticket is for
    holder_id      TEXT    NOT NULL, -- who represents them, and has the ticket
    state          TEXT    NOT NULL CHECK (state IN ('waits', 'sent', 'confirmed', 'refused', 'over')),
    document_id    TEXT    NOT NULL DEFAULT '', -- the proof that waits for its review
    made_at        BIGINT  NOT NULL,
    decided_at     BIGINT  NOT NULL DEFAULT 0,
    gone           BOOLEAN NOT NULL DEFAULT FALSE -- what was held on the person is destroyed
);
CREATE UNIQUE INDEX boxoffice_representation_ticket ON boxoffice_representation (performance_id, ticket_id);
CREATE INDEX boxoffice_representation_person ON boxoffice_representation (person_id);
CREATE INDEX boxoffice_representation_holder ON boxoffice_representation (holder_id);
CREATE INDEX boxoffice_representation_document ON boxoffice_representation (document_id) WHERE document_id <> '';
CREATE INDEX boxoffice_representation_state ON boxoffice_representation (state) WHERE NOT gone AND state <> 'confirmed';
