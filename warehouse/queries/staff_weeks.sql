-- One row: a unit of at least five consenting employees in one week; mentions is null where
-- the figure is hidden.
SELECT week_start, unit, people, mentions
FROM staff_week
WHERE week_start >= $first_week AND week_start <= $last_week
ORDER BY week_start, unit;
