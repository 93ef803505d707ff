CREATE TABLE rescored (
    mention_id  VARCHAR NOT NULL,
    version_id  VARCHAR NOT NULL,
    subject_id  VARCHAR NOT NULL,
    field       VARCHAR NOT NULL,
    start_char  INTEGER NOT NULL,
    end_char    INTEGER NOT NULL,
    reading     VARCHAR NOT NULL,
    tone        VARCHAR NOT NULL,
    p_negative  DOUBLE NOT NULL,
    p_neutral   DOUBLE NOT NULL,
    p_positive  DOUBLE NOT NULL,
    tone_model  VARCHAR NOT NULL,
    rescored_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE rescored IS 'One row: a match whose tone a better model has judged once more. It stands in for the reading that it replaced, whenever that is found again. Never an employee''s. Absent from snapshots.';
COMMENT ON COLUMN rescored.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN rescored.version_id IS 'The version that was read.';
COMMENT ON COLUMN rescored.subject_id IS 'The subject named; see the table subject.';
COMMENT ON COLUMN rescored.field IS 'Where: title or text.';
COMMENT ON COLUMN rescored.start_char IS 'First character of the form in the field, from 0.';
COMMENT ON COLUMN rescored.end_char IS 'Character after the form''s last one.';
COMMENT ON COLUMN rescored.reading IS 'What the enrichment had found there: the model and its three probabilities, rounded (macro tone_reading).';
COMMENT ON COLUMN rescored.tone IS 'Tone towards the subject now: negative, neutral, positive, or uncertain.';
COMMENT ON COLUMN rescored.p_negative IS 'Probability of a negative tone; the three sum to 1.';
COMMENT ON COLUMN rescored.p_neutral IS 'Probability of a neutral tone.';
COMMENT ON COLUMN rescored.p_positive IS 'Probability of a positive tone.';
COMMENT ON COLUMN rescored.tone_model IS 'Name and version of the model that judged it once more.';
COMMENT ON COLUMN rescored.rescored_at IS 'When the figures changed, UTC.';
