-- What the texts had that mentions in `touched` may leave.
CREATE OR REPLACE TEMP TABLE former_text AS
SELECT text_id, copy_id, shingles, signature
FROM story_text SEMI JOIN linked_before USING (text_id);
