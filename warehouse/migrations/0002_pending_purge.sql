CREATE TABLE pending_purge (
    deleted_at TIMESTAMPTZ NOT NULL,
    reason     VARCHAR NOT NULL
);
COMMENT ON TABLE pending_purge IS 'One row: rows were deleted whose bytes stay in the file until it is rewritten; a rewrite empties this table. Absent from snapshots.';
COMMENT ON COLUMN pending_purge.deleted_at IS 'When they were deleted, UTC.';
COMMENT ON COLUMN pending_purge.reason IS 'mentions: posts were removed. consent: an employee''s name or matches were.';

-- What was deleted before this table existed was not counted: rewrite once.
INSERT INTO pending_purge SELECT now(), 'mentions' FROM (FROM loaded_file LIMIT 1);
