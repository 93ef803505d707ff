CREATE OR REPLACE MACRO tone_towards(negative, neutral, positive, is_uncertain) AS
-- The tone with the largest sum of probabilities over the matches; uncertain only if every match is.
CASE
    WHEN is_uncertain THEN 'uncertain'
    WHEN negative > neutral AND negative >= positive THEN 'negative'
    WHEN positive > neutral AND positive > negative THEN 'positive'
    ELSE 'neutral'
END;
