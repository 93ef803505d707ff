-- The ledger as analysts may see it: the streams of a source that ask for employees are one, withheld,
-- of which no count is given; it is covered where all of those that were asked are.
CREATE TABLE snapshot.source AS SELECT * FROM source;
CREATE TABLE snapshot.stream AS
SELECT * EXCLUDE (asks) FROM stream ANTI JOIN withheld_stream USING (source, stream)
UNION ALL BY NAME
SELECT source, 'withheld' AS stream, mode(reach) AS reach, any_value(withheld_since.known_since) AS known_since
FROM stream SEMI JOIN withheld_stream USING (source, stream)
LEFT JOIN withheld_since USING (source)
GROUP BY source;

CREATE TABLE snapshot.coverage AS
SELECT * FROM coverage ANTI JOIN withheld_stream USING (source, stream)
UNION ALL BY NAME
SELECT source, 'withheld' AS stream, since, until, reason, $now::TIMESTAMPTZ AS loaded_at
FROM withheld_coverage;

-- One row for each hour in which any of a source's withheld streams was asked, as they stood then.
CREATE OR REPLACE TEMP TABLE withheld_attempt AS
WITH asked AS (
    FROM attempt SEMI JOIN withheld_stream USING (source, stream)
    WHERE kind <> 'import'
    QUALIFY row_number() OVER (
        PARTITION BY source, stream, collected_at ORDER BY outcome IN ('answered', 'page_cap'), job_id
    ) = 1
),
life AS (
    SELECT
        source,
        stream,
        CASE
            WHEN (source, stream) IN (SELECT (source, stream) FROM stream) THEN TIMESTAMPTZ 'infinity'
            ELSE max(collected_at)
        END AS ended_at
    FROM asked GROUP BY source, stream
),
hours AS (
    SELECT source, max(collected_at) AS stood_at, max(loaded_at) AS last_loaded_at
    FROM asked GROUP BY source, date_trunc('hour', collected_at)
),
alive AS (
    SELECT hours.source, life.stream, hours.stood_at, hours.last_loaded_at
    FROM hours JOIN life ON hours.source = life.source AND hours.stood_at <= life.ended_at
),
standing AS (
    SELECT
        alive.stood_at, alive.last_loaded_at, asked.*,
        CASE outcome WHEN 'answered' THEN 0 WHEN 'page_cap' THEN 1 ELSE 2 END AS severity
    FROM alive
    ASOF JOIN asked
        ON alive.source = asked.source AND alive.stream = asked.stream AND alive.stood_at >= asked.collected_at
)
-- One that failed speaks before one that was answered.
SELECT * EXCLUDE (stood_at, last_loaded_at, severity, collected_at, loaded_at, stream, job_id, kind),
    stood_at AS collected_at, last_loaded_at AS loaded_at
FROM standing
QUALIFY row_number() OVER (
    PARTITION BY source, stood_at ORDER BY severity DESC, collected_at DESC, stream
) = 1;

-- Counts of a UTC day for all of a source's streams, unless it asked for nobody but employees.
CREATE OR REPLACE TEMP TABLE withheld_total AS
SELECT
    source,
    date_trunc('day', collected_at) AS day,
    sum(requests)::INTEGER AS requests,
    sum(items_seen)::INTEGER AS items_seen,
    sum(unreadable)::INTEGER AS unreadable,
    sum(items_new)::INTEGER AS items_new
FROM attempt LEFT JOIN withheld_stream USING (source, stream)
WHERE kind <> 'import'
GROUP BY ALL
HAVING bool_or(is_only_staff IS NOT NULL) AND NOT bool_and(coalesce(is_only_staff, FALSE));

CREATE TABLE snapshot.attempt AS
SELECT
    * REPLACE (
        CASE
            WHEN message IN (SELECT message FROM naming_message) THEN 'withheld: it names people'
            ELSE message
        END AS message
    )
