CREATE OR REPLACE MACRO net_sentiment_by(unit) AS TABLE
-- One row: a facet (brand, company, or both together as 'own') in one of the firm's days, weeks or
-- months, with its earned stories by tone, net sentiment, and the 95 % interval of the true one.
-- The figures of the reports. FROM net_sentiment_by('month')
WITH heard AS (
    SELECT
        date_trunc(unit, occurred_at AT TIME ZONE (SELECT time_zone FROM firm))::DATE AS period_start,
        unnest([facet, 'own']) AS facet,
        story_id,
        tone,
        tone_model,
        p_negative,
        p_neutral,
        p_positive
    FROM mention_subject
    SEMI JOIN (FROM subject WHERE is_active) AS active USING (subject_id)
    WHERE NOT is_own AND NOT is_flood AND facet IN ('brand', 'company')
),

judged AS (
    SELECT
        period_start,
        facet,
        -- Of a story whose mentions several models judged, the one that judged most of them.
        commonest(histogram(tone_model)) AS tone_model,
        tone_towards(
            avg(p_negative), avg(p_neutral), avg(p_positive), bool_and(tone = 'uncertain')
        ) AS tone
    FROM heard
    GROUP BY period_start, facet, story_id
),

counted AS (
    SELECT
        period_start,
        facet,
        count(*) FILTER (tone = 'negative') AS negative,
        count(*) FILTER (tone = 'neutral') AS neutral,
        count(*) FILTER (tone = 'positive') AS positive,
        count(*) FILTER (tone = 'uncertain') AS uncertain,
        -- Of a model that nobody knows anything about, the truth may lie anywhere.
        avg(coalesce(shift, 0)) FILTER (tone IN ('negative', 'positive')) AS shift,
        avg(coalesce(slope, 1)) FILTER (tone IN ('negative', 'positive')) AS slope,
        avg(coalesce(shift_sd, 1)) FILTER (tone IN ('negative', 'positive')) AS shift_sd,
        avg(coalesce(slope_sd, 0)) FILTER (tone IN ('negative', 'positive')) AS slope_sd
    FROM judged
    LEFT JOIN tone_model ON judged.tone_model = tone_model.tone_model
    GROUP BY period_start, facet
)

SELECT
    period_start,
    facet,
    negative,
    neutral,
    positive,
    uncertain,
    net_sentiment(negative, positive) AS net_sentiment,
    net_sentiment_low(negative, positive, shift, slope, shift_sd, slope_sd) AS net_sentiment_low,
    net_sentiment_high(negative, positive, shift, slope, shift_sd, slope_sd) AS net_sentiment_high
FROM counted
ORDER BY period_start, facet;

CREATE OR REPLACE VIEW net_sentiment_week AS
SELECT * RENAME (period_start AS week_start) FROM net_sentiment_by('week');

COMMENT ON VIEW net_sentiment_week IS 'One row: a facet in one week with a mention of it: its earned stories by tone, and net sentiment with its interval. FROM net_sentiment_by(''day'') and (''month'') give days and months.';
COMMENT ON COLUMN net_sentiment_week.week_start IS 'The week''s Monday, in the firm''s time zone.';
COMMENT ON COLUMN net_sentiment_week.facet IS 'brand, company, or own: both together.';
COMMENT ON COLUMN net_sentiment_week.negative IS 'Negative stories.';
COMMENT ON COLUMN net_sentiment_week.neutral IS 'Neutral stories.';
COMMENT ON COLUMN net_sentiment_week.positive IS 'Positive stories.';
COMMENT ON COLUMN net_sentiment_week.uncertain IS 'Stories in which no tone stands out.';
COMMENT ON COLUMN net_sentiment_week.net_sentiment IS '(positive - negative) / (positive + negative), -1 to 1, as the model told it; null without any of either.';
COMMENT ON COLUMN net_sentiment_week.net_sentiment_low IS 'Lower bound of the 95 % interval of the true net sentiment: chance and the model''s measured error (table tone_model).';
COMMENT ON COLUMN net_sentiment_week.net_sentiment_high IS 'Upper bound of that interval.';
