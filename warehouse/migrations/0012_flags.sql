CREATE TABLE flag (
    mention_id VARCHAR NOT NULL,
    version_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    field      VARCHAR NOT NULL,
    flag       VARCHAR NOT NULL,
    rule       VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char   INTEGER NOT NULL,
    loaded_at  TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE flag IS 'One row: what a mention''s version possibly is, or possibly tells, about a subject, as a rule found it in the words around the name. Never about an employee.';
COMMENT ON COLUMN flag.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN flag.version_id IS 'The version that was read; join it with mention.version_id for the present one.';
COMMENT ON COLUMN flag.subject_id IS 'The subject it is about; see the table subject.';
COMMENT ON COLUMN flag.field IS 'Where: title or text.';
COMMENT ON COLUMN flag.flag IS 'Possibly a complaint, question, praise or recommendation; or possibly news of a recall (or unsafe product), breach (of data), strike, legal matter, boycott or threat.';
COMMENT ON COLUMN flag.rule IS 'Id of the rule, which ships or stands in flags.toml.';
COMMENT ON COLUMN flag.start_char IS 'First character of the words that raised it in the field, from 0.';
COMMENT ON COLUMN flag.end_char IS 'Character after the last of them.';
COMMENT ON COLUMN flag.loaded_at IS 'When this row came into the warehouse, UTC.';
