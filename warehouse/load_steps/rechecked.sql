-- A post that was looked up again brings nothing where it is no longer stored; nor, so that its time
-- does not begin anew, where it concerns nobody, reads as before and kept its author.
DELETE FROM arriving
WHERE is_recheck
    AND mention_id NOT IN (SELECT mention_id FROM mention)
    AND mention_id NOT IN (SELECT mention_id FROM arriving WHERE NOT is_recheck);
DELETE FROM arriving
WHERE is_recheck
    AND len(matches) = 0
    AND (
        coalesce(author_id, author_handle, author_name) IS NOT NULL
        OR mention_id NOT IN (
            SELECT mention_id FROM mention
            WHERE coalesce(author_id, author_handle, author_name) IS NOT NULL
        )
    )
    AND (mention_id, version_id) IN (SELECT (mention_id, version_id) FROM mention)
    AND mention_id NOT IN (SELECT mention_id FROM subject_match);
DELETE FROM touched WHERE mention_id NOT IN (SELECT mention_id FROM arriving);
