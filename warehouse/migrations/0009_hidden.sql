-- What a platform hides for a while is told apart from what is gone for good; and what a round left undone.
ALTER TABLE tombstone ADD COLUMN hidden_at TIMESTAMPTZ;
COMMENT ON TABLE tombstone IS 'One row: a mention that must not return, as a keyed hash of its identity. Absent from snapshots.';
COMMENT ON COLUMN tombstone.hidden_at IS 'When its platform was last found to hide it, UTC: it may return only if the platform shows it later than that; null: it never returns.';
COMMENT ON COLUMN tombstone.loaded_at IS 'When it was deleted, last if more than once, UTC.';

ALTER TABLE recheck ADD COLUMN failed_at TIMESTAMPTZ;
COMMENT ON COLUMN recheck.asked_at IS 'When its platform last answered a question about it, UTC.';
COMMENT ON COLUMN recheck.failed_at IS 'When a question about it was last left without an answer, UTC; null if none was.';
ALTER TABLE recheck ALTER COLUMN asked_at DROP NOT NULL;

ALTER TABLE recheck_round ADD COLUMN late INTEGER;
COMMENT ON COLUMN recheck_round.asked IS 'Posts about which there was an answer.';
COMMENT ON COLUMN recheck_round.gone IS 'Posts that are gone or hidden: deleted here as well.';
COMMENT ON COLUMN recheck_round.late IS 'Posts without an answer whose deletion may by the next round have gone unnoticed for longer than the platform allows; the message says why.';
