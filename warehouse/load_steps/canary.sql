-- A canary's items go no further than this: they are no mentions of anybody. What its feed held
-- before it was first asked says nothing about the way from there.
INSERT INTO canary_arrival BY NAME
WITH seen AS (
    SELECT arriving.source, arriving.stream, native_id, min(created_at) AS item_at, min(collected_at) AS collected_at
    FROM arriving
    SEMI JOIN (SELECT name AS source FROM source WHERE is_canary) USING (source)
    WHERE created_at IS NOT NULL
    GROUP BY ALL
),
begun AS (
    SELECT source, stream, min(collected_at) AS begun_at
    FROM (
        SELECT source, stream, collected_at FROM attempt
        UNION ALL
        SELECT source, stream, collected_at FROM arriving_file
    )
    GROUP BY ALL
)
SELECT seen.*
FROM seen
JOIN begun USING (source, stream)
ANTI JOIN canary_arrival USING (source, stream, native_id)
WHERE seen.item_at >= begun.begun_at;

DELETE FROM arriving WHERE source IN (SELECT name FROM source WHERE is_canary);
