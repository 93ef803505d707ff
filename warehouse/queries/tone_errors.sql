-- One row: a model that judged tones, and its measured error.
SELECT
    tone_model,
    shift,
    slope,
    shift_sd,
    slope_sd,
    drift_sd,
    origin
FROM tone_model
ORDER BY tone_model;
