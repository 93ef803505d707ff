-- One row: which state of the data this is.
SELECT snapshot_id, made_at, watchlist_version, mentions_all
FROM snapshot_info;
