-- +goose Up

-- Incidents. What stands here is told about the breach and names nobody.
CREATE TABLE privacy_incident (
    id              TEXT   NOT NULL PRIMARY KEY,
    number          TEXT   NOT NULL UNIQUE,
    state           TEXT   NOT NULL CHECK (state IN ('open', 'assessed', 'authority', 'people', 'closed')),
    revision        BIGINT NOT NULL,
    title           TEXT   NOT NULL,
    detected_at     BIGINT NOT NULL, -- starts the clocks; never changes
    entered_at      BIGINT NOT NULL,
    entered_by      TEXT   NOT NULL,
    nature_kk       TEXT   NOT NULL,
    nature_ru       TEXT   NOT NULL,
    categories      TEXT   NOT NULL, -- names of fields
    approximate     BIGINT NOT NULL, -- persons, as far as known; 0 until somebody says
    consequences_kk TEXT   NOT NULL,
    consequences_ru TEXT   NOT NULL,
    measures_kk     TEXT   NOT NULL,
    measures_ru     TEXT   NOT NULL,
    contact         TEXT   NOT NULL,
    tell            TEXT   NOT NULL CHECK (tell IN ('', 'yes', 'no')),
    tell_reason     TEXT   NOT NULL,
    authority_at    BIGINT NOT NULL,
    people_at       BIGINT NOT NULL,
    closed_at       BIGINT NOT NULL,
    outcome         TEXT   NOT NULL CHECK (outcome IN ('', 'breach', 'none')),
    closing         TEXT   NOT NULL, -- what was learnt, or why it was none
    dismissed_by    TEXT   NOT NULL, -- who says that it was none; a colleague agrees
    closed_by       TEXT   NOT NULL CHECK (closed_by = '' OR closed_by <> dismissed_by)
);
CREATE INDEX privacy_incident_state ON privacy_incident (state, detected_at);

-- Every clock that runs for an incident; met_at 0 while it runs.
CREATE TABLE privacy_incident_clock (
    incident_id TEXT    NOT NULL REFERENCES privacy_incident (id),
    clock       TEXT    NOT NULL,
    term        TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    strict_at   BIGINT  NOT NULL,
    due_at      BIGINT  NOT NULL,
    estimated   BOOLEAN NOT NULL,
    met_at      BIGINT  NOT NULL,
    PRIMARY KEY (incident_id, clock)
);

