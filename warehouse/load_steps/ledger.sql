-- What was asked, what was answered, and what the next request needs.
INSERT INTO coverage
SELECT DISTINCT source, stream, since, until, reason, $now
FROM arriving_coverage
ANTI JOIN coverage USING (source, stream, since, until, reason);

-- Whole rows are compared: a job that was fetched twice at one instant was two attempts.
INSERT INTO attempt
SELECT *, $now FROM (
    SELECT
        job_id, kind, source, platform, stream, since, until, collected_at, outcome, message,
        retry_at, requests, items_seen, unreadable
    FROM arriving_file
    EXCEPT
    SELECT * EXCLUDE (loaded_at) FROM attempt SEMI JOIN arriving_file USING (job_id)
);

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

INSERT INTO loaded_file SELECT name, digest, kind, rows, $now FROM arriving_file;
