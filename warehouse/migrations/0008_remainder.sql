-- What a job was to read and did not come to, so that a later one goes on from there.

CREATE TABLE remainder (
    source  VARCHAR NOT NULL,
    stream  VARCHAR NOT NULL,
    job_id  VARCHAR NOT NULL,
    place   VARCHAR,
    left_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE remainder IS 'One row: what a job left unread, cut by a cap or a fault; forgotten after 100 days. Absent from snapshots.';
COMMENT ON COLUMN remainder.source IS 'Name of the source.';
COMMENT ON COLUMN remainder.stream IS 'What is fetched separately within the source.';
COMMENT ON COLUMN remainder.job_id IS 'The job that left it.';
COMMENT ON COLUMN remainder.place IS 'From when to when it was not read, and where the platform goes on, as JSON; null: another job took over.';
COMMENT ON COLUMN remainder.left_at IS 'When that became known, UTC.';
