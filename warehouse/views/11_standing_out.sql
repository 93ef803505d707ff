CREATE OR REPLACE MACRO standing_out(told, fewest, fewest_before) AS TABLE
-- One row: a word of one language that stands out in recent stories against earlier ones in the
-- same language. *told* names a table of stories (language, is_recent, text in lower case). A word
-- is told in at least *fewest* recent stories and at twice its earlier rate, and its strength
-- (Dunning's log-likelihood ratio G²) is beyond chance. Languages with fewer than *fewest_before*
-- earlier stories have no word: a new language is no event. Names of subjects and of persons are
-- left out.
WITH total AS (
    SELECT
        language,
        count(*) FILTER (is_recent) AS stories_now,
        count(*) FILTER (NOT is_recent) AS stories_before
    FROM query_table(told)
    GROUP BY language
),

word AS (
    SELECT
        language,
        is_recent,
        unnest(list_distinct(regexp_extract_all(text, '\p{L}[\p{L}\p{M}-]{2,}\p{L}'))) AS term
    FROM query_table(told)
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
        counted.now >= fewest
        AND total.stories_before >= fewest_before
        AND counted.now * total.stories_before > 2 * counted.before * total.stories_now
)

SELECT
    language,
    term,
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
WHERE strength >= 10.83;
