CREATE OR REPLACE VIEW source_health AS
WITH present AS (
    SELECT max(collected_at) AS as_of FROM attempt
),

stream_now AS (
    SELECT
        source,
        stream,
        max(collected_at) AS last_attempt_at,
        max(collected_at) FILTER (WHERE outcome IN ('answered', 'page_cap')) AS last_answered_at,
        max_by(outcome, (collected_at, job_id)) AS last_outcome,
        max_by(coalesce(message, ''), (collected_at, job_id)) AS last_message,
        sum(requests) AS requests,
        sum(unreadable) AS unreadable
    FROM attempt
    WHERE kind <> 'import'
    GROUP BY source, stream
),

failing AS (
    SELECT attempt.source, attempt.stream, min(attempt.collected_at) AS failing_since
    FROM attempt
    INNER JOIN stream_now USING (source, stream)
    WHERE
        attempt.kind <> 'import'
        AND attempt.outcome NOT IN ('answered', 'page_cap')
        AND stream_now.last_outcome NOT IN ('answered', 'page_cap')
        AND (
            stream_now.last_answered_at IS NULL
            OR attempt.collected_at > stream_now.last_answered_at
        )
    GROUP BY attempt.source, attempt.stream
),

asked AS (
    SELECT
        stream_now.source,
        count(*) AS streams,
        count(failing.failing_since) AS failing_streams,
        max(stream_now.last_answered_at) AS last_answered_at,
        max(stream_now.last_attempt_at) AS last_attempt_at,
        -- A failing stream speaks before the healthy ones.
        max_by(
            stream_now.last_outcome,
            (failing.failing_since IS NOT NULL, stream_now.last_attempt_at, stream_now.stream)
        ) AS last_outcome,
        nullif(
            max_by(
                stream_now.last_message,
                (failing.failing_since IS NOT NULL, stream_now.last_attempt_at, stream_now.stream)
            ),
            ''
        ) AS message,
        min(failing.failing_since) AS failing_since,
        sum(stream_now.requests)::BIGINT AS requests,
        sum(stream_now.unreadable)::BIGINT AS unreadable
    FROM stream_now
    LEFT JOIN failing USING (source, stream)
    GROUP BY stream_now.source
),

seen AS (
    SELECT sighting.source, max(mention.occurred_at) AS freshest_item_at
    FROM sighting
    INNER JOIN mention USING (mention_id)
    GROUP BY sighting.source
),

fresh AS (
    SELECT sighting.source, count(DISTINCT sighting.mention_id) AS items_24h
    FROM sighting
    CROSS JOIN present
    WHERE sighting.first_collected_at > present.as_of - INTERVAL 24 HOUR
    GROUP BY sighting.source
)

SELECT
    source,
    coalesce(asked.streams, 0) AS streams,
    coalesce(asked.failing_streams, 0) AS failing_streams,
    asked.last_attempt_at,
    asked.last_answered_at,
    asked.last_outcome,
    asked.message,
    asked.failing_since,
    seen.freshest_item_at,
    coalesce(fresh.items_24h, 0) AS items_24h,
    coalesce(asked.requests, 0) AS requests,
    coalesce(asked.unreadable, 0) AS unreadable
FROM asked
FULL JOIN seen USING (source)
LEFT JOIN fresh USING (source);

COMMENT ON VIEW source_health IS 'One row: a source that was ever asked or imported, and how it does.';
COMMENT ON COLUMN source_health.source IS 'Name of the source.';
COMMENT ON COLUMN source_health.streams IS 'Streams ever asked; those that ask for employees count as one.';
COMMENT ON COLUMN source_health.failing_streams IS 'Streams whose newest attempt got no answer.';
COMMENT ON COLUMN source_health.last_attempt_at IS 'Newest attempt, UTC.';
COMMENT ON COLUMN source_health.last_answered_at IS 'Newest attempt that was answered, UTC.';
COMMENT ON COLUMN source_health.last_outcome IS 'Outcome of the newest attempt; of a failing stream, if there is one.';
COMMENT ON COLUMN source_health.message IS 'What the source said at that attempt.';
COMMENT ON COLUMN source_health.failing_since IS 'First attempt without an answer since the last answer, of the stream that fails longest, UTC; null if none fails.';
COMMENT ON COLUMN source_health.freshest_item_at IS 'Newest mention seen, UTC; in a snapshot among those that name a subject.';
COMMENT ON COLUMN source_health.items_24h IS 'Mentions first seen in the 24 hours before the newest attempt of any source; in a snapshot those that name a subject.';
COMMENT ON COLUMN source_health.requests IS 'Requests made in all recorded attempts.';
COMMENT ON COLUMN source_health.unreadable IS 'Items that could not be read in all recorded attempts.';
