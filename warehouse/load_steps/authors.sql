-- Whoever deleted the account is named in no version any more.
UPDATE mention_version
SET author_id = NULL, author_handle = NULL, author_name = NULL, raw = '{}'
FROM (
    SELECT DISTINCT mention_id FROM arriving
    WHERE is_recheck AND author_id IS NULL AND author_handle IS NULL AND author_name IS NULL
) AS nobody
WHERE
    mention_version.mention_id = nobody.mention_id
    AND coalesce(author_id, author_handle, author_name) IS NOT NULL;
