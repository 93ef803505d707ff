-- What was asked, what was answered, and what the next request needs.
INSERT INTO coverage
SELECT DISTINCT source, stream, since, until, reason, $now
FROM arriving_coverage
ANTI JOIN coverage USING (source, stream, since, until, reason);

-- Whole rows are compared: a job that was fetched twice at one instant was two attempts.
INSERT INTO attempt BY NAME
SELECT *, $now AS loaded_at FROM (
    SELECT
        job_id, kind, source, platform, stream, since, until, collected_at, outcome, message,
        retry_at, requests, items_seen, unreadable
    FROM arriving_file
    WHERE kind <> 'recheck'
    EXCEPT
    SELECT * EXCLUDE (items_new, loaded_at) FROM attempt SEMI JOIN arriving_file USING (job_id)
);

-- Counted anew for later attempts as well: a file that comes late takes from what was new to them.
UPDATE attempt SET items_new = counted.items_new
FROM (
    WITH loaded AS (
        SELECT source, stream, min(collected_at) AS since
        FROM arriving_file
        GROUP BY ALL
    ),
    concerned AS (
        SELECT DISTINCT source, stream, collected_at
        FROM attempt JOIN loaded USING (source, stream)
        WHERE attempt.kind = 'collect' AND attempt.collected_at >= loaded.since
    )
    SELECT concerned.source, concerned.stream, concerned.collected_at, count(sighting.mention_id) AS items_new
    FROM concerned
    LEFT JOIN sighting
        ON concerned.source = sighting.source
        AND concerned.stream = sighting.stream
        AND concerned.collected_at = sighting.first_collected_at
    GROUP BY ALL
) AS counted
WHERE attempt.kind = 'collect'
    AND attempt.source = counted.source
    AND attempt.stream = counted.stream
    AND attempt.collected_at = counted.collected_at;

INSERT INTO unreadable
SELECT *, $now FROM (
    FROM arriving_unreadable
    EXCEPT
    SELECT * EXCLUDE (loaded_at) FROM unreadable SEMI JOIN arriving_file USING (job_id)
);

MERGE INTO stream_state AS known
USING (
    SELECT source, stream, validators, collected_at FROM arriving_file
    WHERE validators IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY source, stream ORDER BY collected_at DESC, validators DESC
    ) = 1
) AS new
ON known.source = new.source AND known.stream = new.stream
WHEN MATCHED AND (new.collected_at, new.validators) > (known.collected_at, known.validators) THEN UPDATE SET
    validators = new.validators,
    collected_at = new.collected_at
WHEN NOT MATCHED THEN INSERT VALUES (new.source, new.stream, new.validators, new.collected_at);

-- What another job took over is no longer open, whichever of the two is loaded first.
CREATE OR REPLACE TEMP TABLE arriving_remainder AS
SELECT source, stream, job_id, remainder AS place, collected_at AS left_at
FROM arriving_file
WHERE kind = 'collect' AND remainder IS NOT NULL
UNION ALL
SELECT source, stream, unnest(continues), NULL, collected_at
FROM arriving_file
WHERE kind = 'collect';

MERGE INTO remainder AS known
USING (
    SELECT
        source,
        stream,
        job_id,
        CASE WHEN bool_and(place IS NOT NULL) THEN max_by(place, (left_at, place)) END AS place,
        max(left_at) AS left_at
    FROM (FROM arriving_remainder UNION ALL FROM remainder SEMI JOIN arriving_remainder USING (source, stream, job_id))
    GROUP BY source, stream, job_id
) AS new
ON known.source = new.source AND known.stream = new.stream AND known.job_id = new.job_id
WHEN MATCHED THEN UPDATE SET place = new.place, left_at = new.left_at
WHEN NOT MATCHED THEN INSERT VALUES (new.source, new.stream, new.job_id, new.place, new.left_at);

DROP TABLE arriving_remainder;

-- No plan looks back that far.
DELETE FROM remainder WHERE left_at < $now::TIMESTAMPTZ - INTERVAL 100 DAY;

INSERT INTO loaded_file SELECT name, digest, kind, rows, $now FROM arriving_file;
