CREATE OR REPLACE MACRO themes(begins, ends, starts := NULL, fewest := 4, fewest_before := 30) AS TABLE
-- One row: a phrase that stands out in what is said about a subject from *begins* to *ends* (half
-- open) against the time before, from *starts* on (by default eight weeks before *begins*): how many
-- stories tell it now, how many told it before, how many are usual in a time of that length, how
-- strongly it stands out (G²), and whether it is new: told in no earlier story. The firm's own posts
-- and floods are left out. FROM themes(TIMESTAMPTZ '2026-11-16', TIMESTAMPTZ '2026-11-23')
WITH period AS (
    SELECT
        begins::TIMESTAMPTZ AS begins_at,
        ends::TIMESTAMPTZ AS ends_at,
        coalesce(starts::TIMESTAMPTZ, begins::TIMESTAMPTZ - INTERVAL 8 WEEK) AS starts_at
),

flooded AS (SELECT story_id FROM story WHERE is_flood),

told AS (
    SELECT
        keyphrase.subject_id AS scope,
        keyphrase.language,
        mention.story_id,
        mention.occurred_at >= period.begins_at AS is_recent,
        keyphrase.phrase,
        keyphrase.key
    FROM keyphrase
    INNER JOIN mention USING (mention_id, version_id)
    CROSS JOIN period
    ANTI JOIN flooded ON flooded.story_id = mention.story_id
    WHERE occurred_at >= starts_at AND occurred_at < ends_at AND NOT is_own
),

spoken AS (
    SELECT
        greatest(
            1, epoch(begins_at - greatest(starts_at, coalesce((SELECT min(occurred_at) FROM mention), begins_at)))
            / epoch(ends_at - begins_at)
        ) AS periods
    FROM period
)

SELECT
    scope AS subject_id,
    language,
    phrase,
    key,
    now AS stories_now,
    before AS stories_before,
    before / periods AS usual,
    strength,
    before = 0 AS is_new
FROM phrases_standing_out('told', fewest, fewest_before)
CROSS JOIN spoken
ORDER BY strength DESC, subject_id, language, key;
