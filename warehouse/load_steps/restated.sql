-- What stored texts, read again, say otherwise of their earned mentions than they did before.
INSERT INTO restatement BY NAME
WITH reread AS (
    SELECT mention_id, version_id, occurred_at, deciding.watchlist_version
    FROM mention JOIN deciding USING (mention_id, version_id)
    WHERE is_again AND NOT mention.is_own
),
before AS (
    SELECT
        mention_id, subject_id,
        tone_towards(sum(p_negative), sum(p_neutral), sum(p_positive), bool_and(tone = 'uncertain')) AS tone,
        max(watchlist_version) AS watchlist_version
    FROM replaced SEMI JOIN reread USING (mention_id, version_id)
    GROUP BY mention_id, subject_id
),
after AS (
    SELECT
        mention_id, subject_id,
        tone_towards(sum(p_negative), sum(p_neutral), sum(p_positive), bool_and(tone = 'uncertain')) AS tone
    FROM subject_match SEMI JOIN reread USING (mention_id, version_id)
    GROUP BY mention_id, subject_id
)
SELECT
    mention_id,
    subject_id,
    reread.occurred_at,
    CASE WHEN before.tone IS NULL THEN 'added' WHEN after.tone IS NULL THEN 'removed' ELSE 'tone' END AS change,
    before.tone AS tone_before,
    after.tone AS tone_after,
    before.watchlist_version AS watchlist_version_before,
    reread.watchlist_version AS watchlist_version_after,
    $now AS restated_at
FROM before
FULL JOIN after USING (mention_id, subject_id)
JOIN reread USING (mention_id)
SEMI JOIN (FROM subject WHERE facet <> 'employee') AS open_subject USING (subject_id)
WHERE before.tone IS DISTINCT FROM after.tone;
