-- One row: a stretch of a stream's time that was answered or imported and ends after $since.
SELECT source, stream, since, until, reason
FROM coverage
WHERE reason IN ('answered', 'imported') AND until > $since
