-- One row: what a job left unread after $since; without a place, where another job took over.
SELECT source, stream, job_id, place
FROM remainder
WHERE left_at > $since
