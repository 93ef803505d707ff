ALTER TABLE attempt ADD COLUMN items_new INTEGER;
COMMENT ON COLUMN attempt.items_new IS 'Items of the answers that this stream had not brought before, and that are still stored; null for imports, and where an earlier version loaded it.';
