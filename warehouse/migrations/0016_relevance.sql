ALTER TABLE subject_match ADD COLUMN relevance DOUBLE;
ALTER TABLE subject_match ADD COLUMN relevance_model VARCHAR;
COMMENT ON COLUMN subject_match.relevance IS 'Probability, 0 to 1, that the mention is about the subject and not about something else of that name; null where nothing was learnt of the subject, and every match counts.';
COMMENT ON COLUMN subject_match.relevance_model IS 'Name and version of what was learnt by relevance teach; null where nothing was.';

ALTER TABLE match_history ADD COLUMN relevance DOUBLE;
ALTER TABLE match_history ADD COLUMN relevance_model VARCHAR;
COMMENT ON COLUMN match_history.relevance IS 'Probability, 0 to 1, that the mention is about the subject; null where nothing was learnt of it.';
COMMENT ON COLUMN match_history.relevance_model IS 'Name and version of what was learnt by relevance teach; null where nothing was.';
