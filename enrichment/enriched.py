"""Enriched files: a landing file's rows with what we decided about each of them."""

import pyarrow as pa

from collectors.landing import MENTION_SCHEMA

MATCH_FIELDS = pa.struct(
    [
        ("subject_id", pa.string()),
        ("field", pa.string()),
        ("form", pa.string()),
        ("start_char", pa.int32()),
        ("end_char", pa.int32()),
        ("rule", pa.string()),
        ("tone", pa.string()),
        ("p_negative", pa.float64()),
        ("p_neutral", pa.float64()),
        ("p_positive", pa.float64()),
        ("tone_model", pa.string()),
        ("relevance", pa.float64()),
        ("relevance_model", pa.string()),
    ]
)
"""One place where the mention names a subject; see the table `subject_match`."""

ENTITY_FIELDS = pa.struct(
    [
        ("field", pa.string()),
        ("text", pa.string()),
        ("label", pa.string()),
        ("start_char", pa.int32()),
        ("end_char", pa.int32()),
        ("pipeline", pa.string()),
    ]
)
"""One name in a matched mention; see the table `entity`."""

FLAG_FIELDS = pa.struct(
    [
        ("subject_id", pa.string()),
        ("field", pa.string()),
        ("flag", pa.string()),
        ("rule", pa.string()),
        ("start_char", pa.int32()),
        ("end_char", pa.int32()),
    ]
)
"""What the mention possibly is, or tells, about a subject; see the table `flag`."""

KEYPHRASE_FIELDS = pa.struct(
    [("subject_id", pa.string()), ("phrase", pa.string()), ("key", pa.string())]
)
"""A phrase used around a subject's name; see the table `keyphrase`."""

ENRICHED_SCHEMA = pa.schema(
    [
        *MENTION_SCHEMA,
        ("language", pa.string()),
        ("language_score", pa.float64()),
        ("story_id", pa.string()),
        ("text_id", pa.string()),
        ("shingles", pa.list_(pa.uint32())),
        ("signature", pa.binary()),
        ("matches", pa.list_(MATCH_FIELDS)),
        ("entities", pa.list_(ENTITY_FIELDS)),
        ("flags", pa.list_(FLAG_FIELDS)),
        ("keyphrases", pa.list_(KEYPHRASE_FIELDS)),
    ]
)
"""One row is one mention of the landing file, in its order."""
