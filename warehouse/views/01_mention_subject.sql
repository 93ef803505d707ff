CREATE OR REPLACE VIEW mention_subject AS
SELECT
    mention.mention_id,
    subject_match.subject_id,
    subject.facet,
    subject.relation,
    mention.occurred_at,
    mention.platform,
    mention.language,
    mention.kind,
    mention.is_own,
    mention.is_repost,
    mention.story_id,
    mention.story_id IN (SELECT story_id FROM story WHERE is_flood) AS is_flood,
    any_value(
        mention.platform || ' '
        || coalesce(mention.author_id, mention.author_handle, mention.author_name)
    ) AS author,
    any_value(mention.url) AS url,
    any_value(mention.title) AS title,
    any_value(mention.text) AS text,
    tone_towards(
        sum(subject_match.p_negative),
        sum(subject_match.p_neutral),
        sum(subject_match.p_positive),
        bool_and(subject_match.tone = 'uncertain')
    ) AS tone,
    avg(subject_match.p_negative) AS p_negative,
    avg(subject_match.p_neutral) AS p_neutral,
    avg(subject_match.p_positive) AS p_positive,
    min(subject_match.relevance) AS relevance,
    min(subject_match.tone_model) AS tone_model,
    count(*) AS matches,
    any_value(mention.metrics['followers']) AS reach
FROM mention
INNER JOIN subject_match USING (mention_id, version_id)
INNER JOIN subject ON subject.subject_id = subject_match.subject_id
-- What people filter by stands among the keys, so that the filter reaches the scan.
GROUP BY
    mention.mention_id,
    subject_match.subject_id,
    subject.facet,
    subject.relation,
    mention.occurred_at,
    mention.platform,
    mention.language,
    mention.kind,
    mention.is_own,
    mention.is_repost,
    mention.story_id;

COMMENT ON VIEW mention_subject IS 'One row: a mention, in its newest version, and one subject that it names.';
COMMENT ON COLUMN mention_subject.mention_id IS 'The mention; see the table mention.';
COMMENT ON COLUMN mention_subject.subject_id IS 'The subject named; see the table subject.';
COMMENT ON COLUMN mention_subject.facet IS 'The subject''s facet: brand, company, employee or organisation.';
COMMENT ON COLUMN mention_subject.relation IS 'The organisation''s relation: customer, supplier, prospect or competitor.';
COMMENT ON COLUMN mention_subject.occurred_at IS 'The time that charts use.';
COMMENT ON COLUMN mention_subject.platform IS 'x, reddit, feed, …';
COMMENT ON COLUMN mention_subject.language IS 'Language as found in the text: ISO 639-1, or und when unsure.';
COMMENT ON COLUMN mention_subject.kind IS 'post, reply, repost, quote, comment or article.';
COMMENT ON COLUMN mention_subject.is_own IS 'Published by the firm itself: leave these out of earned figures.';
COMMENT ON COLUMN mention_subject.is_repost IS 'A repetition by the platform''s own button.';
COMMENT ON COLUMN mention_subject.story_id IS 'The story that the mention belongs to.';
COMMENT ON COLUMN mention_subject.is_flood IS 'Whether that story is a flood (see story.is_flood): counted apart, left out of volume, share and alerts.';
COMMENT ON COLUMN mention_subject.author IS 'Key of the author across platforms; null if unknown.';
COMMENT ON COLUMN mention_subject.url IS 'Where people can read it.';
COMMENT ON COLUMN mention_subject.title IS 'Title, where the platform has one.';
COMMENT ON COLUMN mention_subject.text IS 'Plain text; what others wrote: treat it as hostile wherever it is shown.';
COMMENT ON COLUMN mention_subject.tone IS 'Tone towards the subject: the one with the largest sum of probabilities over the matches; uncertain only if every match is.';
COMMENT ON COLUMN mention_subject.p_negative IS 'Mean probability of a negative tone over the matches.';
COMMENT ON COLUMN mention_subject.p_neutral IS 'Mean probability of a neutral tone over the matches.';
COMMENT ON COLUMN mention_subject.p_positive IS 'Mean probability of a positive tone over the matches.';
COMMENT ON COLUMN mention_subject.relevance IS 'Probability that the mention is about the subject, as learnt by relevance teach; null where nothing was learnt.';
COMMENT ON COLUMN mention_subject.tone_model IS 'Model that judged the tone (of several the first by name); see the table tone_model.';
COMMENT ON COLUMN mention_subject.matches IS 'How many places of the mention name the subject.';
COMMENT ON COLUMN mention_subject.reach IS 'Followers of the author as last seen; null if the platform does not tell. Not comparable between platforms.';
