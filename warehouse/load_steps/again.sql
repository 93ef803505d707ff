-- A stored text that was read again brings nothing where that version is no longer stored.
DELETE FROM arriving
WHERE is_again
    AND (mention_id, version_id) NOT IN (SELECT (mention_id, version_id) FROM mention_version);
DELETE FROM touched WHERE mention_id NOT IN (SELECT mention_id FROM arriving);
