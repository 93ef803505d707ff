-- Streams that named employees and are asked no more leave no name behind. Where they named others as
-- well, what was listened to stays known, of all such streams together; money and sights stay anyway.
INSERT INTO stream_privacy
SELECT DISTINCT source, 'withheld', TRUE, TRUE FROM former_stream
ANTI JOIN stream_privacy AS known ON known.source = former_stream.source AND known.stream = 'withheld';

DELETE FROM coverage USING former_stream AS former
WHERE coverage.source = former.source AND coverage.stream = former.stream AND former.is_only_staff;
UPDATE coverage SET stream = 'withheld' FROM former_stream AS former
WHERE coverage.source = former.source AND coverage.stream = former.stream;

DELETE FROM attempt USING former_stream AS former
WHERE attempt.source = former.source AND attempt.stream = former.stream AND former.is_only_staff;
-- What the source said may name whom nobody knows as an employee any more.
UPDATE attempt SET stream = 'withheld', job_id = 'withheld', message = NULL FROM former_stream AS former
WHERE attempt.source = former.source AND attempt.stream = former.stream;
UPDATE recheck_round SET message = NULL WHERE source IN (SELECT source FROM former_stream);

DELETE FROM stream_state USING former_stream AS former
WHERE stream_state.source = former.source AND stream_state.stream = former.stream;
DELETE FROM remainder USING former_stream AS former
WHERE remainder.source = former.source AND remainder.stream = former.stream;
DELETE FROM unreadable USING former_stream AS former
WHERE unreadable.source = former.source AND unreadable.stream = former.stream;

CREATE OR REPLACE TEMP TABLE renamed AS
SELECT mention_id, source, min(first_collected_at) AS first_collected_at, max(loaded_at) AS loaded_at
FROM sighting
WHERE (source, stream) IN (SELECT (source, stream) FROM former_stream)
    OR (stream = 'withheld' AND source IN (SELECT source FROM former_stream))
GROUP BY mention_id, source;
DELETE FROM sighting
WHERE (source, stream) IN (SELECT (source, stream) FROM former_stream)
    OR (stream = 'withheld' AND source IN (SELECT source FROM former_stream));
INSERT INTO sighting
SELECT mention_id, source, 'withheld', first_collected_at, loaded_at FROM renamed;

UPDATE charged_item SET stream = 'withheld' FROM former_stream AS former
WHERE charged_item.source = former.source AND charged_item.stream = former.stream;
CREATE OR REPLACE TEMP TABLE renamed AS
SELECT day, account, source, sum(items)::BIGINT AS items, sum(eur)::DECIMAL(18, 6) AS eur
FROM cost_day
WHERE (source, stream) IN (SELECT (source, stream) FROM former_stream)
    OR (stream = 'withheld' AND source IN (SELECT source FROM former_stream))
GROUP BY day, account, source;
DELETE FROM cost_day
WHERE (source, stream) IN (SELECT (source, stream) FROM former_stream)
    OR (stream = 'withheld' AND source IN (SELECT source FROM former_stream));
INSERT INTO cost_day SELECT day, account, source, 'withheld', items, eur FROM renamed;
DROP TABLE renamed;

DELETE FROM stream_privacy USING former_stream AS former
WHERE stream_privacy.source = former.source AND stream_privacy.stream = former.stream;
INSERT INTO pending_purge VALUES ($now, 'consent');
