-- One row: a gap that touches the period, with its reason.
SELECT source, stream, since, until, reason, message
FROM gap
WHERE since < $until AND until > $since
ORDER BY source, stream, since;
