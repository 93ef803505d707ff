-- One row: a subject of the current watchlist; employees are absent from snapshots.
SELECT subject_id, name, facet, relation, sector
FROM subject
WHERE is_active AND facet <> 'employee'
ORDER BY name, subject_id;