-- Who did what about an incident, in order.
CREATE TABLE privacy_incident_act (
    id          TEXT   NOT NULL PRIMARY KEY,
    incident_id TEXT   NOT NULL REFERENCES privacy_incident (id),
    act         TEXT   NOT NULL,
    actor       TEXT   NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX privacy_incident_act_incident ON privacy_incident_act (incident_id, id);

-- The two notices. An approved one never changes.
CREATE TABLE privacy_incident_notice (
    incident_id  TEXT   NOT NULL REFERENCES privacy_incident (id),
    audience     TEXT   NOT NULL CHECK (audience IN ('authority', 'people')),
    text_kk      TEXT   NOT NULL,
    text_ru      TEXT   NOT NULL,
    revision     BIGINT NOT NULL,
    written_by   TEXT   NOT NULL,
    written_at   BIGINT NOT NULL,
    approved_by  TEXT   NOT NULL CHECK (approved_by = '' OR approved_by <> written_by),
    approved_at  BIGINT NOT NULL,
    letter       TEXT   NOT NULL, -- number of the letter, '' before it is approved
    delivered_at BIGINT NOT NULL, -- to the authority
    delivered_by TEXT   NOT NULL,
    channel      TEXT   NOT NULL CHECK (channel IN ('', 'portal', 'mail', 'paper')),
    reference    TEXT   NOT NULL, -- the authority's own number
    PRIMARY KEY (incident_id, audience)
);

-- A search for those whom an incident concerns; it goes on from cursor_id after a crash.
CREATE TABLE privacy_incident_search (
    id          TEXT   NOT NULL PRIMARY KEY,
    incident_id TEXT   NOT NULL REFERENCES privacy_incident (id),
    source      TEXT   NOT NULL CHECK (source IN ('journal', 'all', 'list')),
    from_at     BIGINT NOT NULL,
    until_at    BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    purpose     TEXT   NOT NULL,
    field       TEXT   NOT NULL,
    cursor_id   TEXT   NOT NULL,
    seen        BIGINT NOT NULL, -- persons looked at; of a list, its lines
    found       BIGINT NOT NULL,
    missing     BIGINT NOT NULL, -- pseudonyms or lines that lead to nobody any more
    made_by     TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    done_at     BIGINT NOT NULL
);
CREATE INDEX privacy_incident_search_incident ON privacy_incident_search (incident_id, id);
CREATE INDEX privacy_incident_search_open ON privacy_incident_search (made_at) WHERE done_at = 0;

-- Whom an incident concerns. An erased person's row keeps its place in the figures under a random name.
CREATE TABLE privacy_incident_person (
    incident_id TEXT   NOT NULL REFERENCES privacy_incident (id),
    person_id   TEXT   NOT NULL,
    source      TEXT   NOT NULL CHECK (source IN ('journal', 'all', 'list')),
    state       TEXT   NOT NULL CHECK (state IN ('found', 'due', 'sending', 'told', 'skipped')),
    why         TEXT   NOT NULL CHECK (why IN ('', 'same_address', 'erased', 'blocked', 'no_address')),
    found_at    BIGINT NOT NULL,
    told_at     BIGINT NOT NULL,
    PRIMARY KEY (incident_id, person_id)
);
CREATE INDEX privacy_incident_person_state ON privacy_incident_person (incident_id, state, person_id);
CREATE INDEX privacy_incident_person_person ON privacy_incident_person (person_id);

-- Searches of the journal go by time.
CREATE INDEX vault_journal_at ON vault_journal (at);

-- Why an answer came after its term.
CREATE TABLE privacy_request_late (
    request_id TEXT   NOT NULL PRIMARY KEY REFERENCES privacy_request (id),
    reason     TEXT   NOT NULL CHECK (reason IN ('awaited_facts', 'awaited_organiser', 'awaited_applicant', 'our_mistake')),
    said_by    TEXT   NOT NULL,
    said_at    BIGINT NOT NULL
);

-- Suggestions and questions of the contacts page; each is a person of its own. What was written stands sealed in the vault.
CREATE TABLE privacy_enquiry (
    id          TEXT   NOT NULL PRIMARY KEY,
    number      TEXT   NOT NULL UNIQUE,
    person_id   TEXT   NOT NULL, -- the row's own id once the person is erased
    lang        TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('new', 'answered', 'closed')),
    received_at BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    done_at     BIGINT NOT NULL,
    done_by     TEXT   NOT NULL,
    mailed_at   BIGINT NOT NULL
);
CREATE INDEX privacy_enquiry_state ON privacy_enquiry (state, due_at, id);
CREATE INDEX privacy_enquiry_done ON privacy_enquiry (done_at);
CREATE INDEX privacy_enquiry_received ON privacy_enquiry (received_at);
CREATE INDEX privacy_enquiry_person ON privacy_enquiry (person_id);

-- How the site does, by the hour: names nobody, and is deleted after two weeks.
CREATE TABLE ops_hour (
    at       BIGINT NOT NULL,
    route    TEXT   NOT NULL, -- an address's pattern
    requests BIGINT NOT NULL,
    errors   BIGINT NOT NULL,
    slow     BIGINT NOT NULL,
    worst_ms BIGINT NOT NULL,
    PRIMARY KEY (at, route)
);
CREATE TABLE ops_network (
    at      BIGINT NOT NULL,
    network TEXT   NOT NULL, -- shortened: /24 or /48
    refused BIGINT NOT NULL,
    PRIMARY KEY (at, network)
);
