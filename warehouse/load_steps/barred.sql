-- What was hidden may return with what its platform showed later; an export doesn't say when it did.
CREATE OR REPLACE TEMP TABLE barred AS
SELECT mention_id, hidden_at FROM hashed JOIN tombstone USING (key_hash);

DELETE FROM arriving USING barred
WHERE arriving.mention_id = barred.mention_id
    AND (barred.hidden_at IS NULL OR arriving.is_import OR arriving.collected_at <= barred.hidden_at);
