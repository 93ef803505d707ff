CREATE OR REPLACE MACRO phrases_standing_out(told, fewest, fewest_before) AS TABLE
-- One row: a keyphrase that stands out in recent stories against earlier ones of the same scope and
-- language. *told* names a table of phrases (scope, language, story_id, is_recent, phrase, key). A
-- phrase is told in at least *fewest* recent stories and at twice its earlier rate, and its strength
-- (Dunning's log-likelihood ratio G²) is beyond chance. A scope has none in a language with fewer
-- than *fewest_before* earlier stories. Names of subjects and of persons are left out, and a phrase
-- of which a longer one tells at least three quarters of the stories.
WITH total AS (
    SELECT
        scope,
        language,
        count(DISTINCT story_id) FILTER (is_recent) AS stories_now,
        count(DISTINCT story_id) FILTER (NOT is_recent) AS stories_before
    FROM query_table(told)
    GROUP BY scope, language
),

named AS (
    SELECT DISTINCT lower(name) AS name
    FROM (
        SELECT form AS name FROM subject_match
        UNION
        SELECT name FROM subject
        UNION
        SELECT text FROM entity WHERE label IN ('PER', 'PERSON')
    )
),

counted AS (
    SELECT
        scope,
        language,
        key,
        mode(phrase ORDER BY phrase) AS phrase,
        count(DISTINCT story_id) FILTER (is_recent) AS now,
        count(DISTINCT story_id) FILTER (NOT is_recent) AS before
    FROM query_table(told)
    GROUP BY scope, language, key
),

expected AS (
    SELECT
        counted.*,
        total.stories_now,
        total.stories_before,
        (now + before) / (stories_now + stories_before) AS rate
    FROM counted
    INNER JOIN total USING (scope, language)
    ANTI JOIN named ON named.name = lower(counted.phrase)
    WHERE
        now >= fewest
        AND stories_before >= fewest_before
        AND now * stories_before > 2 * before * stories_now
),

strong AS (
    SELECT
        scope,
        language,
        key,
        phrase,
        now,
        before,
        round(
            2 * (
                now * ln(now / (rate * stories_now))
                + if(before = 0, 0, before * ln(greatest(before, 1) / (rate * stories_before)))
            ),
            6
        ) AS strength
    FROM expected
    -- The chi-squared distribution's 0.999 quantile with one degree of freedom.
    WHERE strength >= 10.83
)

SELECT *
FROM strong
WHERE NOT EXISTS (
    FROM strong AS longer
    WHERE
        longer.scope = strong.scope
        AND longer.language = strong.language
        AND longer.key <> strong.key
        AND contains(' ' || longer.key || ' ', ' ' || strong.key || ' ')
        AND longer.now >= 0.75 * strong.now
);
