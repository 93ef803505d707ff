-- The first tables: what was said, what we decided, and what was covered.

CREATE TABLE firm (
    time_zone VARCHAR NOT NULL
);
COMMENT ON TABLE firm IS 'The only row: what holds for the whole firm.';
COMMENT ON COLUMN firm.time_zone IS 'Where its days and weeks begin, such as Europe/Brussels; views by day and week use it.';
INSERT INTO firm VALUES ('UTC');

CREATE TABLE subject (
    subject_id        VARCHAR NOT NULL,
    name              VARCHAR NOT NULL,
    facet             VARCHAR NOT NULL,
    relation          VARCHAR,
    sector            VARCHAR,
    unit              VARCHAR,
    is_active         BOOLEAN NOT NULL,
    watchlist_version VARCHAR NOT NULL
);
COMMENT ON TABLE subject IS 'One row: a subject of the watchlist, as last loaded.';
COMMENT ON COLUMN subject.subject_id IS 'The stable slug from watchlist.toml.';
COMMENT ON COLUMN subject.name IS 'The name that reports show.';
COMMENT ON COLUMN subject.facet IS 'brand, company, employee or organisation. Employees are absent from snapshots.';
COMMENT ON COLUMN subject.relation IS 'Organisations only: customer, supplier, prospect or competitor.';
COMMENT ON COLUMN subject.sector IS 'Optional sector, as configured.';
COMMENT ON COLUMN subject.unit IS 'Employees only: the unit for aggregates.';
COMMENT ON COLUMN subject.is_active IS 'Whether the current watchlist holds the subject (and, for employees, a standing consent).';
COMMENT ON COLUMN subject.watchlist_version IS 'Version of the watchlist that last held the subject.';

