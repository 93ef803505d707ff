CREATE TABLE keyphrase (
    mention_id VARCHAR NOT NULL,
    version_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    phrase     VARCHAR NOT NULL,
    key        VARCHAR NOT NULL,
    language   VARCHAR NOT NULL,
    loaded_at  TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE keyphrase IS 'One row: a phrase of one to four words that a mention''s version uses around a subject''s name. No name of a subject or of a person, as far as it is known for one; never around an employee''s name. The macro themes counts them.';
COMMENT ON COLUMN keyphrase.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN keyphrase.version_id IS 'The version that was read; join it with mention.version_id for the present one.';
COMMENT ON COLUMN keyphrase.subject_id IS 'The subject; see the table subject.';
COMMENT ON COLUMN keyphrase.phrase IS 'As written.';
COMMENT ON COLUMN keyphrase.key IS 'The same without case, accents, small words and endings: equal for plural and inflection.';
COMMENT ON COLUMN keyphrase.language IS 'Language of the mention, as found in the text: ISO 639-1, or und when unsure.';
COMMENT ON COLUMN keyphrase.loaded_at IS 'When this row came into the warehouse, UTC.';
