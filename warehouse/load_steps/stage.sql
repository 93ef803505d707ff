-- One row: a mention's version as one arriving file saw it.
CREATE OR REPLACE TEMP TABLE arriving AS
SELECT
    rows.* EXCLUDE (filename), file.source, file.stream, file.enriched_at, file.watchlist_version,
    file.kind = 'recheck' AS is_recheck
FROM read_parquet($paths, filename = true) AS rows
JOIN arriving_file AS file ON file.path = rows.filename;

-- A post that was looked up again brings nothing where it is no longer stored; nor, so that its time
-- does not begin anew, where it concerns nobody, reads as before and kept its author.
DELETE FROM arriving
WHERE is_recheck
    AND mention_id NOT IN (SELECT mention_id FROM mention)
    AND mention_id NOT IN (SELECT mention_id FROM arriving WHERE NOT is_recheck);
DELETE FROM arriving
WHERE is_recheck
    AND len(matches) = 0
    AND (
        coalesce(author_id, author_handle, author_name) IS NOT NULL
        OR mention_id NOT IN (
            SELECT mention_id FROM mention
            WHERE coalesce(author_id, author_handle, author_name) IS NOT NULL
        )
    )
    AND (mention_id, version_id) IN (SELECT (mention_id, version_id) FROM mention)
    AND mention_id NOT IN (SELECT mention_id FROM subject_match);

-- One row: a mention whose figures this load may change, and in which hours.
CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT mention_id FROM arriving;
CREATE OR REPLACE TEMP TABLE touched_hour AS
SELECT DISTINCT date_trunc('hour', occurred_at) AS hour
FROM mention SEMI JOIN touched USING (mention_id);
CREATE OR REPLACE TEMP TABLE touched_story AS
SELECT DISTINCT story_id FROM mention SEMI JOIN touched USING (mention_id);
