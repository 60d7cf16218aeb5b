-- +goose Up

-- The built-in texts as they were at the latest start: only a changed one is proposed again.
CREATE TABLE privacy_builtin (
    kind    TEXT   NOT NULL PRIMARY KEY,
    content TEXT   NOT NULL, -- canonical JSON
    seen_at BIGINT NOT NULL
);

-- Texts on their way to a version. States: draft → review → published, or dropped; review → draft when it is sent back.
CREATE TABLE privacy_draft (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('privacy', 'offer')),
    state      TEXT    NOT NULL CHECK (state IN ('draft', 'review', 'published', 'dropped')),
    origin     TEXT    NOT NULL CHECK (origin IN ('version', 'builtin', 'profile')),
    base_id    TEXT    NOT NULL REFERENCES privacy_version (id),
    content    TEXT    NOT NULL,
    material   BOOLEAN NOT NULL,
    revision   BIGINT  NOT NULL, -- counts every change, so that nobody overwrites what they have not seen
    made_at    BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL
);
CREATE INDEX privacy_draft_state ON privacy_draft (state, id);

-- Who did what with a draft. Whoever has written never publishes.
CREATE TABLE privacy_draft_act (
    id       TEXT   NOT NULL PRIMARY KEY,
    draft_id TEXT   NOT NULL REFERENCES privacy_draft (id),
    act      TEXT   NOT NULL CHECK (act IN ('made', 'edited', 'submitted', 'returned', 'published', 'dropped')),
    actor    TEXT   NOT NULL,
    place    TEXT   NOT NULL, -- clause or part of a consent that was edited
    at       BIGINT NOT NULL
);
CREATE INDEX privacy_draft_act_draft ON privacy_draft_act (draft_id, id);

-- A version that people published, not the start. A row never changes.
CREATE TABLE privacy_publication (
    version_id   TEXT    NOT NULL PRIMARY KEY REFERENCES privacy_version (id),
    draft_id     TEXT    NOT NULL UNIQUE REFERENCES privacy_draft (id),
    kind         TEXT    NOT NULL,
    number       BIGINT  NOT NULL,
    material     BOOLEAN NOT NULL,
    writer       TEXT    NOT NULL,
    reviewer     TEXT    NOT NULL,
    published_at BIGINT  NOT NULL,
    in_force     BIGINT  NOT NULL,
    CHECK (writer <> reviewer),
    CHECK (in_force >= published_at),
    UNIQUE (kind, number)
);

-- Clauses that do not apply for a time (policy 7.3). The version and its hash stay as they are.
CREATE TABLE privacy_suspension (
    id          TEXT   NOT NULL PRIMARY KEY,
    version_id  TEXT   NOT NULL REFERENCES privacy_version (id),
    clause      TEXT   NOT NULL,
    reason_kk   TEXT   NOT NULL CHECK (reason_kk <> ''),
    reason_ru   TEXT   NOT NULL CHECK (reason_ru <> ''),
    reason_en   TEXT   NOT NULL,
    from_at     BIGINT NOT NULL,
    until_at    BIGINT NOT NULL, -- 0: until it is lifted
    asked_by    TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    approved_by TEXT   NOT NULL, -- '' while it waits for the second person
    approved_at BIGINT NOT NULL,
    ended_by    TEXT   NOT NULL,
    ended_at    BIGINT NOT NULL, -- 0 while it stands
    CHECK (approved_by <> asked_by)
);
CREATE INDEX privacy_suspension_version ON privacy_suspension (version_id, clause, id);

-- How far the telling of a version has come. The cursor moves with the rows that it makes.
CREATE TABLE privacy_notice_run (
    version_id TEXT   NOT NULL PRIMARY KEY REFERENCES privacy_version (id),
    cursor_id  TEXT   NOT NULL, -- the last person walked over
    walked     BIGINT NOT NULL,
    made_at    BIGINT NOT NULL,
    walked_at  BIGINT NOT NULL  -- 0 until the walk has come to the end
);

-- Who was told of which version, and where. States of a letter: due → sending → told | skipped; one that was 'sending' when the
-- process died stays so: it may have gone, and nobody is told twice.
CREATE TABLE privacy_notice (
    person_id  TEXT   NOT NULL,
    version_id TEXT   NOT NULL REFERENCES privacy_version (id),
    channel    TEXT   NOT NULL CHECK (channel IN ('mail', 'site')),
    state      TEXT   NOT NULL CHECK (state IN ('due', 'sending', 'told', 'skipped')),
    made_at    BIGINT NOT NULL,
    told_at    BIGINT NOT NULL,
    PRIMARY KEY (person_id, version_id, channel)
);
CREATE INDEX privacy_notice_due ON privacy_notice (version_id, channel, state, person_id);

-- Walking over everybody who has consented goes by this.
CREATE INDEX privacy_consent_scope ON privacy_consent (scope, person_id, given_at);
