-- Stories of near copies: what each text is found again by, and which stories are floods.

ALTER TABLE mention_version ADD COLUMN text_id VARCHAR;
COMMENT ON COLUMN mention_version.text_id IS 'Hash of the title and text up to case, links and punctuation; null where it was enriched before there was one.';
COMMENT ON COLUMN mention_version.story_id IS 'Hash of the text (of title and text where the text is short): equal for exact copies up to case, links and punctuation.';

ALTER TABLE mention ADD COLUMN text_id VARCHAR;
COMMENT ON COLUMN mention.text_id IS 'Its text in its week; see the table story_text.';
COMMENT ON COLUMN mention.story_id IS 'The story it belongs to: mentions that repeat one another; see the table story. A story that was found to be part of an earlier one takes its name: story_alias.';
-- Only hashes that are there already are read: each keeps its story, and none is found again by a part.
UPDATE mention SET text_id = md5(story_id || ' ' || floor(epoch(occurred_at) / 604800)::INTEGER);

CREATE TABLE story_text (
    text_id   VARCHAR NOT NULL,
    copy_id   VARCHAR NOT NULL,
    week      INTEGER NOT NULL,
    first_at  TIMESTAMPTZ NOT NULL,
    story_id  VARCHAR NOT NULL,
    shingles  UINTEGER[],
    signature BLOB
);
COMMENT ON TABLE story_text IS 'One row: a text in one week, and the story that it tells; gone as soon as no mention has that text. A story is what texts at most three weeks apart have in common, from one to the next.';
COMMENT ON COLUMN story_text.text_id IS 'Hash of title, text and week: what the story is called if this text comes first in it.';
COMMENT ON COLUMN story_text.copy_id IS 'mention_version.story_id: equal for exact copies of the text.';
COMMENT ON COLUMN story_text.week IS 'Weeks since 1970-01-01 UTC of the mentions'' occurred_at.';
COMMENT ON COLUMN story_text.first_at IS 'Earliest occurred_at of its mentions, UTC.';
COMMENT ON COLUMN story_text.story_id IS 'The story; see the table story.';
COMMENT ON COLUMN story_text.shingles IS 'Hashes of runs of words, by which near copies are looked up; none for a text that is too short to have some. Absent from snapshots.';
COMMENT ON COLUMN story_text.signature IS 'Hashes of its first words, by which near copies are told. Absent from snapshots.';
INSERT INTO story_text
SELECT
    text_id, any_value(story_id), floor(epoch(min(occurred_at)) / 604800)::INTEGER, min(occurred_at),
    any_value(story_id), NULL, NULL
FROM mention
GROUP BY text_id;

ALTER TABLE story ADD COLUMN is_flood BOOLEAN DEFAULT false;
COMMENT ON TABLE story IS 'One row: mentions that repeat one another: copies, near copies, reposts and quotes.';
COMMENT ON COLUMN story.story_id IS 'Name of the story: the text_id of the text that came first in it. It changes only if an earlier text joins it or its first text is deleted; the view story_alias knows former names.';
COMMENT ON COLUMN story.is_flood IS 'Whether at least 50 accounts wrote it as posts of their own, reposts and articles left out, within one day (UTC): counted apart, raises no alert.';

ALTER TABLE hourly_volume ADD COLUMN flood INTEGER DEFAULT 0;
COMMENT ON COLUMN hourly_volume.mentions IS 'Earned mentions: distinct, the firm''s own posts and floods left out.';
COMMENT ON COLUMN hourly_volume.flood IS 'Mentions in floods (story.is_flood), counted apart and in no other column.';
