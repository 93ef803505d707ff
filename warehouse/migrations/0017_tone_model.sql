CREATE TABLE tone_model (
    tone_model  VARCHAR NOT NULL,
    shift       DOUBLE NOT NULL,
    slope       DOUBLE NOT NULL,
    shift_sd    DOUBLE NOT NULL,
    slope_sd    DOUBLE NOT NULL,
    drift_sd    DOUBLE NOT NULL,
    origin      VARCHAR NOT NULL,
    measured_at TIMESTAMPTZ
);
COMMENT ON TABLE tone_model IS 'One row: a model that judged tones, and its error: it tells shift + slope * the true net sentiment. See docs/metrics.md.';
COMMENT ON COLUMN tone_model.tone_model IS 'Name and version, as in subject_match.tone_model.';
COMMENT ON COLUMN tone_model.shift IS 'Net sentiment told when the true one is 0.';
COMMENT ON COLUMN tone_model.slope IS 'How much of a true change of net sentiment is told; below 1 the model flattens.';
COMMENT ON COLUMN tone_model.shift_sd IS 'Standard deviation of shift between kinds of texts.';
COMMENT ON COLUMN tone_model.slope_sd IS 'Standard deviation of slope between kinds of texts.';
COMMENT ON COLUMN tone_model.drift_sd IS 'Standard deviation of shift from one period of the same subjects to the next: the part of the error that a comparison of periods does not cancel.';
COMMENT ON COLUMN tone_model.origin IS 'configured: measured on the firm''s own texts (tone.toml); shipped: measured on public texts of other kinds; assumed: never measured.';
COMMENT ON COLUMN tone_model.measured_at IS 'Of configured ones, the newest enrichment that named it, UTC; else null.';