FROM (
    SELECT attempt.* REPLACE (
        CASE WHEN total.day IS NULL OR kind = 'import' THEN attempt.requests END AS requests,
        CASE WHEN total.day IS NULL OR kind = 'import' THEN attempt.items_seen END AS items_seen,
        CASE WHEN total.day IS NULL OR kind = 'import' THEN attempt.unreadable END AS unreadable,
        CASE WHEN total.day IS NULL OR kind = 'import' THEN attempt.items_new END AS items_new
    )
    FROM attempt
    ANTI JOIN withheld_stream USING (source, stream)
    LEFT JOIN withheld_total AS total
        ON attempt.source = total.source AND date_trunc('day', attempt.collected_at) = total.day
    UNION ALL BY NAME
    SELECT withheld.* EXCLUDE (is_last) REPLACE (
        CASE WHEN is_last THEN total.requests END AS requests,
        CASE WHEN is_last THEN total.items_seen END AS items_seen,
        CASE WHEN is_last THEN total.unreadable END AS unreadable,
        CASE WHEN is_last THEN total.items_new END AS items_new
    )
    FROM (
        SELECT
            *, 'withheld' AS job_id, 'collect' AS kind, 'withheld' AS stream,
            row_number() OVER (
                PARTITION BY source, date_trunc('day', collected_at) ORDER BY collected_at DESC
            ) = 1 AS is_last
        FROM withheld_attempt
    ) AS withheld
    LEFT JOIN withheld_total AS total
        ON withheld.source = total.source AND date_trunc('day', withheld.collected_at) = total.day
);

-- Which of a source's streams brought a post would tell which posts an employee's words found.
CREATE TABLE snapshot.sighting AS
SELECT mention_id, source, stream, min(first_collected_at) AS first_collected_at, max(loaded_at) AS loaded_at
FROM (
    SELECT * REPLACE (
        CASE WHEN source IN (SELECT source FROM withheld_stream) THEN '*' ELSE stream END AS stream
    )
    FROM sighting SEMI JOIN snapshot.mention USING (mention_id)
)
GROUP BY mention_id, source, stream;

CREATE OR REPLACE TEMP TABLE staff_source AS
SELECT source FROM withheld_stream
GROUP BY source HAVING bool_and(is_only_staff)
EXCEPT
SELECT source FROM (
    SELECT source, stream FROM stream
    UNION
    SELECT source, stream FROM attempt
    UNION
    SELECT source, stream FROM sighting
) AS known
ANTI JOIN withheld_stream USING (source, stream);

-- What is said of a source that asks for nobody but employees may count their posts.
CREATE TABLE snapshot.recheck_round AS
SELECT
    recheck_round.* REPLACE (
        CASE
            WHEN staff_source.source IS NOT NULL THEN NULL
            WHEN message IN (SELECT message FROM naming_message) THEN 'withheld: it names people'
            ELSE message
        END AS message,
        CASE WHEN staff_source.source IS NULL THEN requests END AS requests,
        CASE WHEN staff_source.source IS NULL THEN asked END AS asked,
        CASE WHEN staff_source.source IS NULL THEN present END AS present,
        CASE WHEN staff_source.source IS NULL THEN gone END AS gone,
        CASE WHEN staff_source.source IS NULL THEN late END AS late
    )
FROM recheck_round LEFT JOIN staff_source USING (source);

CREATE TABLE snapshot.cost_day AS
SELECT
    day,
    source,
    shown AS stream,
    CASE WHEN NOT bool_or(is_only_staff) THEN sum(items)::BIGINT END AS items,
    CASE WHEN NOT bool_or(is_only_staff) THEN sum(eur)::DECIMAL(18, 6) END AS eur
FROM (
    SELECT
        *,
        CASE WHEN source IN (SELECT source FROM withheld_stream) THEN '*' ELSE stream END AS shown,
        source IN (SELECT source FROM staff_source) AS is_only_staff
    FROM cost_day
)
GROUP BY day, source, shown;
