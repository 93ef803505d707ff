-- One row: a word of one language that stands out in this period's stories about brand or company
-- ([$since, $until)) against those of the time before ([$start, $since)) in the same language; the
-- strongest first, and how many stories of $days days usually tell it. It is told in at least
-- $fewest stories and at twice its earlier rate, and its strength (Dunning's log-likelihood ratio G²) is beyond chance. Languages with fewer than
-- $fewest_before earlier stories have no word: a new language is no event. Names of subjects and
-- of persons, addresses and handles are left out.
WITH told AS (
    SELECT
        story_id,
        occurred_at >= $since AS is_recent,
        min(occurred_at) AS first_at,
        arg_min(language, mention_id) AS language,
        lower(
            regexp_replace(
                arg_min(concat_ws(' ', title, left(text, 2000)), mention_id),
                '(https?://|www\.)\S+|@\S+', ' ', 'g'
            )
        ) AS text
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE
        occurred_at >= $start AND occurred_at < $until
        AND NOT is_own AND facet IN ('brand', 'company')
    GROUP BY story_id, is_recent
),

total AS (
    SELECT
        language,
        count(*) FILTER (is_recent) AS stories_now,
        count(*) FILTER (NOT is_recent) AS stories_before
    FROM told
    GROUP BY language
),

spoken AS (
    SELECT greatest(1, ceil(date_diff('day', min(first_at), $since::TIMESTAMPTZ) / $days)) AS periods
    FROM told
),

word AS (
    SELECT
        language,
        is_recent,
        unnest(list_distinct(regexp_extract_all(text, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'))) AS term
    FROM told
),

named AS (
    SELECT unnest(regexp_extract_all(lower(name), '\p{L}[\p{L}\p{M}-]{2,}\p{L}')) AS term
    FROM (
        SELECT DISTINCT form AS name FROM subject_match
        UNION
        SELECT name FROM subject
        UNION
        SELECT DISTINCT text FROM entity WHERE label IN ('PER', 'PERSON')
    )
),

counted AS (
    SELECT
        language,
        term,
        count(*) FILTER (is_recent) AS now,
        count(*) FILTER (NOT is_recent) AS before
    FROM word
    ANTI JOIN named USING (term)
    GROUP BY language, term
),

expected AS (
    SELECT
        counted.language,
        counted.term,
        counted.now,
        counted.before,
        total.stories_now,
        total.stories_before,
        (counted.now + counted.before) / (total.stories_now + total.stories_before) AS rate
    FROM counted
    INNER JOIN total USING (language)
    WHERE
        counted.now >= $fewest
        AND total.stories_before >= $fewest_before
        AND counted.now * total.stories_before > 2 * counted.before * total.stories_now
)

SELECT
    language,
    term,
    now,
    before,
    before / spoken.periods AS usual,
    round(
        2 * (
            now * ln(now / (rate * stories_now))
            + if(before = 0, 0, before * ln(greatest(before, 1) / (rate * stories_before)))
        ),
        6
    ) AS strength
FROM expected
CROSS JOIN spoken
-- The chi-squared distribution's 0.999 quantile with one degree of freedom.
WHERE strength >= 10.83
ORDER BY strength DESC, language, term
LIMIT 200;
