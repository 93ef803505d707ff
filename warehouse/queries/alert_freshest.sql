-- One row: the newest mention of anybody, except employees, up to $as_of.
SELECT max(occurred_at) AS freshest_at FROM mention WHERE occurred_at <= $as_of;
