-- One row: a model that judged tones of mentions of the period, and how many it judged.
SELECT subject_match.tone_model, count(DISTINCT mention.mention_id) AS mentions
FROM mention
INNER JOIN subject_match USING (mention_id, version_id)
WHERE mention.occurred_at >= $since AND mention.occurred_at < $until
GROUP BY subject_match.tone_model
ORDER BY mentions DESC, subject_match.tone_model;
