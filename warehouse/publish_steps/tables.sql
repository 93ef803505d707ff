-- What analysts may see. No employee, no raw record, no mention whose present text concerns nobody.
CREATE TABLE snapshot.firm AS SELECT * FROM firm;
CREATE TABLE snapshot.subject AS SELECT * EXCLUDE (unit) FROM subject WHERE facet <> 'employee';
-- The identity of a feed's entry begins with the feed's address, which may name an employee.
CREATE OR REPLACE TEMP TABLE withheld_native AS
SELECT DISTINCT native_id FROM mention
JOIN withheld_stream ON platform = 'feed' AND starts_with(native_id, withheld_stream.stream || ' ');
CREATE TABLE snapshot.mention AS
SELECT
    * EXCLUDE (raw)
    REPLACE (
        CASE
            WHEN native_id IN (SELECT native_id FROM withheld_native) THEN 'withheld'
            ELSE native_id
        END AS native_id
    )
FROM mention
SEMI JOIN (FROM subject_match SEMI JOIN snapshot.subject USING (subject_id))
USING (mention_id, version_id);
CREATE TABLE snapshot.subject_match AS
SELECT * FROM subject_match
SEMI JOIN snapshot.subject USING (subject_id)
SEMI JOIN snapshot.mention USING (mention_id);
-- What is compared with earlier periods is what the same model told of both.
CREATE TABLE snapshot.first_reading AS
SELECT DISTINCT ON (mention_id, version_id, subject_id, field, start_char, end_char)
    mention_id,
    version_id,
    subject_id,
    field,
    start_char,
    end_char,
    former.tone,
    former.p_negative,
    former.p_neutral,
    former.p_positive,
    former.tone_model
FROM rescored
JOIN snapshot.subject_match AS present
USING (mention_id, version_id, subject_id, field, start_char, end_char)
JOIN match_history AS former
USING (mention_id, version_id, subject_id, field, start_char, end_char)
WHERE tone_reading(present.tone_model, present.p_negative, present.p_neutral, present.p_positive)
    = tone_reading(rescored.tone_model, rescored.p_negative, rescored.p_neutral, rescored.p_positive)
    AND tone_reading(former.tone_model, former.p_negative, former.p_neutral, former.p_positive)
    = rescored.reading
ORDER BY mention_id, version_id, subject_id, field, start_char, end_char, former.replaced_at;
COMMENT ON TABLE snapshot.first_reading IS 'One row: a match whose tone a better model has judged once more, and what the enrichment had found there: periods are compared by that, so that a change of models is no change of tone.';
COMMENT ON COLUMN snapshot.first_reading.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN snapshot.first_reading.version_id IS 'The version that was read.';
COMMENT ON COLUMN snapshot.first_reading.subject_id IS 'The subject named; see the table subject.';
COMMENT ON COLUMN snapshot.first_reading.field IS 'Where: title or text.';
COMMENT ON COLUMN snapshot.first_reading.start_char IS 'First character of the form in the field, from 0.';
COMMENT ON COLUMN snapshot.first_reading.end_char IS 'Character after the form''s last one.';
COMMENT ON COLUMN snapshot.first_reading.tone IS 'Tone that was found first: negative, neutral, positive, or uncertain.';
COMMENT ON COLUMN snapshot.first_reading.p_negative IS 'Probability of a negative tone, as found first; the three sum to 1.';
COMMENT ON COLUMN snapshot.first_reading.p_neutral IS 'Probability of a neutral tone, as found first.';
COMMENT ON COLUMN snapshot.first_reading.p_positive IS 'Probability of a positive tone, as found first.';
COMMENT ON COLUMN snapshot.first_reading.tone_model IS 'Name and version of the model that found it.';
CREATE TABLE snapshot.tone_model AS
SELECT * FROM tone_model
WHERE tone_model IN (
        SELECT tone_model FROM snapshot.subject_match
        UNION
        SELECT tone_model FROM snapshot.first_reading
    );
CREATE TABLE snapshot.mention_version AS
SELECT
    * EXCLUDE (raw)
    REPLACE (
        CASE
            WHEN native_id IN (SELECT native_id FROM withheld_native) THEN 'withheld'
            ELSE native_id
        END AS native_id
    )
FROM mention_version SEMI JOIN snapshot.mention USING (mention_id);
-- A name that is an employee's is no entity for analysts, whatever a pipeline made of it.
CREATE TABLE snapshot.entity AS
SELECT * FROM entity
SEMI JOIN snapshot.subject_match USING (mention_id, version_id)
ANTI JOIN (FROM subject_match SEMI JOIN (FROM subject WHERE facet = 'employee') USING (subject_id)) AS hidden
ON entity.mention_id = hidden.mention_id
    AND entity.version_id = hidden.version_id
    AND entity.field = hidden.field
    AND entity.start_char < hidden.end_char
    AND hidden.start_char < entity.end_char;
CREATE TABLE snapshot.flag AS
SELECT * FROM flag
SEMI JOIN snapshot.subject USING (subject_id)
SEMI JOIN snapshot.mention USING (mention_id);
-- Whoever came to the watchlist as an employee after a text was read is no phrase for analysts.
CREATE TABLE snapshot.keyphrase AS
SELECT * FROM keyphrase
SEMI JOIN snapshot.subject USING (subject_id)
SEMI JOIN snapshot.mention USING (mention_id)
WHERE NOT list_has_any(
        regexp_extract_all(strip_accents(lower(phrase)), '[\p{L}\p{N}]+'),
        list_transform($private_words::VARCHAR[], lambda word: strip_accents(lower(word)))
    );
