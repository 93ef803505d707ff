CREATE TABLE match_history (
    mention_id        VARCHAR NOT NULL,
    version_id        VARCHAR NOT NULL,
    subject_id        VARCHAR NOT NULL,
    field             VARCHAR NOT NULL,
    form              VARCHAR NOT NULL,
    start_char        INTEGER NOT NULL,
    end_char          INTEGER NOT NULL,
    rule              VARCHAR NOT NULL,
    tone              VARCHAR NOT NULL,
    p_negative        DOUBLE NOT NULL,
    p_neutral         DOUBLE NOT NULL,
    p_positive        DOUBLE NOT NULL,
    tone_model        VARCHAR NOT NULL,
    watchlist_version VARCHAR NOT NULL,
    enriched_at       TIMESTAMPTZ NOT NULL,
    replaced_at       TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE match_history IS 'One row: a match that a later reading of the same text no longer makes, or makes otherwise. Never an employee''s.';
COMMENT ON COLUMN match_history.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN match_history.version_id IS 'The version that was read.';
COMMENT ON COLUMN match_history.subject_id IS 'The subject that was found; see the table subject.';
COMMENT ON COLUMN match_history.field IS 'Where: title, text or url.';
COMMENT ON COLUMN match_history.form IS 'The characters found, as written.';
COMMENT ON COLUMN match_history.start_char IS 'First character of the form in the field, from 0.';
COMMENT ON COLUMN match_history.end_char IS 'Character after the form''s last one.';
COMMENT ON COLUMN match_history.rule IS 'Why it counted: term, hashtag, handle, domain, …';
COMMENT ON COLUMN match_history.tone IS 'Tone towards the subject: negative, neutral, positive, or uncertain.';
COMMENT ON COLUMN match_history.p_negative IS 'Probability of a negative tone; the three sum to 1.';
COMMENT ON COLUMN match_history.p_neutral IS 'Probability of a neutral tone.';
COMMENT ON COLUMN match_history.p_positive IS 'Probability of a positive tone.';
COMMENT ON COLUMN match_history.tone_model IS 'Name and version of the model that judged the tone.';
COMMENT ON COLUMN match_history.watchlist_version IS 'Version of the watchlist that found it.';
COMMENT ON COLUMN match_history.enriched_at IS 'When it was found, UTC.';
COMMENT ON COLUMN match_history.replaced_at IS 'When it stopped to count, UTC.';

CREATE TABLE restatement (
    mention_id               VARCHAR NOT NULL,
    subject_id               VARCHAR NOT NULL,
    occurred_at              TIMESTAMPTZ NOT NULL,
    change                   VARCHAR NOT NULL,
    tone_before              VARCHAR,
    tone_after               VARCHAR,
    watchlist_version_before VARCHAR,
    watchlist_version_after  VARCHAR NOT NULL,
    restated_at              TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE restatement IS 'One row: an earned mention that stored texts, read again, count for a subject otherwise than before. Never an employee.';
COMMENT ON COLUMN restatement.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN restatement.subject_id IS 'The subject; see the table subject.';
COMMENT ON COLUMN restatement.occurred_at IS 'The mention''s time that charts use, UTC.';
COMMENT ON COLUMN restatement.change IS 'added: it names the subject now; removed: it no longer does; tone: its tone is another one.';
COMMENT ON COLUMN restatement.tone_before IS 'Tone towards the subject before; null where it was added.';
COMMENT ON COLUMN restatement.tone_after IS 'Tone towards the subject now; null where it was removed.';
COMMENT ON COLUMN restatement.watchlist_version_before IS 'Version of the watchlist before; null where it was added.';
COMMENT ON COLUMN restatement.watchlist_version_after IS 'Version of the watchlist now.';
COMMENT ON COLUMN restatement.restated_at IS 'When the figures changed, UTC.';
