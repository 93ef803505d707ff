-- One row: a facet (brand, company, or both together as 'own') in one local day, week or month ($unit).
-- Mentions, stories and authors are distinct and earned; tones count each story once. judged_by counts
-- the positive and negative stories by the model that judged them.
WITH heard AS (
    SELECT
        date_trunc($unit, occurred_at AT TIME ZONE $zone)::DATE AS period_start,
        unnest([facet, 'own']) AS facet,
        mention_id,
        story_id,
        coalesce(author, mention_id) AS author,
        tone,
        tone_model,
        p_negative,
        p_neutral,
        p_positive
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $since AND occurred_at < $until
        AND NOT is_own AND NOT is_flood AND facet IN ('brand', 'company')
),

counted AS (
    SELECT
        period_start,
        facet,
        count(DISTINCT mention_id) AS mentions,
        count(DISTINCT author) AS authors
    FROM heard
    GROUP BY period_start, facet
),

judged AS (
    SELECT
        period_start,
        facet,
        story_id,
        bool_and(tone = 'uncertain') AS is_uncertain,
        min(tone_model) AS tone_model,
        avg(p_negative) AS negative,
        avg(p_neutral) AS neutral,
        avg(p_positive) AS positive
    FROM heard
    GROUP BY period_start, facet, story_id
),

toned AS (
    SELECT
        period_start,
        facet,
        count(*) AS stories,
        count(*) FILTER (is_uncertain) AS uncertain,
        count(*) FILTER (
            NOT is_uncertain AND negative > neutral AND negative >= positive
        ) AS negative,
        count(*) FILTER (
            NOT is_uncertain AND positive > neutral AND positive > negative
        ) AS positive,
        histogram(tone_model) FILTER (
            NOT is_uncertain AND greatest(negative, positive) > neutral
        ) AS judged_by
    FROM judged
    GROUP BY period_start, facet
)

SELECT
    period_start,
    facet,
    mentions,
    stories,
    authors,
    negative,
    stories - negative - positive - uncertain AS neutral,
    positive,
    uncertain,
    judged_by
FROM counted
INNER JOIN toned USING (period_start, facet)
ORDER BY period_start, facet;
