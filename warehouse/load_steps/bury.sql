-- What is gone for good stays so; of what is hidden, the latest time counts.
MERGE INTO tombstone AS known
USING buried AS new
ON known.key_hash = new.key_hash
WHEN MATCHED
    AND known.hidden_at IS NOT NULL
    AND (new.hidden_at IS NULL OR (new.hidden_at, new.reason) > (known.hidden_at, known.reason))
    THEN UPDATE SET reason = new.reason, hidden_at = new.hidden_at, loaded_at = $now
WHEN NOT MATCHED THEN INSERT (key_hash, reason, hidden_at, loaded_at) VALUES (
    new.key_hash, new.reason, new.hidden_at, $now
);

CREATE OR REPLACE TEMP TABLE touched AS
SELECT buried.mention_id
FROM buried
LEFT JOIN mention USING (mention_id)
WHERE buried.hidden_at IS NULL OR coalesce(mention.last_collected_at <= buried.hidden_at, true);
