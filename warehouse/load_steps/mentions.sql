-- A mention is its newest version: the one last seen latest.
CREATE OR REPLACE TEMP TABLE newest AS
SELECT
    *,
    min(first_collected_at) OVER mention AS mention_first_collected_at,
    max(last_collected_at) OVER mention AS mention_last_collected_at,
    count(*) OVER mention AS versions
FROM mention_version SEMI JOIN touched USING (mention_id)
WINDOW mention AS (PARTITION BY mention_id)
QUALIFY row_number() OVER (
    PARTITION BY mention_id ORDER BY last_collected_at DESC, first_collected_at DESC, version_id DESC
) = 1;

DELETE FROM mention USING touched WHERE mention.mention_id = touched.mention_id;

INSERT INTO mention (
    mention_id, platform, native_id, kind, author_id, author_handle, author_name, title, text, url,
    language_tag, language, language_score, created_at, time_source, edited_at, occurred_at,
    first_collected_at, last_collected_at, parent_id, root_id, is_repost, is_quote, is_own, metrics,
    story_id, text_id, version_id, versions, raw, loaded_at
)
SELECT
    mention_id, platform, native_id, kind, author_id, author_handle, author_name, title, text, url,
    language_tag, language, language_score, created_at, time_source, edited_at,
    occurred_at,
    mention_first_collected_at, mention_last_collected_at, parent_id, root_id, is_repost, is_quote,
    is_own, metrics, text_in_week, text_in_week, version_id, versions, raw, $now
FROM (
    SELECT *, md5(coalesce(text_id, story_id) || ' ' || floor(epoch(occurred_at) / 604800)::INTEGER) AS text_in_week
    FROM (
        SELECT
            *,
            CASE
                WHEN created_at <= mention_first_collected_at + INTERVAL 1 DAY THEN created_at
                ELSE mention_first_collected_at
            END AS occurred_at
        FROM newest
    )
)
ORDER BY mention_first_collected_at, mention_id;

INSERT INTO touched_hour
SELECT DISTINCT date_trunc('hour', occurred_at) FROM mention SEMI JOIN touched USING (mention_id);
INSERT INTO touched_story
SELECT DISTINCT story_id FROM mention SEMI JOIN touched USING (mention_id);
