-- Which texts may tell the story of a loose one: exact copies, what repeats it by its platform's own
-- button, and what shares shingles with it; at most three weeks away.
CREATE OR REPLACE TEMP TABLE loose AS
SELECT text_id, copy_id, week, shingles FROM story_text SEMI JOIN loose_id USING (text_id);

CREATE OR REPLACE TEMP TABLE near_text AS
SELECT text_id, copy_id, week
FROM story_text
WHERE week BETWEEN (SELECT min(week) - 3 FROM loose) AND (SELECT max(week) + 3 FROM loose);

-- Sure: no more to be told. An exact copy links to the next one in time only: they all hang together.
CREATE OR REPLACE TEMP TABLE sure_pair AS
WITH chain AS (
    SELECT
        text_id, week,
        lag(text_id) OVER copies AS before_id, lag(week) OVER copies AS before_week
    FROM near_text SEMI JOIN loose USING (copy_id)
    WINDOW copies AS (PARTITION BY copy_id ORDER BY week, text_id)
)
SELECT text_id, before_id AS other_id FROM chain WHERE week - before_week <= 3;

CREATE OR REPLACE TEMP TABLE repeat AS
SELECT platform, parent_id AS native_id, text_id, floor(epoch(occurred_at) / 604800)::INTEGER AS week
FROM mention
WHERE (is_repost OR is_quote) AND parent_id IS NOT NULL
    AND occurred_at >= (SELECT to_timestamp((min(week) - 3) * 604800::BIGINT) FROM loose)
    AND occurred_at < (SELECT to_timestamp((max(week) + 4) * 604800::BIGINT) FROM loose);
INSERT INTO sure_pair
SELECT DISTINCT repeat.text_id, parent.text_id
FROM repeat
JOIN mention AS parent USING (platform, native_id)
WHERE abs(repeat.week - floor(epoch(parent.occurred_at) / 604800)) <= 3
    AND parent.text_id <> repeat.text_id
    AND (repeat.text_id IN (SELECT text_id FROM loose) OR parent.text_id IN (SELECT text_id FROM loose));

CREATE OR REPLACE TEMP TABLE loose_shingle AS
SELECT text_id, week, unnest(shingles) AS shingle FROM loose;
-- Of what very many share, a few stand for all: a flood of variants stays linear.
CREATE OR REPLACE TEMP TABLE shared_shingle AS
SELECT shingle, week, unnest(min(text_id, 8)) AS other_id
FROM (
    SELECT text_id, week, unnest(shingles) AS shingle
    FROM story_text
    WHERE week BETWEEN (SELECT min(week) - 3 FROM loose) AND (SELECT max(week) + 3 FROM loose)
)
SEMI JOIN loose_shingle USING (shingle)
GROUP BY shingle, week;

CREATE OR REPLACE TEMP TABLE doubtful_pair AS
SELECT loose_shingle.text_id, other_id, count(*) AS shared
FROM loose_shingle
JOIN shared_shingle USING (shingle)
WHERE loose_shingle.text_id <> other_id AND abs(loose_shingle.week - shared_shingle.week) <= 3
GROUP BY loose_shingle.text_id, other_id
QUALIFY row_number() OVER (PARTITION BY loose_shingle.text_id ORDER BY shared DESC, other_id) <= 24;
