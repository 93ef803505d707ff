-- One row: a stream as last planned; a source that was never planned has the streams that
-- its coverage knows.
SELECT source, stream FROM stream
UNION
SELECT source, stream FROM covered ANTI JOIN stream USING (source)
ORDER BY source, stream;
