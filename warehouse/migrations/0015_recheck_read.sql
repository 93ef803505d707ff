-- How many posts were read anew for money on a day is counted by post: what came along is charged as well.
ALTER TABLE recheck ADD COLUMN read_at TIMESTAMPTZ;
COMMENT ON COLUMN recheck.read_at IS 'When it was last read anew for money, UTC; null if it never was.';
