-- One row: a mention's version as one arriving file saw it.
CREATE OR REPLACE TEMP TABLE arriving AS
SELECT
    rows.* EXCLUDE (filename), file.source, file.stream, file.enriched_at, file.watchlist_version,
    file.kind = 'recheck' AS is_recheck, file.kind = 'import' AS is_import,
    file.kind = 'again' AS is_again
FROM read_parquet($paths, filename = true) AS rows
JOIN arriving_file AS file ON file.path = rows.filename;

-- One row: a mention whose figures this load may change, and in which hours.
CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT mention_id FROM arriving;
CREATE OR REPLACE TEMP TABLE touched_hour AS
SELECT DISTINCT date_trunc('hour', occurred_at) AS hour
FROM mention SEMI JOIN touched USING (mention_id);
CREATE OR REPLACE TEMP TABLE touched_story AS
SELECT DISTINCT story_id FROM mention SEMI JOIN touched USING (mention_id);
