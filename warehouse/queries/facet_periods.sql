-- One row: a facet (brand, company, or both together as 'own') in one local day, week or month ($unit).
-- Mentions, stories and authors are distinct and earned; tones count each story once. judged_by counts
-- the positive and negative stories by the model that judged most of their mentions. The columns first_…
-- say the same as the enrichment found it, before a better model judged what matters once more.
WITH first_found AS (
    SELECT
        mention_id,
        subject_id,
        bool_and(coalesce(former.tone, present.tone) = 'uncertain') AS is_uncertain,
        min(coalesce(former.tone_model, present.tone_model)) AS tone_model,
        avg(coalesce(former.p_negative, present.p_negative)) AS p_negative,
        avg(coalesce(former.p_neutral, present.p_neutral)) AS p_neutral,
        avg(coalesce(former.p_positive, present.p_positive)) AS p_positive
    FROM mention
    INNER JOIN subject_match AS present USING (mention_id, version_id)
    SEMI JOIN first_reading AS judged_again USING (mention_id, version_id, subject_id)
    LEFT JOIN first_reading AS former
        USING (mention_id, version_id, subject_id, field, start_char, end_char)
    WHERE mention.occurred_at >= $since AND mention.occurred_at < $until
    GROUP BY mention_id, subject_id
),

heard AS (
    SELECT
        date_trunc($unit, occurred_at AT TIME ZONE $zone)::DATE AS period_start,
        unnest([facet, 'own']) AS facet,
        mention_id,
        story_id,
        coalesce(author, mention_id) AS author,
        tone = 'uncertain' AS is_uncertain,
        heard_of.tone_model,
        heard_of.p_negative,
        heard_of.p_neutral,
        heard_of.p_positive,
        coalesce(first_found.is_uncertain, tone = 'uncertain') AS first_is_uncertain,
        coalesce(first_found.tone_model, heard_of.tone_model) AS first_tone_model,
        coalesce(first_found.p_negative, heard_of.p_negative) AS first_p_negative,
        coalesce(first_found.p_neutral, heard_of.p_neutral) AS first_p_neutral,
        coalesce(first_found.p_positive, heard_of.p_positive) AS first_p_positive
    FROM mention_subject AS heard_of
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    LEFT JOIN first_found USING (mention_id, subject_id)
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
        commonest(histogram(tone_model)) AS tone_model,
        tone_towards(
            avg(p_negative), avg(p_neutral), avg(p_positive), bool_and(is_uncertain)
        ) AS tone,
        commonest(histogram(first_tone_model)) AS first_tone_model,
        tone_towards(
            avg(first_p_negative), avg(first_p_neutral), avg(first_p_positive),
            bool_and(first_is_uncertain)
        ) AS first_tone
    FROM heard
    GROUP BY period_start, facet, story_id
),

toned AS (
    SELECT
        period_start,
        facet,
        count(*) AS stories,
        count(*) FILTER (tone = 'uncertain') AS uncertain,
        count(*) FILTER (tone = 'negative') AS negative,
        count(*) FILTER (tone = 'positive') AS positive,
        histogram(tone_model) FILTER (tone IN ('negative', 'positive')) AS judged_by,
        count(*) FILTER (first_tone = 'uncertain') AS first_uncertain,
        count(*) FILTER (first_tone = 'negative') AS first_negative,
        count(*) FILTER (first_tone = 'positive') AS first_positive,
        histogram(first_tone_model) FILTER (
            first_tone IN ('negative', 'positive')
        ) AS first_judged_by
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
    judged_by,
    first_negative,
    stories - first_negative - first_positive - first_uncertain AS first_neutral,
    first_positive,
    first_uncertain,
    first_judged_by
FROM counted
INNER JOIN toned USING (period_start, facet)
ORDER BY period_start, facet;
