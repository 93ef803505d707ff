-- When each post was last asked for and read for money, and up to when it is known to be there; what is gone
-- has no row.
MERGE INTO recheck AS known
USING (
    SELECT
        mention_id,
        max(asked_at) AS asked_at,
        max(checked_at) AS checked_at,
        max(failed_at) AS failed_at,
        max(read_at) AS read_at
    FROM arriving_check SEMI JOIN mention USING (mention_id)
    GROUP BY mention_id
) AS new
ON known.mention_id = new.mention_id
WHEN MATCHED THEN UPDATE SET
    asked_at = greatest(known.asked_at, new.asked_at),
    checked_at = greatest(known.checked_at, new.checked_at),
    failed_at = greatest(known.failed_at, new.failed_at),
    read_at = greatest(known.read_at, new.read_at)
WHEN NOT MATCHED THEN INSERT (mention_id, asked_at, checked_at, failed_at, read_at) VALUES (
    new.mention_id, new.asked_at, new.checked_at, new.failed_at, new.read_at
);

INSERT INTO recheck_round BY NAME
SELECT *, $now AS loaded_at FROM (
    SELECT
        job_id, source, platform, checked_at, outcome, message, retry_at, requests, asked, present,
        gone, late
    FROM arriving_round
    EXCEPT
    SELECT * EXCLUDE (loaded_at) FROM recheck_round SEMI JOIN arriving_round USING (job_id)
);
