-- Name each story in `told_text` and `told_story` (by component) after its earliest text; one from
-- before there were near copies keeps its name, which is the text's copy_id.
CREATE OR REPLACE TEMP TABLE member AS
SELECT text_id, component FROM told_text
UNION ALL
SELECT text_id, component FROM story_text JOIN told_story USING (story_id) ANTI JOIN told_text USING (text_id);

CREATE OR REPLACE TEMP TABLE renamed AS
WITH named AS (
    SELECT
        component,
        arg_min(if(story_id = copy_id, copy_id, text_id), (first_at, text_id)) AS story_id
    FROM member JOIN story_text USING (text_id)
    GROUP BY component
)
SELECT text_id, named.story_id, story_text.story_id AS former_story_id, week
FROM member JOIN story_text USING (text_id) JOIN named USING (component)
WHERE story_text.story_id <> named.story_id;

UPDATE story_text SET story_id = renamed.story_id
FROM renamed WHERE story_text.text_id = renamed.text_id;

-- Touched mentions were written anew and bear their text's name.
CREATE OR REPLACE TEMP TABLE retold AS
SELECT text_id, story_id, week
FROM story_text SEMI JOIN (
    SELECT text_id FROM renamed UNION SELECT text_id FROM present_text
) AS here USING (text_id);
UPDATE mention SET story_id = retold.story_id
FROM retold
WHERE mention.text_id = retold.text_id AND mention.story_id <> retold.story_id
    AND mention.occurred_at >= (SELECT to_timestamp(min(week) * 604800::BIGINT) FROM retold)
    AND mention.occurred_at < (SELECT to_timestamp((max(week) + 1) * 604800::BIGINT) FROM retold);

INSERT INTO touched_story
SELECT story_id FROM linked_before
UNION
SELECT story_id FROM retold
UNION
SELECT former_story_id FROM renamed;
INSERT INTO touched_hour
SELECT DISTINCT date_trunc('hour', occurred_at)
FROM mention SEMI JOIN renamed USING (text_id)
WHERE occurred_at >= (SELECT to_timestamp(min(week) * 604800::BIGINT) FROM renamed)
    AND occurred_at < (SELECT to_timestamp((max(week) + 1) * 604800::BIGINT) FROM renamed);
