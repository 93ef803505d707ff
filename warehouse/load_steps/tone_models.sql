-- What was configured last about a model's error holds.
MERGE INTO tone_model AS known
USING arriving_tone_model AS fresh
ON known.tone_model = fresh.tone_model
WHEN MATCHED AND (
    known.measured_at IS NULL
    OR (fresh.measured_at, fresh.shift, fresh.slope, fresh.shift_sd, fresh.slope_sd, fresh.drift_sd)
    > (known.measured_at, known.shift, known.slope, known.shift_sd, known.slope_sd, known.drift_sd)
) THEN UPDATE SET
    shift = fresh.shift,
    slope = fresh.slope,
    shift_sd = fresh.shift_sd,
    slope_sd = fresh.slope_sd,
    drift_sd = fresh.drift_sd,
    origin = fresh.origin,
    measured_at = fresh.measured_at
WHEN NOT MATCHED THEN INSERT BY NAME;
