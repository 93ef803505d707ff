CREATE OR REPLACE VIEW cost_month AS
SELECT
    date_trunc('month', day)::DATE AS month,
    source,
    sum(items)::BIGINT AS items,
    sum(eur)::DECIMAL(18, 6) AS eur
FROM cost_day
GROUP BY date_trunc('month', day)::DATE, source;

COMMENT ON VIEW cost_month IS 'One row: what a source''s items cost in one month of UTC; sources that cost nothing have none.';
COMMENT ON COLUMN cost_month.month IS 'First day of the month, UTC.';
COMMENT ON COLUMN cost_month.source IS 'Name of the source.';
COMMENT ON COLUMN cost_month.items IS 'Items charged for, each once a day.';
COMMENT ON COLUMN cost_month.eur IS 'What they cost, in euros, by the configured price; the platform''s bill decides.';
