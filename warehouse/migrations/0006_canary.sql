-- The canary: own items whose way into the snapshot is timed; they are no mentions of anybody.

ALTER TABLE source ADD COLUMN is_canary BOOLEAN DEFAULT FALSE;
COMMENT ON COLUMN source.is_canary IS 'Whether its items only time the way into the snapshot: they are no mentions.';

CREATE TABLE canary_arrival (
    source       VARCHAR NOT NULL,
    stream       VARCHAR NOT NULL,
    native_id    VARCHAR NOT NULL,
    item_at      TIMESTAMPTZ NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL,
    made_at      TIMESTAMPTZ
);
COMMENT ON TABLE canary_arrival IS 'One row: an item of a canary that was published after its feed was first asked, and when it arrived.';
COMMENT ON COLUMN canary_arrival.source IS 'Name of the source.';
COMMENT ON COLUMN canary_arrival.stream IS 'The feed''s address.';
COMMENT ON COLUMN canary_arrival.native_id IS 'The item: the stream and its guid.';
COMMENT ON COLUMN canary_arrival.item_at IS 'When it was published, UTC.';
COMMENT ON COLUMN canary_arrival.collected_at IS 'When we first saw it, UTC.';
COMMENT ON COLUMN canary_arrival.made_at IS 'made_at of the first snapshot that knew of it, UTC; null, in the warehouse, until there is one.';
