CREATE OR REPLACE MACRO net_sentiment(negative, positive) AS
-- Net sentiment v1: (positive - negative) / (positive + negative), -1 to 1; null without any of either.
CASE WHEN negative + positive > 0 THEN (positive - negative) / (positive + negative) END;

CREATE OR REPLACE MACRO net_sentiment_bound(negative, positive, shift, slope, shift_sd, slope_sd, side) AS
-- The 95 % interval of the true net sentiment, v2: its lower bound (side -1) or its upper one (1).
-- It is the set of all t with (r - e)² <= 1.96² ((1 - e²) / n + shift_sd² + slope_sd² t²), where r is
-- what was told, n = negative + positive, and e = shift + slope t: roots of a quadratic in t. It is
-- widened to hold Wilson's interval, which covers chance alone. See docs/metrics.md.
CASE
    WHEN negative + positive > 0 THEN (
        SELECT
            CASE
                WHEN squared <= 0 THEN side
                WHEN side < 0
                    THEN greatest(-1, least(
                        told,
                        (told - sqrt(chance * (1 + chance - told * told))) / (1 + chance),
                        (-linear - sqrt(greatest(0, linear * linear - squared * constant))) / squared
                    ))
                ELSE least(1, greatest(
                    told,
                    (told + sqrt(chance * (1 + chance - told * told))) / (1 + chance),
                    (-linear + sqrt(greatest(0, linear * linear - squared * constant))) / squared
                ))
            END
        FROM (
            SELECT
                told,
                chance,
                slope * slope * (1 + chance) - known * slope_sd * slope_sd AS squared,
                slope * (shift * chance - (told - shift)) AS linear,
                (told - shift) * (told - shift) - chance * (1 - shift * shift)
                - known * shift_sd * shift_sd AS constant
            FROM (
                SELECT
                    (positive - negative) / (positive + negative) AS told,
                    3.841458820694124 AS known,
                    3.841458820694124 / (positive + negative) AS chance
            )
        )
    )
END;

CREATE OR REPLACE MACRO net_sentiment_low(negative, positive, shift, slope, shift_sd, slope_sd) AS
-- Lower bound of the 95 % interval of the true net sentiment; the error as in the table tone_model,
-- averaged over what each model judged.
net_sentiment_bound(negative, positive, shift, slope, shift_sd, slope_sd, -1);

CREATE OR REPLACE MACRO net_sentiment_high(negative, positive, shift, slope, shift_sd, slope_sd) AS
-- Upper bound of the 95 % interval of the true net sentiment.
net_sentiment_bound(negative, positive, shift, slope, shift_sd, slope_sd, 1);
