-- One row: the present text of one of $mentions, or of one copy of each that $model has judged before.
WITH wanted AS (
    SELECT unnest($mentions::VARCHAR[]) AS mention_id
),

copied AS (
    SELECT DISTINCT mention_version.story_id
    FROM mention_version
    SEMI JOIN mention USING (mention_id, version_id)
    SEMI JOIN wanted USING (mention_id)
),

judged AS (
    SELECT min(mention_version.mention_id) AS mention_id
    FROM mention_version
    SEMI JOIN mention USING (mention_id, version_id)
    SEMI JOIN copied USING (story_id)
    SEMI JOIN (FROM subject_match WHERE tone_model = $model) AS known USING (mention_id, version_id)
    GROUP BY mention_version.story_id
)

SELECT mention_id, version_id, language, title, text
FROM mention
SEMI JOIN (FROM wanted UNION FROM judged) AS read USING (mention_id)
ORDER BY mention_id;
