-- One row: what a stream's items cost on one UTC day since $since.
SELECT source, stream, day, items, eur::DOUBLE AS eur
FROM cost_day
WHERE day >= $since
ORDER BY source, stream, day
