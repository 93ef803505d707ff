-- The subjects as the watchlist has them; those that left it keep their history, employees don't,
-- nor does what was a brand or company before it became one.
CREATE OR REPLACE TEMP TABLE allowed AS SELECT subject_id, platform FROM arriving_consent;
DELETE FROM subject WHERE facet = 'employee' OR subject_id IN (FROM arriving_employee);
DELETE FROM subject USING arriving_subject WHERE subject.subject_id = arriving_subject.subject_id;
UPDATE subject SET is_active = false WHERE is_active;
INSERT INTO subject BY NAME SELECT *, true AS is_active FROM arriving_subject;