CREATE TABLE mention (
    mention_id         VARCHAR NOT NULL,
    platform           VARCHAR NOT NULL,
    native_id          VARCHAR NOT NULL,
    kind               VARCHAR NOT NULL,
    author_id          VARCHAR,
    author_handle      VARCHAR,
    author_name        VARCHAR,
    title              VARCHAR,
    text               VARCHAR NOT NULL,
    url                VARCHAR,
    language_tag       VARCHAR,
    language           VARCHAR NOT NULL,
    language_score     DOUBLE,
    created_at         TIMESTAMPTZ,
    time_source        VARCHAR NOT NULL,
    edited_at          TIMESTAMPTZ,
    occurred_at        TIMESTAMPTZ NOT NULL,
    first_collected_at TIMESTAMPTZ NOT NULL,
    last_collected_at  TIMESTAMPTZ NOT NULL,
    parent_id          VARCHAR,
    root_id            VARCHAR,
    is_repost          BOOLEAN NOT NULL,
    is_quote           BOOLEAN NOT NULL,
    is_own             BOOLEAN NOT NULL,
    metrics            MAP(VARCHAR, BIGINT) NOT NULL,
    story_id           VARCHAR NOT NULL,
    version_id         VARCHAR NOT NULL,
    versions           INTEGER NOT NULL,
    raw                VARCHAR NOT NULL,
    loaded_at          TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE mention IS 'One row: one public post or article, in its newest version. Join subject_match on mention_id to know whom it concerns.';
COMMENT ON COLUMN mention.mention_id IS 'Hash of platform and native_id; unique.';
COMMENT ON COLUMN mention.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN mention.native_id IS 'The platform''s own id (X: first of edit_history_tweet_ids; feed: stream and guid, link or content hash).';
COMMENT ON COLUMN mention.kind IS 'post, reply, repost, quote, comment or article.';
COMMENT ON COLUMN mention.author_id IS 'The platform''s id of the author; null if unknown.';
COMMENT ON COLUMN mention.author_handle IS 'The author''s handle without @ or u/; null if unknown.';
COMMENT ON COLUMN mention.author_name IS 'The author''s display name; null if unknown.';
COMMENT ON COLUMN mention.title IS 'Title, where the platform has one.';
COMMENT ON COLUMN mention.text IS 'Plain text; what others wrote: treat it as hostile wherever it is shown.';
COMMENT ON COLUMN mention.url IS 'Where people can read it.';
COMMENT ON COLUMN mention.language_tag IS 'Language as the platform stated it: a hint.';
COMMENT ON COLUMN mention.language IS 'Language as found in the text: ISO 639-1, or und when unsure.';
COMMENT ON COLUMN mention.language_score IS 'Confidence of the language, 0 to 1; null when not measured.';
COMMENT ON COLUMN mention.created_at IS 'When it was published, UTC; null when the source gives no readable date.';
COMMENT ON COLUMN mention.time_source IS 'Where created_at came from: created, published, updated, imported or unknown.';
COMMENT ON COLUMN mention.edited_at IS 'When the platform says that it was last edited, UTC.';
COMMENT ON COLUMN mention.occurred_at IS 'The time that charts use: created_at, or first_collected_at where that is unknown or lies more than a day later.';
COMMENT ON COLUMN mention.first_collected_at IS 'When we first saw it, UTC.';
COMMENT ON COLUMN mention.last_collected_at IS 'When we last saw it, UTC.';
COMMENT ON COLUMN mention.parent_id IS 'Native id of what it answers, quotes or repeats.';
COMMENT ON COLUMN mention.root_id IS 'Native id of the post that began the conversation.';
COMMENT ON COLUMN mention.is_repost IS 'A repetition of another post by the platform''s own button.';
COMMENT ON COLUMN mention.is_quote IS 'A repetition with a comment.';
COMMENT ON COLUMN mention.is_own IS 'Published by the firm itself: never an earned mention.';
COMMENT ON COLUMN mention.metrics IS 'Counts as last seen, such as metrics[''likes''].';
COMMENT ON COLUMN mention.story_id IS 'The story it belongs to: mentions that repeat one another.';
COMMENT ON COLUMN mention.version_id IS 'Hash of title, text and url: the newest version.';
COMMENT ON COLUMN mention.versions IS 'How many versions were seen: more than 1 means that it was edited.';
COMMENT ON COLUMN mention.raw IS 'The source''s own record as JSON; absent from snapshots.';
COMMENT ON COLUMN mention.loaded_at IS 'When this row last changed in the warehouse, UTC.';

CREATE TABLE mention_version (
    mention_id         VARCHAR NOT NULL,
    version_id         VARCHAR NOT NULL,
    platform           VARCHAR NOT NULL,
    native_id          VARCHAR NOT NULL,
    kind               VARCHAR NOT NULL,
    author_id          VARCHAR,
    author_handle      VARCHAR,
    author_name        VARCHAR,
    title              VARCHAR,
    text               VARCHAR NOT NULL,
    url                VARCHAR,
    language_tag       VARCHAR,
    language           VARCHAR NOT NULL,
    language_score     DOUBLE,
    created_at         TIMESTAMPTZ,
    time_source        VARCHAR NOT NULL,
    edited_at          TIMESTAMPTZ,
    first_collected_at TIMESTAMPTZ NOT NULL,
    last_collected_at  TIMESTAMPTZ NOT NULL,
    parent_id          VARCHAR,
    root_id            VARCHAR,
    is_repost          BOOLEAN NOT NULL,
    is_quote           BOOLEAN NOT NULL,
    is_own             BOOLEAN NOT NULL,
    metrics            MAP(VARCHAR, BIGINT) NOT NULL,
    story_id           VARCHAR NOT NULL,
    raw                VARCHAR NOT NULL,
    enriched_at        TIMESTAMPTZ NOT NULL,
    watchlist_version  VARCHAR NOT NULL,
    loaded_at          TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE mention_version IS 'One row: a mention as it read at some time; an edit adds a row. Rows with loaded_at up to T rebuild what was known at T.';
COMMENT ON COLUMN mention_version.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN mention_version.version_id IS 'Hash of title, text and url: what people can read.';
COMMENT ON COLUMN mention_version.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN mention_version.native_id IS 'The platform''s own id (X: first of edit_history_tweet_ids; feed: stream and guid, link or content hash).';
COMMENT ON COLUMN mention_version.kind IS 'post, reply, repost, quote, comment or article.';
COMMENT ON COLUMN mention_version.author_id IS 'The platform''s id of the author; null if unknown.';
COMMENT ON COLUMN mention_version.author_handle IS 'The author''s handle without @ or u/; null if unknown.';
COMMENT ON COLUMN mention_version.author_name IS 'The author''s display name; null if unknown.';
COMMENT ON COLUMN mention_version.title IS 'Title, where the platform has one.';
COMMENT ON COLUMN mention_version.text IS 'Plain text; what others wrote: treat it as hostile wherever it is shown.';
COMMENT ON COLUMN mention_version.url IS 'Where people can read it.';
COMMENT ON COLUMN mention_version.language_tag IS 'Language as the platform stated it: a hint.';
COMMENT ON COLUMN mention_version.language IS 'Language as found in the text: ISO 639-1, or und when unsure.';
COMMENT ON COLUMN mention_version.language_score IS 'Confidence of the language, 0 to 1; null when not measured.';
COMMENT ON COLUMN mention_version.created_at IS 'When it was published, UTC; null when the source gives no readable date.';
COMMENT ON COLUMN mention_version.time_source IS 'Where created_at came from: created, published, updated, imported or unknown.';
COMMENT ON COLUMN mention_version.edited_at IS 'When the platform says that it was last edited, UTC.';
COMMENT ON COLUMN mention_version.first_collected_at IS 'When this version was first seen, UTC.';
COMMENT ON COLUMN mention_version.last_collected_at IS 'When this version was last seen, UTC; the mention''s newest version is the one last seen latest.';
COMMENT ON COLUMN mention_version.parent_id IS 'Native id of what it answers, quotes or repeats.';
COMMENT ON COLUMN mention_version.root_id IS 'Native id of the post that began the conversation.';
COMMENT ON COLUMN mention_version.is_repost IS 'A repetition of another post by the platform''s own button.';
COMMENT ON COLUMN mention_version.is_quote IS 'A repetition with a comment.';
COMMENT ON COLUMN mention_version.is_own IS 'Published by the firm itself: never an earned mention.';
COMMENT ON COLUMN mention_version.metrics IS 'Counts when this version was last seen.';
COMMENT ON COLUMN mention_version.story_id IS 'The story it belongs to: mentions that repeat one another.';
COMMENT ON COLUMN mention_version.raw IS 'The source''s own record as JSON; absent from snapshots.';
COMMENT ON COLUMN mention_version.enriched_at IS 'When the newest enrichment of this version was made, UTC.';
COMMENT ON COLUMN mention_version.watchlist_version IS 'Version of the watchlist that it used.';
COMMENT ON COLUMN mention_version.loaded_at IS 'When this version came into the warehouse, UTC.';

CREATE TABLE subject_match (
    mention_id        VARCHAR NOT NULL,
    version_id        VARCHAR NOT NULL,
    subject_id        VARCHAR NOT NULL,
    field             VARCHAR NOT NULL,
    form              VARCHAR NOT NULL,
    start_char        INTEGER NOT NULL,
    end_char          INTEGER NOT NULL,
    rule              VARCHAR NOT NULL,
    tone              VARCHAR NOT NULL,
    p_negative        DOUBLE NOT NULL,
    p_neutral         DOUBLE NOT NULL,
    p_positive        DOUBLE NOT NULL,
    tone_model        VARCHAR NOT NULL,
    watchlist_version VARCHAR NOT NULL,
    enriched_at       TIMESTAMPTZ NOT NULL,
    loaded_at         TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE subject_match IS 'One row: one place where a mention''s version names a subject. Count distinct mention_id, not rows.';
COMMENT ON COLUMN subject_match.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN subject_match.version_id IS 'The version that names the subject; join it with mention.version_id for the present one.';
COMMENT ON COLUMN subject_match.subject_id IS 'The subject named; see the table subject.';
COMMENT ON COLUMN subject_match.field IS 'Where: title, text or url.';
COMMENT ON COLUMN subject_match.form IS 'The characters found, as written.';
COMMENT ON COLUMN subject_match.start_char IS 'First character of the form in the field, from 0.';
COMMENT ON COLUMN subject_match.end_char IS 'Character after the form''s last one.';
COMMENT ON COLUMN subject_match.rule IS 'Why it counts: term, hashtag, handle, domain, …';
COMMENT ON COLUMN subject_match.tone IS 'Tone towards the subject: negative, neutral, positive, or uncertain.';
COMMENT ON COLUMN subject_match.p_negative IS 'Probability of a negative tone; the three sum to 1.';
COMMENT ON COLUMN subject_match.p_neutral IS 'Probability of a neutral tone.';
COMMENT ON COLUMN subject_match.p_positive IS 'Probability of a positive tone.';
COMMENT ON COLUMN subject_match.tone_model IS 'Name and version of the model that judged the tone.';
COMMENT ON COLUMN subject_match.watchlist_version IS 'Version of the watchlist that found it.';
COMMENT ON COLUMN subject_match.enriched_at IS 'When it was found, UTC.';
COMMENT ON COLUMN subject_match.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE entity (
    mention_id VARCHAR NOT NULL,
    version_id VARCHAR NOT NULL,
    field      VARCHAR NOT NULL,
    text       VARCHAR NOT NULL,
    label      VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char   INTEGER NOT NULL,
    pipeline   VARCHAR NOT NULL,
    loaded_at  TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE entity IS 'One row: a name in a matched mention, as a spaCy pipeline found it (ORG, LOC, PRODUCT, …; persons only where they are public figures of the text, never employees).';
COMMENT ON COLUMN entity.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN entity.version_id IS 'The version in which it was found.';
COMMENT ON COLUMN entity.field IS 'Where: title or text.';
COMMENT ON COLUMN entity.text IS 'The name, as written.';
COMMENT ON COLUMN entity.label IS 'What it names, in the pipeline''s words: ORG, LOC, PRODUCT, …';
COMMENT ON COLUMN entity.start_char IS 'First character of the name in the field, from 0.';
COMMENT ON COLUMN entity.end_char IS 'Character after the name''s last one.';
COMMENT ON COLUMN entity.pipeline IS 'Name and version of the spaCy pipeline that found it.';
COMMENT ON COLUMN entity.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE source (
    name      VARCHAR NOT NULL,
    platform  VARCHAR NOT NULL,
    every_s   BIGINT NOT NULL,
    is_active BOOLEAN NOT NULL,
    why_off   VARCHAR
);
COMMENT ON TABLE source IS 'One row: a configured place to collect from, as last loaded.';
COMMENT ON COLUMN source.name IS 'Unique name from sources.toml.';
COMMENT ON COLUMN source.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN source.every_s IS 'How often it is asked, in seconds.';
COMMENT ON COLUMN source.is_active IS 'Whether it is asked at all.';
COMMENT ON COLUMN source.why_off IS 'Why it is not asked, such as a missing credential; null while it is.';

CREATE TABLE stream (
    source VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    reach  VARCHAR NOT NULL,
    asks   VARCHAR NOT NULL
);
COMMENT ON TABLE stream IS 'One row: what is fetched separately within an active source: one URL, one subreddit, one query.';
COMMENT ON COLUMN stream.source IS 'Name of the source.';
COMMENT ON COLUMN stream.stream IS 'Stable name within the source; a new query is a new stream.';
COMMENT ON COLUMN stream.reach IS 'window: asked for by time; listing: newest first; feed: the newest few.';
COMMENT ON COLUMN stream.asks IS 'What is asked, as JSON: the query, the account, the URL.';

CREATE TABLE sighting (
    mention_id         VARCHAR NOT NULL,
    source             VARCHAR NOT NULL,
    stream             VARCHAR NOT NULL,
    first_collected_at TIMESTAMPTZ NOT NULL,
    loaded_at          TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sighting IS 'One row: a mention was seen in a stream; the same mention may come from several.';
COMMENT ON COLUMN sighting.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN sighting.source IS 'Name of the source.';
COMMENT ON COLUMN sighting.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN sighting.first_collected_at IS 'When it was first seen in this stream, UTC.';
COMMENT ON COLUMN sighting.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE story (
    story_id         VARCHAR NOT NULL,
    mentions         INTEGER NOT NULL,
    authors          INTEGER NOT NULL,
    first_mention_id VARCHAR NOT NULL,
    first_at         TIMESTAMPTZ NOT NULL,
    last_at          TIMESTAMPTZ NOT NULL,
    loaded_at        TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE story IS 'One row: mentions that repeat one another (for now: the same text up to case, links and spacing).';
COMMENT ON COLUMN story.story_id IS 'Name of the story.';
COMMENT ON COLUMN story.mentions IS 'Mentions in the story, own posts included.';
COMMENT ON COLUMN story.authors IS 'Distinct authors; an unknown author counts as one for each mention.';
COMMENT ON COLUMN story.first_mention_id IS 'The first publisher: earliest occurred_at, then smallest id.';
COMMENT ON COLUMN story.first_at IS 'Earliest occurred_at of its mentions, UTC.';
COMMENT ON COLUMN story.last_at IS 'Latest occurred_at of its mentions, UTC.';
COMMENT ON COLUMN story.loaded_at IS 'When this row was last recomputed, UTC.';

CREATE TABLE coverage (
    source    VARCHAR NOT NULL,
    stream    VARCHAR NOT NULL,
    since     TIMESTAMPTZ NOT NULL,
    until     TIMESTAMPTZ NOT NULL,
    reason    VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE coverage IS 'One row: a stretch of time [since, until) of a stream that was answered (answered, imported) or may hold a gap (possible_gap). Rows of one load overlap: read the view covered.';
COMMENT ON COLUMN coverage.source IS 'Name of the source.';
COMMENT ON COLUMN coverage.stream IS 'What is fetched separately within the source; import: holds for all of them.';
COMMENT ON COLUMN coverage.since IS 'Start, UTC.';
COMMENT ON COLUMN coverage.until IS 'End, exclusive, UTC.';
COMMENT ON COLUMN coverage.reason IS 'answered, imported or possible_gap.';
COMMENT ON COLUMN coverage.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE attempt (
    job_id       VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    platform     VARCHAR NOT NULL,
    stream       VARCHAR NOT NULL,
    since        TIMESTAMPTZ,
    until        TIMESTAMPTZ,
    collected_at TIMESTAMPTZ NOT NULL,
    outcome      VARCHAR NOT NULL,
    message      VARCHAR,
    retry_at     TIMESTAMPTZ,
    requests     INTEGER NOT NULL,
    items_seen   INTEGER NOT NULL,
    unreadable   INTEGER NOT NULL,
    loaded_at    TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE attempt IS 'One row: one fetch of one stream, and how it ended.';
COMMENT ON COLUMN attempt.job_id IS 'The job: the same for the same stream, window and plan time.';
COMMENT ON COLUMN attempt.kind IS 'collect, import or again.';
COMMENT ON COLUMN attempt.source IS 'Name of the source.';
COMMENT ON COLUMN attempt.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN attempt.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN attempt.since IS 'Start of what was asked for, UTC; null: as far back as the platform gives.';
COMMENT ON COLUMN attempt.until IS 'End of what was asked for, exclusive, UTC.';
COMMENT ON COLUMN attempt.collected_at IS 'When the fetch ended, UTC.';
COMMENT ON COLUMN attempt.outcome IS 'answered, or why it ended early: rate_limited, auth_failed, timeout, page_cap, …';
COMMENT ON COLUMN attempt.message IS 'What the source said.';
COMMENT ON COLUMN attempt.retry_at IS 'When the platform answers again, if it said so, UTC.';
COMMENT ON COLUMN attempt.requests IS 'Requests made.';
COMMENT ON COLUMN attempt.items_seen IS 'Items in the answers, known ones and unreadable ones included.';
COMMENT ON COLUMN attempt.unreadable IS 'Items that could not be read.';
COMMENT ON COLUMN attempt.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE unreadable (
    job_id    VARCHAR NOT NULL,
    source    VARCHAR NOT NULL,
    stream    VARCHAR NOT NULL,
    error     VARCHAR NOT NULL,
    raw       VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE unreadable IS 'One row: an item that could not be read, kept as it came. Absent from snapshots.';
COMMENT ON COLUMN unreadable.job_id IS 'The job that brought it.';
COMMENT ON COLUMN unreadable.source IS 'Name of the source.';
COMMENT ON COLUMN unreadable.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN unreadable.error IS 'Why it could not be read.';
COMMENT ON COLUMN unreadable.raw IS 'The item as it came.';
COMMENT ON COLUMN unreadable.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE stream_state (
    source       VARCHAR NOT NULL,
    stream       VARCHAR NOT NULL,
    validators   VARCHAR NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE stream_state IS 'One row: what the newest answer of a stream left for the next request (etag, last_modified, …), as JSON.';
COMMENT ON COLUMN stream_state.source IS 'Name of the source.';
COMMENT ON COLUMN stream_state.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN stream_state.validators IS 'What the next request sends along, as JSON.';
COMMENT ON COLUMN stream_state.collected_at IS 'When the answer came that left them, UTC.';

CREATE TABLE tombstone (
    key_hash  VARCHAR NOT NULL,
    reason    VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE tombstone IS 'One row: a mention that must never return, as a keyed hash of its identity. Absent from snapshots.';
COMMENT ON COLUMN tombstone.key_hash IS 'HMAC-SHA-256 of the mention_id; the key stands outside the data directory.';
COMMENT ON COLUMN tombstone.reason IS 'Why it was deleted.';
COMMENT ON COLUMN tombstone.loaded_at IS 'When it was deleted, UTC.';

CREATE TABLE tombstone_key (
    fingerprint VARCHAR NOT NULL
);
COMMENT ON TABLE tombstone_key IS 'At most one row: by which key the tombstones were made, so that another one is noticed. Absent from snapshots.';
COMMENT ON COLUMN tombstone_key.fingerprint IS 'A keyed hash of a fixed sentence; it does not tell the key.';

CREATE TABLE loaded_file (
    name      VARCHAR NOT NULL,
    digest    VARCHAR NOT NULL,
    kind      VARCHAR NOT NULL,
    rows      BIGINT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE loaded_file IS 'One row: an enriched file that was loaded, with the SHA-256 of its bytes.';
COMMENT ON COLUMN loaded_file.name IS 'Name of the file.';
COMMENT ON COLUMN loaded_file.digest IS 'SHA-256 of its bytes: the same bytes are never loaded twice.';
COMMENT ON COLUMN loaded_file.kind IS 'collect, import or again.';
COMMENT ON COLUMN loaded_file.rows IS 'Rows in the file, known ones included.';
COMMENT ON COLUMN loaded_file.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE hourly_volume (
    hour       TIMESTAMPTZ NOT NULL,
    subject_id VARCHAR NOT NULL,
    platform   VARCHAR NOT NULL,
    language   VARCHAR NOT NULL,
    mentions   INTEGER NOT NULL,
    own        INTEGER NOT NULL,
    stories    INTEGER NOT NULL,
    authors    INTEGER NOT NULL,
    negative   INTEGER NOT NULL,
    neutral    INTEGER NOT NULL,
    positive   INTEGER NOT NULL,
    uncertain  INTEGER NOT NULL
);
COMMENT ON TABLE hourly_volume IS 'One row: a subject in one hour (UTC, by occurred_at) on one platform in one language; recomputed whenever a mention of that hour changes. Employees are absent from snapshots.';
COMMENT ON COLUMN hourly_volume.hour IS 'Start of the hour, UTC.';
COMMENT ON COLUMN hourly_volume.subject_id IS 'The subject; see the table subject.';
COMMENT ON COLUMN hourly_volume.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN hourly_volume.language IS 'Language as found in the text: ISO 639-1, or und when unsure.';
COMMENT ON COLUMN hourly_volume.mentions IS 'Earned mentions: distinct, the firm''s own posts left out.';
COMMENT ON COLUMN hourly_volume.own IS 'The firm''s own posts, counted apart.';
COMMENT ON COLUMN hourly_volume.stories IS 'Distinct stories among the earned mentions of this row; do not add over rows.';
COMMENT ON COLUMN hourly_volume.authors IS 'Distinct known authors among the earned mentions of this row; do not add over rows.';
COMMENT ON COLUMN hourly_volume.negative IS 'Earned mentions with a negative tone towards the subject.';
COMMENT ON COLUMN hourly_volume.neutral IS 'Earned mentions with a neutral tone towards the subject.';
COMMENT ON COLUMN hourly_volume.positive IS 'Earned mentions with a positive tone towards the subject.';
COMMENT ON COLUMN hourly_volume.uncertain IS 'Earned mentions whose tone towards the subject is uncertain.';
