//! The schema, as numbered migrations that only go forward. `docs/wallet-format.md` explains every column.
//!
//! Habits: STRICT tables; AUTOINCREMENT, so that a number never returns; every derived or user-visible row that
//! a verdict rests on has the SHA-256 of its content beside it; large columns last, and in tables that lists
//! never read. A migration that was released is never edited: a new one is added below it.

/// Marks the file as a Lapel wallet (`PRAGMA application_id`): the letters "Lapl".
pub(super) const APPLICATION_ID: i32 = 0x4c61_706c;

/// The migrations in order; migration `n` (from 1) leads to `user_version = n`.
pub(super) const MIGRATIONS: &[&str] =
    &[FIRST, REGISTRIES, IMPORTS, SELF_LISTED, ACCOUNTS, WATCHED, SHARES, LEAVES];

const FIRST: &str = "
CREATE TABLE artifacts (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64),
    kind   TEXT    NOT NULL,
    size   INTEGER NOT NULL,
    bytes  BLOB    NOT NULL
) STRICT;

CREATE TABLE art (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    digest     TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
    media_type TEXT NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

CREATE TABLE removals (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    removed_at TEXT NOT NULL
) STRICT;

CREATE TABLE badges (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    credential_digest TEXT NOT NULL UNIQUE CHECK (length(credential_digest) = 64),
    removal           INTEGER REFERENCES removals (id),
    name              TEXT NOT NULL,
    name_key          TEXT NOT NULL,
    issuer            TEXT NOT NULL,
    issuer_key        TEXT NOT NULL,
    issued_at         INTEGER,
    issued_on         TEXT,
    expires_at        INTEGER,
    expires_on        TEXT,
    verdict           TEXT NOT NULL,
    headline          TEXT NOT NULL,
    art               TEXT REFERENCES art (digest),
    added_at          TEXT NOT NULL
) STRICT;

CREATE INDEX badges_live     ON badges (id)                              WHERE removal IS NULL;
CREATE INDEX badges_by_name  ON badges (name_key, id)                    WHERE removal IS NULL;
CREATE INDEX badges_by_issuer ON badges (issuer_key, name_key, id)       WHERE removal IS NULL;
CREATE INDEX badges_of_issuer ON badges (issuer, id)                     WHERE removal IS NULL;
CREATE INDEX badges_by_issue ON badges (issued_at DESC, id DESC)         WHERE removal IS NULL;
CREATE INDEX badges_by_verdict ON badges (verdict, id)                   WHERE removal IS NULL;
CREATE INDEX badges_run_out  ON badges (expires_at)                      WHERE removal IS NULL AND verdict = 'verified';
CREATE INDEX badges_removed  ON badges (removal)                         WHERE removal IS NOT NULL;
CREATE INDEX badges_art      ON badges (art)                             WHERE art IS NOT NULL;

CREATE TABLE credentials (
    badge_id    INTEGER PRIMARY KEY REFERENCES badges (id) ON DELETE CASCADE,
    form        TEXT NOT NULL CHECK (form IN ('json', 'jws')),
    text_sha256 TEXT NOT NULL,
    card_sha256 TEXT NOT NULL,
    text        TEXT NOT NULL,
    card        TEXT NOT NULL
) STRICT;

CREATE TABLE badge_artifacts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    badge_id    INTEGER NOT NULL REFERENCES badges (id) ON DELETE CASCADE,
    artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
    source      TEXT NOT NULL,
    added_at    TEXT NOT NULL,
    UNIQUE (badge_id, artifact_id)
) STRICT;
CREATE INDEX badge_artifacts_of_artifact ON badge_artifacts (artifact_id);

CREATE TABLE reports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    badge_id    INTEGER NOT NULL REFERENCES badges (id) ON DELETE CASCADE,
    as_of       TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    headline    TEXT NOT NULL,
    json_sha256 TEXT NOT NULL,
    json        TEXT NOT NULL
) STRICT;
CREATE INDEX reports_of_badge ON reports (badge_id, id);

CREATE TABLE documents (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE answers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id   INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    url         TEXT NOT NULL,
    document_id INTEGER REFERENCES documents (id),
    status      INTEGER,
    media_type  TEXT,
    fetched_at  TEXT,
    unavailable TEXT,
    UNIQUE (report_id, url),
    CHECK ((document_id IS NULL) = (unavailable IS NOT NULL)),
    CHECK (document_id IS NULL OR (status IS NOT NULL AND fetched_at IS NOT NULL))
) STRICT;
CREATE INDEX answers_of_document ON answers (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE badge_index USING fts5 (
    name, issuer, description, criteria, tags, recipient, other,
    tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3'
);
INSERT INTO badge_index (badge_index, rank) VALUES ('secure-delete', 1);
";

const REGISTRIES: &str = "
CREATE TABLE registries (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL UNIQUE,
    sha256   TEXT    NOT NULL CHECK (length(sha256) = 64),
    issuers  INTEGER NOT NULL,
    added_at TEXT    NOT NULL,
    bytes    BLOB    NOT NULL
) STRICT;
";

const IMPORTS: &str = "
CREATE TABLE imports (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    state          TEXT    NOT NULL CHECK (state IN
                       ('running', 'paused', 'waiting', 'finished', 'cancelled', 'undone')),
    not_valid      TEXT    NOT NULL CHECK (not_valid IN ('ask', 'keep', 'leave_out')),
    links_skipped  INTEGER NOT NULL,
    hidden_skipped INTEGER NOT NULL,
    started_at     TEXT    NOT NULL,
    finished_at    TEXT
) STRICT;

CREATE TABLE import_items (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN ('path', 'url', 'text', 'bytes')),
    done      INTEGER NOT NULL CHECK (done IN (0, 1)),
    name      TEXT    NOT NULL,
    content   BLOB    NOT NULL
) STRICT;
CREATE INDEX import_items_left ON import_items (import_id, id) WHERE done = 0;
CREATE INDEX import_items_of_import ON import_items (import_id);

