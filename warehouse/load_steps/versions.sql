-- The newest sight of each version among what arrives; equal times are told apart by all that the
-- source said, so that the order of files never matters.
CREATE OR REPLACE TEMP TABLE arriving_version AS
SELECT
    * EXCLUDE (
        collected_at, source, stream, is_recheck, is_import, is_again, matches, entities, flags,
        keyphrases, shingles, signature
    ),
    min(collected_at) OVER (PARTITION BY mention_id, version_id) AS first_collected_at,
    collected_at AS last_collected_at,
    hash(
        raw, kind, author_id, author_handle, author_name, language_tag, created_at,
        time_source, edited_at, parent_id, root_id, is_repost, is_quote, is_own, metrics
    ) AS sight
FROM arriving
-- A stored text that was read again says nothing new of its version.
WHERE NOT is_again
QUALIFY row_number() OVER (
    PARTITION BY mention_id, version_id ORDER BY collected_at DESC, sight DESC, enriched_at DESC
) = 1;

-- Kept apart from the MERGE, which would read the raw records of the whole warehouse for it.
CREATE OR REPLACE TEMP TABLE tied AS
SELECT mention_id, version_id, sight
FROM arriving_version SEMI JOIN mention_version USING (mention_id, version_id, last_collected_at);
CREATE OR REPLACE TEMP TABLE outdone AS
SELECT tied.mention_id, tied.version_id
FROM tied
JOIN mention_version AS known USING (mention_id, version_id)
WHERE tied.sight <= hash(
        known.raw, known.kind, known.author_id, known.author_handle, known.author_name,
        known.language_tag, known.created_at, known.time_source, known.edited_at,
        known.parent_id, known.root_id, known.is_repost, known.is_quote, known.is_own,
        known.metrics
    );

MERGE INTO mention_version AS known
USING (
    SELECT *, (mention_id, version_id) IN (FROM outdone) AS is_outdone FROM arriving_version
) AS new
ON known.mention_id = new.mention_id AND known.version_id = new.version_id
WHEN MATCHED AND new.last_collected_at >= known.last_collected_at AND NOT new.is_outdone THEN UPDATE SET
    kind = new.kind,
    author_id = new.author_id,
    author_handle = new.author_handle,
    author_name = new.author_name,
    language_tag = new.language_tag,
    created_at = new.created_at,
    time_source = new.time_source,
    edited_at = new.edited_at,
    first_collected_at = least(known.first_collected_at, new.first_collected_at),
    last_collected_at = new.last_collected_at,
    parent_id = new.parent_id,
    root_id = new.root_id,
    is_repost = new.is_repost,
    is_quote = new.is_quote,
    is_own = new.is_own,
    metrics = new.metrics,
    raw = new.raw
WHEN MATCHED AND new.first_collected_at < known.first_collected_at THEN UPDATE SET
    first_collected_at = new.first_collected_at
WHEN NOT MATCHED THEN INSERT (
    mention_id, version_id, platform, native_id, kind, author_id, author_handle, author_name, title,
    text, url, language_tag, language, language_score, created_at, time_source, edited_at,
    first_collected_at, last_collected_at, parent_id, root_id, is_repost, is_quote, is_own, metrics,
    story_id, text_id, raw, enriched_at, watchlist_version, loaded_at
) VALUES (
    new.mention_id, new.version_id, new.platform, new.native_id, new.kind, new.author_id,
    new.author_handle, new.author_name, new.title, new.text, new.url, new.language_tag, new.language,
    new.language_score, new.created_at, new.time_source, new.edited_at, new.first_collected_at,
    new.last_collected_at, new.parent_id, new.root_id, new.is_repost, new.is_quote, new.is_own,
    new.metrics, new.story_id, new.text_id, new.raw, TIMESTAMPTZ '-infinity', '', $now
);

MERGE INTO sighting AS known
USING (
    SELECT mention_id, source, stream, min(collected_at) AS first_collected_at
    FROM arriving WHERE NOT is_recheck AND NOT is_again GROUP BY ALL
) AS new
ON known.mention_id = new.mention_id AND known.source = new.source AND known.stream = new.stream
WHEN MATCHED AND new.first_collected_at < known.first_collected_at THEN UPDATE SET
    first_collected_at = new.first_collected_at
WHEN NOT MATCHED THEN INSERT VALUES (new.mention_id, new.source, new.stream, new.first_collected_at, $now);
