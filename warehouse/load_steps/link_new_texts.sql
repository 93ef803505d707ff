-- Texts that came with this load, with what finds them again; an older enrichment left nothing.
CREATE OR REPLACE TEMP TABLE arriving_text AS
SELECT
    coalesce(text_id, story_id) AS base_id,
    arg_max(shingles, (enriched_at, signature)) AS shingles,
    arg_max(signature, (enriched_at, signature)) AS signature
FROM arriving
GROUP BY base_id;

CREATE OR REPLACE TEMP TABLE new_text AS
SELECT
    present_text.text_id, newest.story_id AS copy_id, coalesce(newest.text_id, newest.story_id) AS base_id,
    floor(epoch(present_text.first_at) / 604800)::INTEGER AS week, present_text.first_at,
    linked_before.text_id AS former_id
FROM present_text
ANTI JOIN known_text USING (text_id)
JOIN linked_after USING (text_id)
JOIN newest USING (mention_id)
LEFT JOIN linked_before USING (mention_id)
QUALIFY row_number() OVER (PARTITION BY present_text.text_id ORDER BY former_id NULLS LAST) = 1;

-- A mention that only moved to another week brings along what its text had there.
INSERT INTO story_text
SELECT
    new_text.text_id, new_text.copy_id, new_text.week, new_text.first_at, new_text.text_id,
    coalesce(arriving_text.shingles, former.shingles), coalesce(arriving_text.signature, former.signature)
FROM new_text
LEFT JOIN arriving_text USING (base_id)
LEFT JOIN former_text AS former ON former.text_id = new_text.former_id AND former.copy_id = new_text.copy_id;
INSERT INTO loose_id SELECT text_id FROM new_text;