CREATE TABLE import_lines (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    item_id   INTEGER NOT NULL,
    leaf      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    outcome   TEXT    NOT NULL,
    code      TEXT,
    badge_id  INTEGER REFERENCES badges (id) ON DELETE SET NULL,
    source    TEXT    NOT NULL,
    json      TEXT    NOT NULL,
    UNIQUE (item_id, leaf, part)
) STRICT;
CREATE INDEX import_lines_in_order   ON import_lines (import_id, item_id, leaf, part);
CREATE INDEX import_lines_by_outcome ON import_lines (import_id, outcome, item_id, leaf, part);
CREATE INDEX import_lines_of_badge   ON import_lines (badge_id) WHERE badge_id IS NOT NULL;

CREATE TABLE versions (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    badge_id          INTEGER NOT NULL REFERENCES badges (id) ON DELETE CASCADE,
    credential_digest TEXT    NOT NULL UNIQUE CHECK (length(credential_digest) = 64),
    how               TEXT    NOT NULL CHECK (how IN ('earlier', 'form')),
    report_id         INTEGER,
    import_id         INTEGER REFERENCES imports (id) ON DELETE SET NULL,
    form              TEXT    NOT NULL CHECK (form IN ('json', 'jws')),
    text_sha256       TEXT    NOT NULL,
    since             TEXT    NOT NULL,
    art               TEXT,
    text              TEXT    NOT NULL
) STRICT;
CREATE INDEX versions_of_badge  ON versions (badge_id, id);
CREATE INDEX versions_art       ON versions (art)       WHERE art IS NOT NULL;
CREATE INDEX versions_of_import ON versions (import_id) WHERE import_id IS NOT NULL;

ALTER TABLE badges ADD COLUMN identity TEXT;
ALTER TABLE badges ADD COLUMN proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1));
CREATE INDEX badges_by_identity ON badges (identity) WHERE identity IS NOT NULL;
CREATE INDEX badges_unidentified ON badges (id) WHERE identity IS NULL;

ALTER TABLE badge_artifacts ADD COLUMN import_id INTEGER REFERENCES imports (id) ON DELETE SET NULL;
ALTER TABLE badge_artifacts ADD COLUMN recipient_hint TEXT;
ALTER TABLE badge_artifacts ADD COLUMN credential_digest TEXT;
CREATE INDEX badge_artifacts_of_import ON badge_artifacts (import_id) WHERE import_id IS NOT NULL;
";

const SELF_LISTED: &str = "
CREATE TABLE self_listed (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL CHECK (name <> ''),
    issuer        TEXT NOT NULL,
    url           TEXT NOT NULL,
    issued_on     TEXT NOT NULL,
    expires_on    TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    source        TEXT NOT NULL,
    added_at      TEXT NOT NULL,
    UNIQUE (name, issuer, url, credential_id)
) STRICT;
";

const ACCOUNTS: &str = "
CREATE TABLE accounts (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    kind           TEXT    NOT NULL,
    host           TEXT    NOT NULL,
    base           TEXT    NOT NULL,
    api_url        TEXT    NOT NULL,
    token_url      TEXT    NOT NULL,
    revocation_url TEXT,
    profile_id     TEXT,
    profile_name   TEXT,
    client_id      TEXT    NOT NULL,
    client_auth    TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    secret         TEXT    NOT NULL UNIQUE,
    since          TEXT,
    last_synced    TEXT,
    signed_out     INTEGER NOT NULL CHECK (signed_out IN (0, 1)),
    added_at       TEXT    NOT NULL
) STRICT;

CREATE TABLE holder_keys (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    did     TEXT NOT NULL UNIQUE,
    made_at TEXT NOT NULL
) STRICT;
";

const WATCHED: &str = "
CREATE TABLE watched_folders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    path     TEXT    NOT NULL UNIQUE,
    added_at TEXT    NOT NULL,
    paused   INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
) STRICT;

CREATE TABLE watched_files (
    folder_id INTEGER NOT NULL REFERENCES watched_folders (id) ON DELETE CASCADE,
    path      TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    modified  INTEGER NOT NULL,
    sha256    TEXT    CHECK (length(sha256) = 64),
    seen_at   TEXT    NOT NULL,
    PRIMARY KEY (folder_id, path)
) STRICT, WITHOUT ROWID;
";

const SHARES: &str = "
CREATE TABLE shares (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       TEXT NOT NULL,
    target   TEXT NOT NULL CHECK (target <> ''),
    place    TEXT,
    personal TEXT NOT NULL
) STRICT;

CREATE TABLE share_badges (
    share_id INTEGER NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    badge_id INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    PRIMARY KEY (share_id, badge_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX share_badges_of ON share_badges (badge_id);
";

const LEAVES: &str = "
ALTER TABLE import_lines ADD COLUMN digest TEXT CHECK (length(digest) = 64);
";
