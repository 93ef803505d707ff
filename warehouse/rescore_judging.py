"""Judge stored mentions once more, batch by batch: each passage once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from enrichment.passages import Passage, passages_around
from enrichment.tone.model import Tone, ToneModel
from warehouse.rescore import Ask, Candidate

Row = Mapping[str, Any]
Key = tuple[str, str, str, str, int, int]
"""A match: mention, version, subject, field, start and end."""

PASSAGES_AT_ONCE = 64
"""A batch of the accurate model takes two to four seconds: that much a kill may lose."""

_PLACES_AT_ONCE = 2_000
_MENTIONS_READ = 128
_REMEMBERED = 50_000
"""Judged passages kept: copies stand together, memory stays bounded."""


def judge_in_batches(
    ask: Ask, candidates: Sequence[Candidate], model: ToneModel, *, done: Collection[Key] = ()
) -> Iterator[list[dict[str, Any]]]:
    """
    Judge the matches of mentions once more, each distinct passage once.

    What a copy of a text was judged before, by the same model, is taken from there.

    Args:
        ask: Runs a named query on the snapshot.
        candidates: In the order in which they are judged.
        model: Judges.
        done: Matches to be left out.

    Yields:
        Batches of rows of `rescore_file.RESCORED_SCHEMA`: each match as it was read, and
        its new tone. A batch is judged when it is asked for.
    """
    tones: dict[Passage, Tone] = {}
    waiting: list[tuple[Row, Passage]] = []
    unread: dict[Passage, None] = {}
    for begin in range(0, len(candidates), _MENTIONS_READ):
        mentions = [one.mention_id for one in candidates[begin : begin + _MENTIONS_READ]]
        read = _read(ask, mentions, model.name)
        for places in read.values():
            tones.update(
                (cut, _tone(row)) for row, cut in places if row["tone_model"] == model.name
            )
        for mention in mentions:
            for row, passage in read.get(mention, ()):
                if not row["is_watched"] or row["tone_model"] == model.name or key_of(row) in done:
                    continue
                waiting.append((row, passage))
                if passage not in tones:
                    unread[passage] = None
                if len(unread) >= PASSAGES_AT_ONCE or len(waiting) >= _PLACES_AT_ONCE:
                    yield _judged(waiting, unread, tones, model)
                    waiting, unread = [], {}
        _forget(tones, {passage for _, passage in waiting})
    if waiting:
        yield _judged(waiting, unread, tones, model)


def _forget(tones: dict[Passage, Tone], needed: Collection[Passage]) -> None:
    """Let the oldest tones go beyond those that are remembered, save for what waits for its batch."""
    for passage in list(islice(tones, max(0, len(tones) - _REMEMBERED))):
        if passage not in needed:
            del tones[passage]


def _judged(
    waiting: Sequence[tuple[Row, Passage]],
    unread: Collection[Passage],
    tones: dict[Passage, Tone],
    model: ToneModel,
) -> list[dict[str, Any]]:
    fresh = list(unread)
    tones.update(zip(fresh, model.judge(fresh), strict=True))
    return [_row(row, tones[passage], model.name) for row, passage in waiting]


def _read(ask: Ask, mentions: Sequence[str], model: str) -> dict[str, list[tuple[Row, Passage]]]:
    """Read the places of mentions, and of copies that were judged before, with their passages."""
    texts = {row["mention_id"]: row for row in ask("rescore_texts", mentions=mentions, model=model)}
    found = ask("rescore_places", mentions=list(texts))
    read: dict[str, list[tuple[Row, Passage]]] = {}
    for (mention, field), group in groupby(found, lambda row: (row["mention_id"], row["field"])):
        text, places = texts[mention], list(group)
        passages = passages_around(
            text[field] or "",
            [(row["start_char"], row["end_char"], row["subject_id"]) for row in places],
            language=text["language"],
        )
        read.setdefault(mention, []).extend(zip(places, passages, strict=True))
    return read


def key_of(row: Row) -> Key:
    """Name the match of a row: the columns `KEY_COLUMNS` of `rescore_file`."""
    return (
        row["mention_id"],
        row["version_id"],
        row["subject_id"],
        row["field"],
        row["start_char"],
        row["end_char"],
    )


def _tone(row: Row) -> Tone:
    return Tone(
        label=row["tone"],
        p_negative=row["p_negative"],
        p_neutral=row["p_neutral"],
        p_positive=row["p_positive"],
    )


def _row(row: Row, tone: Tone, model: str) -> dict[str, Any]:
    mention_id, version_id, subject_id, field, start, end = key_of(row)
    return {
        "mention_id": mention_id,
        "version_id": version_id,
        "subject_id": subject_id,
        "field": field,
        "start_char": start,
        "end_char": end,
        "read_model": row["tone_model"],
        "read_negative": row["p_negative"],
        "read_neutral": row["p_neutral"],
        "read_positive": row["p_positive"],
        "tone": tone.label,
        "p_negative": tone.p_negative,
        "p_neutral": tone.p_neutral,
        "p_positive": tone.p_positive,
        "tone_model": model,
    }
