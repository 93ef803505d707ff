CREATE OR REPLACE VIEW gap AS
WITH spans AS (
    SELECT source, stream, since, until, TRUE AS is_covered FROM covered
    UNION ALL
    SELECT source, stream, since, until, FALSE FROM coverage WHERE reason IN ('possible_gap', 'budget')
    UNION ALL
    -- Where an attempt was answered, its life ends with what was answered: platforms hold back the
    -- last seconds, which the next attempt asks for.
    SELECT
        source,
        stream,
        coalesce(since, collected_at),
        CASE WHEN outcome <> 'answered' THEN coalesce(until, collected_at) END,
        FALSE
    FROM attempt
    WHERE kind <> 'import'
),

life AS (
    SELECT source, stream, min(since) AS began, coalesce(max(until), min(since)) AS ended
    FROM spans
    GROUP BY source, stream
),

edges AS (
    SELECT source, stream, began AS since, began AS until FROM life
    UNION ALL
    SELECT source, stream, since, until FROM covered
),

holes AS (
    SELECT
        edges.source,
        edges.stream,
        edges.until AS since,
        lead(edges.since, 1, life.ended) OVER (
            PARTITION BY edges.source, edges.stream ORDER BY edges.since, edges.until
        ) AS until
    FROM edges
    INNER JOIN life USING (source, stream)
),

reasons AS (
    SELECT source, stream, since, until, collected_at, outcome, message
    FROM attempt
    WHERE kind <> 'import' AND outcome <> 'answered'
    UNION ALL
    SELECT source, stream, since, until, since, 'possible_gap', NULL
    FROM coverage
    WHERE reason = 'possible_gap'
    UNION ALL
    SELECT source, stream, since, until, until, 'not_run', 'budget'
    FROM coverage
    WHERE reason = 'budget'
)

SELECT
    holes.source,
    holes.stream,
    holes.since,
    holes.until,
    coalesce(
        -- What went wrong says more than that it was given up, and that more than a cap on the way.
        mode(reasons.outcome ORDER BY reasons.outcome)
            FILTER (reasons.outcome NOT IN ('possible_gap', 'page_cap')),
        max(reasons.outcome),
        'not_run'
    ) AS reason,
    max_by(reasons.message, reasons.collected_at) AS message
FROM holes
LEFT JOIN reasons
    ON holes.source = reasons.source
    AND holes.stream = reasons.stream
    AND coalesce(reasons.since, reasons.collected_at) < holes.until
    AND greatest(reasons.until, reasons.collected_at) > holes.since
WHERE holes.since < holes.until
GROUP BY holes.source, holes.stream, holes.since, holes.until;

COMMENT ON VIEW gap IS 'One row: a stretch [since, until) of a stream''s known life (first to last time asked for or covered) that is not covered, and the most frequent reason.';
COMMENT ON COLUMN gap.source IS 'Name of the source.';
COMMENT ON COLUMN gap.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN gap.since IS 'Start, UTC.';
COMMENT ON COLUMN gap.until IS 'End, exclusive, UTC.';
COMMENT ON COLUMN gap.reason IS 'Most frequent fault of the attempts for that time (auth_failed, timeout, …); else possible_gap, where it was given up or may hold a gap, page_cap, or not_run: nobody asked.';
COMMENT ON COLUMN gap.message IS 'What the source said last; budget: it was not asked, to stay within the budget.';
