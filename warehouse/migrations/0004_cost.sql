CREATE TABLE charged_item (
    day     DATE NOT NULL,
    account VARCHAR NOT NULL,
    item    UBIGINT NOT NULL,
    source  VARCHAR NOT NULL,
    stream  VARCHAR NOT NULL,
    eur     DECIMAL(12, 6) NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE charged_item IS 'One row: an item that a platform charged for on one UTC day, where it was seen first that day. Kept for 40 days; absent from snapshots.';
COMMENT ON COLUMN charged_item.day IS 'The day in UTC: an item is charged once a day.';
COMMENT ON COLUMN charged_item.account IS 'Who is charged: platform, and credential or address.';
COMMENT ON COLUMN charged_item.item IS 'A hash of the platform''s id.';
COMMENT ON COLUMN charged_item.source IS 'Name of the source that saw it first that day.';
COMMENT ON COLUMN charged_item.stream IS 'Its stream.';
COMMENT ON COLUMN charged_item.eur IS 'What it cost, in euros, by the price that was configured then.';
COMMENT ON COLUMN charged_item.seen_at IS 'When it was seen first that day, UTC.';

CREATE TABLE cost_day (
    day     DATE NOT NULL,
    account VARCHAR NOT NULL,
    source  VARCHAR NOT NULL,
    stream  VARCHAR NOT NULL,
    items   BIGINT NOT NULL,
    eur     DECIMAL(18, 6) NOT NULL
);
COMMENT ON TABLE cost_day IS 'One row: what a stream''s items cost on one UTC day; recomputed whenever a file of that day is loaded. An item that several streams bring counts for the first.';
COMMENT ON COLUMN cost_day.day IS 'The day in UTC.';
COMMENT ON COLUMN cost_day.account IS 'Who is charged: platform, and credential or address. Absent from snapshots.';
COMMENT ON COLUMN cost_day.source IS 'Name of the source.';
COMMENT ON COLUMN cost_day.stream IS 'What is fetched separately within the source; withheld where its name names an employee.';
COMMENT ON COLUMN cost_day.items IS 'Items charged for, those included that only explain others.';
COMMENT ON COLUMN cost_day.eur IS 'What they cost, in euros.';

COMMENT ON TABLE coverage IS 'One row: a stretch of time [since, until) of a stream that was answered (answered, imported), may hold a gap (possible_gap), or was given up to save money (budget). Rows of one load overlap: read the view covered.';
COMMENT ON COLUMN coverage.reason IS 'answered, imported, possible_gap or budget.';
