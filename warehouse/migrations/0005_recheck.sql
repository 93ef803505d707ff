-- What became of stored posts: when each was last looked up, and how its counts grew.

CREATE TABLE recheck (
    mention_id VARCHAR NOT NULL,
    asked_at   TIMESTAMPTZ NOT NULL,
    checked_at TIMESTAMPTZ
);
COMMENT ON TABLE recheck IS 'One row: a mention that housekeeping asked its platform for again. Absent from snapshots.';
COMMENT ON COLUMN recheck.mention_id IS 'The mention; see the table mention. The row goes with it.';
COMMENT ON COLUMN recheck.asked_at IS 'When it was last asked for, UTC.';
COMMENT ON COLUMN recheck.checked_at IS 'Up to when it is known to be there, UTC; null if no answer told.';

CREATE TABLE recheck_round (
    job_id     VARCHAR NOT NULL,
    source     VARCHAR NOT NULL,
    platform   VARCHAR NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    outcome    VARCHAR NOT NULL,
    message    VARCHAR,
    retry_at   TIMESTAMPTZ,
    requests   INTEGER NOT NULL,
    asked      INTEGER NOT NULL,
    present    INTEGER NOT NULL,
    gone       INTEGER NOT NULL,
    loaded_at  TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE recheck_round IS 'One row: housekeeping asked one source for stored posts again, and how that ended.';
COMMENT ON COLUMN recheck_round.job_id IS 'Name of the round.';
COMMENT ON COLUMN recheck_round.source IS 'Name of the source that was asked.';
COMMENT ON COLUMN recheck_round.platform IS 'x, reddit, mastodon, …';
COMMENT ON COLUMN recheck_round.checked_at IS 'When the round ended, UTC.';
COMMENT ON COLUMN recheck_round.outcome IS 'answered, or why it ended early: rate_limited, auth_failed, timeout, …';
COMMENT ON COLUMN recheck_round.message IS 'What the source said.';
COMMENT ON COLUMN recheck_round.retry_at IS 'When the platform answers again, if it said so, UTC.';
COMMENT ON COLUMN recheck_round.requests IS 'Requests made.';
COMMENT ON COLUMN recheck_round.asked IS 'Posts asked for.';
COMMENT ON COLUMN recheck_round.present IS 'Posts found to be there.';
COMMENT ON COLUMN recheck_round.gone IS 'Posts that are gone: deleted here as well.';
COMMENT ON COLUMN recheck_round.loaded_at IS 'When this row came into the warehouse, UTC.';

CREATE TABLE metric_history (
    mention_id VARCHAR NOT NULL,
    hour       TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    metrics    MAP(VARCHAR, BIGINT) NOT NULL
);
COMMENT ON TABLE metric_history IS 'One row: the counts of a mention as last seen within one hour; the view metric_growth tells how they changed.';
COMMENT ON COLUMN metric_history.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN metric_history.hour IS 'Start of the hour, UTC.';
COMMENT ON COLUMN metric_history.seen_at IS 'When they were seen, UTC: the latest within the hour.';
COMMENT ON COLUMN metric_history.metrics IS 'The counts, such as metrics[''likes''].';
INSERT INTO metric_history
SELECT mention_id, date_trunc('hour', last_collected_at), last_collected_at, metrics
FROM mention WHERE cardinality(metrics) > 0;

COMMENT ON COLUMN loaded_file.kind IS 'collect, import, again or recheck.';
