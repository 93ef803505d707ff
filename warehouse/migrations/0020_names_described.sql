-- What finds names, and whose are kept, as it is since a model for them ships.
COMMENT ON TABLE entity IS 'One row: a name in a matched mention: a watched brand, company or organisation, found by matching, or an organisation, place or product that a model or a spaCy pipeline found. Persons are not kept where they are recognised, employees never.';
COMMENT ON COLUMN entity.pipeline IS 'Name and version of what found it: the watchlist, the model that ships (names 1), or a spaCy pipeline.';
