-- One row: a covered stretch that touches the period; the stream 'import' stands for every
-- stream of its source.
SELECT source, stream, since, until
FROM covered
WHERE since < $until AND until > $since
UNION
SELECT source, stream, since, until
FROM coverage
WHERE
    stream = 'import' AND reason IN ('answered', 'imported')
    AND since < $until AND until > $since
ORDER BY source, stream, since, until;
