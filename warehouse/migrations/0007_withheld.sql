-- Which streams ask for employees, so that no snapshot tells anything of them.

CREATE TABLE stream_privacy (
    source        VARCHAR NOT NULL,
    stream        VARCHAR NOT NULL,
    is_withheld   BOOLEAN,
    is_only_staff BOOLEAN NOT NULL
);
COMMENT ON TABLE stream_privacy IS 'One row: a stream, and whether it asks, or ever asked, for employees. Absent from snapshots.';
COMMENT ON COLUMN stream_privacy.source IS 'Name of the source.';
COMMENT ON COLUMN stream_privacy.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN stream_privacy.is_withheld IS 'Whether it names an employee: by its name or by what it asks; null, and withheld until then, where that can''t be judged.';
COMMENT ON COLUMN stream_privacy.is_only_staff IS 'Whether it names nobody but employees.';

-- Where employees are watched, what was asked before, and is asked no more, can't be judged: it is withheld.
INSERT INTO stream_privacy
SELECT source, stream, NULL, TRUE
FROM (
    SELECT source, stream FROM coverage
    UNION
    SELECT source, stream FROM attempt
    UNION
    SELECT source, stream FROM sighting
    UNION
    SELECT source, stream FROM cost_day
) AS known
ANTI JOIN stream USING (source, stream)
WHERE stream NOT IN ('import', 'recheck') AND NOT regexp_matches(stream, '^https?://')
    AND EXISTS (FROM subject WHERE facet = 'employee');

COMMENT ON COLUMN stream.stream IS 'Stable name within the source; a new query is a new stream. In snapshots those of a source that ask for employees are one: withheld.';
ALTER TABLE stream ADD COLUMN known_since TIMESTAMPTZ;
COMMENT ON COLUMN stream.known_since IS 'In snapshots, of withheld: since when all that are asked now have been, UTC; null otherwise.';
COMMENT ON COLUMN stream.asks IS 'What is asked, as JSON: the query, the account, the URL. Absent from snapshots.';
COMMENT ON COLUMN coverage.stream IS 'What is fetched separately within the source; import: holds for all of them; withheld: all that ask for employees, covered where all of those that were asked are.';
COMMENT ON TABLE attempt IS 'One row: one fetch of one stream, and how it ended. In snapshots the streams that ask for employees are one, withheld, with one row for each hour in which any was asked.';
COMMENT ON COLUMN attempt.job_id IS 'The job: the same for the same stream, window and plan time; withheld where the stream is.';
COMMENT ON COLUMN attempt.stream IS 'What is fetched separately within the source; withheld: those that ask for employees, and of them one that failed before one that was answered.';
COMMENT ON COLUMN attempt.message IS 'What the source said; withheld where it names an employee.';
COMMENT ON COLUMN attempt.requests IS 'Requests made. In snapshots, where a source has withheld streams, the last withheld row of a UTC day counts for all of its streams, and the others are null.';
COMMENT ON COLUMN attempt.items_seen IS 'Items in the answers, known ones and unreadable ones included; null as requests.';
COMMENT ON COLUMN attempt.items_new IS 'Items of the answers that this stream had not brought before, and that are still stored; null for imports, where an earlier version loaded it, and as requests.';
COMMENT ON COLUMN attempt.unreadable IS 'Items that could not be read; null as requests.';
COMMENT ON COLUMN sighting.stream IS 'What is fetched separately within the source; in snapshots * where the source has streams that ask for employees: any of them.';
COMMENT ON TABLE stream_state IS 'One row: what the newest answer of a stream left for the next request (etag, last_modified, …), as JSON. Absent from snapshots.';
COMMENT ON TABLE loaded_file IS 'One row: an enriched file that was loaded, with the SHA-256 of its bytes. Absent from snapshots.';
COMMENT ON COLUMN recheck_round.message IS 'What the source said; withheld where it names an employee, in snapshots null as requests.';
COMMENT ON COLUMN recheck_round.requests IS 'Requests made; in snapshots null, as the counts that follow, for a source that asks for nobody but employees.';
COMMENT ON COLUMN cost_day.stream IS 'What is fetched separately within the source; in snapshots * where the source has streams that ask for employees: all of them together.';
COMMENT ON COLUMN cost_day.items IS 'Items charged for, those included that only explain others; in snapshots null for a source that asks for nobody but employees.';
COMMENT ON COLUMN cost_day.eur IS 'What they cost, in euros; null as items.';

-- The items of platforms that charge are hidden by a key from now on; the next load hides these, too.
ALTER TABLE charged_item ADD COLUMN is_keyed BOOLEAN DEFAULT FALSE;
COMMENT ON COLUMN charged_item.item IS 'A hash of the platform''s id and the day, made with the key of the tombstones: nobody can tell the post without it.';
COMMENT ON COLUMN charged_item.is_keyed IS 'Whether the hash was made with the key; an earlier version made it without.';
