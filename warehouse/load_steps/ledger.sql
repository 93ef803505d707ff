-- What was asked, what was answered, and what the next request needs.
INSERT INTO coverage
SELECT DISTINCT source, stream, since, until, reason, $now
FROM arriving_coverage
ANTI JOIN coverage USING (source, stream, since, until, reason);

INSERT INTO attempt
SELECT DISTINCT
    job_id, kind, source, platform, stream, since, until, collected_at, outcome, message, retry_at,
    requests, items_seen, unreadable, $now
FROM arriving_file
ANTI JOIN attempt USING (job_id, collected_at);

INSERT INTO unreadable
SELECT DISTINCT job_id, source, stream, error, raw, $now
FROM arriving_unreadable
ANTI JOIN unreadable USING (job_id, raw);

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