CREATE TABLE snapshot.match_history AS
SELECT * FROM match_history
SEMI JOIN snapshot.subject USING (subject_id)
SEMI JOIN snapshot.mention USING (mention_id);
CREATE TABLE snapshot.restatement AS SELECT * FROM restatement SEMI JOIN snapshot.subject USING (subject_id);
CREATE TABLE snapshot.metric_history AS SELECT * FROM metric_history SEMI JOIN snapshot.mention USING (mention_id);
-- Counted anew, so that a story is what the snapshot's own mentions make of it.
CREATE TABLE snapshot.story AS
SELECT
    story_id,
    count(*)::INTEGER AS mentions,
    count(
        DISTINCT coalesce(platform || ' ' || coalesce(author_id, author_handle, author_name), mention_id)
    )::INTEGER AS authors,
    arg_min(mention_id, (occurred_at, mention_id)) AS first_mention_id,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at,
    max(loaded_at) AS loaded_at,
    story_id IN (SELECT story_id FROM story WHERE is_flood) AS is_flood
FROM snapshot.mention
GROUP BY story_id;
CREATE TABLE snapshot.story_text AS
SELECT * EXCLUDE (shingles, signature) FROM story_text SEMI JOIN snapshot.mention USING (text_id);
CREATE TABLE snapshot.hourly_volume AS
SELECT * FROM hourly_volume SEMI JOIN snapshot.subject USING (subject_id);
-- The canary's items that no snapshot knew of arrive with this one.
CREATE TABLE snapshot.canary_arrival AS
SELECT * REPLACE (coalesce(made_at, $now::TIMESTAMPTZ) AS made_at) FROM canary_arrival
ANTI JOIN withheld_stream USING (source, stream);

-- Staff: one row is a unit in a week, on one fixed grid, suppressed once and never published finer.
CREATE TABLE snapshot.staff_week AS
WITH unit AS (
    SELECT unit, count(*) AS people
    FROM (SELECT unnest($units::VARCHAR[]) AS unit)
    GROUP BY unit HAVING count(*) >= $minimum_group
),
week AS (
    SELECT DISTINCT date_trunc('week', timezone($time_zone, occurred_at))::DATE AS week_start FROM mention
),
counted AS (
    SELECT
        date_trunc('week', timezone($time_zone, occurred_at))::DATE AS week_start,
        unit,
        count(DISTINCT mention_id) AS mentions
    FROM mention
    JOIN subject_match USING (mention_id, version_id)
    JOIN subject USING (subject_id)
    WHERE facet = 'employee' AND NOT is_own
    GROUP BY ALL
)
SELECT
    week_start,
    unit,
    people::INTEGER AS people,
    CASE
        WHEN mentions IS NULL THEN 0
        WHEN mentions >= $minimum_group THEN mentions
    END::INTEGER AS mentions
FROM unit CROSS JOIN week LEFT JOIN counted USING (week_start, unit)
ORDER BY week_start, unit;
COMMENT ON TABLE snapshot.staff_week IS 'One row: mentions of consenting employees of a unit in a week. Only units with at least five consenting people appear; nothing finer is published.';
COMMENT ON COLUMN snapshot.staff_week.week_start IS 'Monday, in the firm''s time zone.';
COMMENT ON COLUMN snapshot.staff_week.unit IS 'The unit, as configured.';
COMMENT ON COLUMN snapshot.staff_week.people IS 'Consenting people in the unit when the snapshot was made.';
COMMENT ON COLUMN snapshot.staff_week.mentions IS 'Mentions of any of them; null where there were some, but fewer than five.';

CREATE TABLE snapshot.snapshot_info AS
SELECT
    $snapshot_id::VARCHAR AS snapshot_id,
    $now::TIMESTAMPTZ AS made_at,
    $watchlist_version::VARCHAR AS watchlist_version,
    $schema_version::VARCHAR AS schema_version,
    $time_zone::VARCHAR AS time_zone,
    (SELECT count(*) FROM mention) AS mentions_all,
    0::DOUBLE AS took_s;
COMMENT ON TABLE snapshot.snapshot_info IS 'The only row: what this snapshot is.';
COMMENT ON COLUMN snapshot.snapshot_info.snapshot_id IS 'Its versioned name, without folder and suffix.';
COMMENT ON COLUMN snapshot.snapshot_info.watchlist_version IS 'Version of the watchlist when it was made.';
COMMENT ON COLUMN snapshot.snapshot_info.schema_version IS 'Version of the tables and views that the program made it with.';
COMMENT ON COLUMN snapshot.snapshot_info.made_at IS 'Up to when the data is known, UTC.';
COMMENT ON COLUMN snapshot.snapshot_info.time_zone IS 'The firm''s time zone: where its days and weeks begin.';
COMMENT ON COLUMN snapshot.snapshot_info.mentions_all IS 'Mentions in the warehouse, those without any match included.';
COMMENT ON COLUMN snapshot.snapshot_info.took_s IS 'How long copying took, in seconds.';
