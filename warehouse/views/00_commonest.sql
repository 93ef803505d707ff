CREATE OR REPLACE MACRO commonest(counts) AS
-- The key of a histogram with the largest count, of several the first; null of an empty one.
map_keys(counts)[list_position(map_values(counts), list_max(map_values(counts)))];
