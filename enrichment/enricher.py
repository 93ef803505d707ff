"""What we decide about each mention: language, subjects, tone, names, story."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from collectors.watchlist import Watchlist
from enrichment.flags.finder import FlagFinder
from enrichment.flags.matches import SubjectFlag, flag_matches
from enrichment.flags.rules import FlagSettings
from enrichment.keyphrases.matches import SubjectPhrase, phrase_matches, private_words_of
from enrichment.language.detection import detect_language, language_model
from enrichment.matching.query_text import About
from enrichment.matching.subjects import Match, SubjectMatcher
from enrichment.names.employees import EmployeeNames
from enrichment.names.entities import (
    Entity,
    find_recogniser,
    kept_entities,
    person_spans,
    recogniser_name,
)
from enrichment.pipeline import build_pipeline, make_doc, recogniser_for
from enrichment.relevance.model import RelevanceModel
from enrichment.step_times import StepTimes
from enrichment.stories.signatures import signatures, story_id
from enrichment.tone.error import MeasuredTone
from enrichment.tone.fast import default_tone_model
from enrichment.tone.model import Tone, ToneModel

READ_COLUMNS = (
    "mention_id",
    "platform",
    "title",
    "text",
    "url",
    "author_handle",
    "author_name",
    "language_tag",
)
"""What of a mention is read."""

_REMEMBERED = 20_000
"""Analyses kept: copies of a text come close together, memory stays bounded."""
_MOST_PLACES = 50
"""In one field, for one subject: who names it a thousand times says it once."""
_NAMED_LANGUAGES = ("nl", "fr", "en", "de")
_DOCS_AT_ONCE = 128
_UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class _Task:
    """One text to analyse; equal tasks have one answer."""

    text: str
    language: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class _Analysis:
    tones: tuple[Tone, ...]
    entities: tuple[Entity, ...]
    flags: tuple[SubjectFlag, ...]
    phrases: tuple[SubjectPhrase, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """One mention between matching and analysis."""

    language: str
    score: float | None
    signatures: Mapping[str, Any]
    tasks: tuple[_Task, ...]
    relevance: Mapping[str, float]


class Enricher:
    """
    Decides about mentions, each by its own text alone.

    Matching reads the raw strings, before any spaCy Doc exists. What names nobody
    is read no further: its language stays open, its copies are the exact ones. Only
    fields with a match go through `nlp.pipe`, and the same text only once. What it
    remembers saves work and changes no answer.
    """

    def __init__(
        self,
        watchlist: Watchlist,
        *,
        tone_model: ToneModel | None = None,
        has_entities: bool = True,
        flags: FlagSettings | None = None,
        relevance: RelevanceModel | None = None,
        recognisers: Mapping[str, str | None] | None = None,
    ) -> None:
        """
        Args:
            watchlist: Whom to look for.
            tone_model: Judges passages; None: the model that ships.
            has_entities: Whether to find names: the watchlist's, and others in a language that is read.
            flags: Which rules flag mentions; None: those that ship.
            relevance: Judges whether a mention is about a subject; None: every match stands.
            recognisers: What finds names in some languages, see `find_recogniser`; None: what is there.
        """
        self.watchlist = watchlist
        self.tone_model = tone_model or default_tone_model()
        self._has_entities = has_entities
        self._recognisers = recognisers or {}
        self.times = StepTimes()
        """Where the time went."""
        self._flags = FlagFinder((flags or FlagSettings()).rules())
        self._relevance = relevance
        self._thresholds = {subject.id: subject.relevance for subject in watchlist.subject}
        self.not_about = 0
        """Mentions of which a match was left out, since they are probably about something else."""
        self._private_words = private_words_of(watchlist.subject)
        self._employees = EmployeeNames(watchlist.subject)
        self._people = {s.id for s in watchlist.subject if s.facet == "employee"}
        self._matchers: dict[tuple[str, ...], SubjectMatcher] = {}
        self._analyses: OrderedDict[_Task, _Analysis] = OrderedDict()

    def describe(self) -> dict[str, str]:
        """Name the watchlist and the models that decide, for a file's header."""
        found = {
            language: find_recogniser(language, chosen=self._recognisers)
            if self._has_entities
            else None
            for language in dict.fromkeys((*_NAMED_LANGUAGES, *self._recognisers))
        }
        recognisers = {
            language: recogniser_name(one).replace(" ", "-") if one else "none"
            for language, one in found.items()
        }
        measured = self.tone_model if isinstance(self.tone_model, MeasuredTone) else None
        return {
            "watchlist_version": self.watchlist.version,
            "language_model": language_model(),
            "tone_model": self.tone_model.name,
            **({"tone_error": measured.error.to_json()} if measured else {}),
            "entities": " ".join(f"{key}={name}" for key, name in recognisers.items()),
            "flag_rules": self._flags.version,
            "relevance_model": self._relevance.name if self._relevance else "none",
        }

    def enrich(self, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> list[dict[str, Any]]:
        """
        Decide about mentions.

        Args:
            rows: Rows of `MENTION_SCHEMA`, of which `READ_COLUMNS` are read.
            now: Aware; employees are looked for where their consent stands at this moment.

        Returns:
            For each row, in order, the columns that `ENRICHED_SCHEMA` adds.
        """
        drafts = [self._draft(row, now) for row in rows]
        self._analyse(dict.fromkeys(task for draft in drafts for task in draft.tasks))
        decided = [self._decide(draft) for draft in drafts]
        while len(self._analyses) > _REMEMBERED:
            self._analyses.popitem(last=False)
        return decided

    def _draft(self, row: Mapping[str, Any], now: datetime) -> _Draft:
        title, text, platform = row["title"] or "", row["text"] or "", row["platform"]
        with self.times.of("matching"):
            matches = self._matcher(platform, now).find_in(
                title=title or None,
                text=text,
                platform=platform,
                about=About(
                    platform=platform,
                    author_handle=row.get("author_handle"),
                    author_name=row.get("author_name"),
                    url=row.get("url"),
                    language_tag=row["language_tag"],
                ),
            )
        relevance: Mapping[str, float] = {}
        if matches and self._relevance is not None:
            with self.times.of("relevance"):
                found = len(matches)
                matches, relevance = self._relevance.sift(title, text, matches, self._thresholds)
                self.not_about += len(matches) < found
        if not matches:
            with self.times.of("copies"):
                exact = story_id(row)
            copies = {"story_id": exact, "text_id": exact, "shingles": (), "signature": None}
            return _Draft(_UNKNOWN, None, copies, (), {})
        with self.times.of("language"):
            language, score = detect_language(f"{title}\n{text}", row["language_tag"])
        with self.times.of("copies"):
            copies = signatures(row)
        tasks = []
        for field, content in (("title", title), ("text", text)):
            here = _few_places(match for match in matches if match.field == field)
            if here:
                tasks.append(_Task(content, language, here))
        return _Draft(language, score, copies, tuple(tasks), relevance)

    def _relevance_of(self, match: Match, relevance: Mapping[str, float]) -> dict[str, Any]:
        judged = relevance.get(match.subject)
        name = None if judged is None or self._relevance is None else self._relevance.name
        return {"relevance": judged, "relevance_model": name}

    def _matcher(self, platform: str, now: datetime) -> SubjectMatcher:
        """Find the matcher of those who may be looked for there: one for each such set."""
        subjects = self.watchlist.watched(platform, now)
        key = tuple(subject.id for subject in subjects)
        if key not in self._matchers:
            self._matchers[key] = SubjectMatcher(subjects)
        return self._matchers[key]

    def _analyse(self, tasks: Iterable[_Task]) -> None:
        """Analyse what is new, in one stream for each pipeline."""
        streams: dict[tuple[str, str | None], list[_Task]] = {}
        for task in tasks:
            if task in self._analyses:
                self._analyses.move_to_end(task)
                continue
            recogniser = (
                recogniser_for(task.language, task.text, self._recognisers)
                if self._has_entities
                else None
            )
            streams.setdefault((task.language, recogniser), []).append(task)
        for (language, recogniser), stream in streams.items():
            with self.times.of("loading models"):
                nlp = _pipeline(language, self.tone_model, recogniser)
            # The zone gives back what the vocabulary learnt from these texts.
            with nlp.memory_zone(), self.times.of("tone and names"):
                self._read_docs(nlp, language, recogniser, stream)

    def _read_docs(
        self, nlp: Language, language: str, recogniser: str | None, tasks: Sequence[_Task]
    ) -> None:
        docs = ((make_doc(nlp, task.text, task.matches, language=language), task) for task in tasks)
        for doc, task in nlp.pipe(docs, as_tuples=True, batch_size=_DOCS_AT_ONCE):
            entities = self._entities(doc, task, recogniser)
            flags = flag_matches(self._flags, task.matches, doc._.passages, self._people)
            phrases = phrase_matches(
                task.matches,
                doc._.passages,
                people=self._people,
                persons=person_spans(doc) if recogniser else (),
                private_words=self._private_words,
            )
            self._analyses[task] = _Analysis(doc._.tones, entities, tuple(flags), tuple(phrases))

    def _entities(self, doc: Doc, task: _Task, recogniser: str | None) -> tuple[Entity, ...]:
        if not self._has_entities:
            return ()
        return tuple(
            kept_entities(
                doc,
                found_by=recogniser_name(recogniser) if recogniser else "none",
                people=self._employees.spans(task.text),
                watched=[(m.start, m.end) for m in task.matches if m.subject not in self._people],
                watched_by=f"watchlist {self.watchlist.version}",
                private_words=self._private_words,
            )
        )

    def _decide(self, draft: _Draft) -> dict[str, Any]:
        found = [(task, self._analyses[task]) for task in draft.tasks]
        return {
            "language": draft.language,
            "language_score": draft.score,
            **draft.signatures,
            "matches": [
                _match_row(match, tone, self.tone_model.name)
                | self._relevance_of(match, draft.relevance)
                for task, analysis in found
                for match, tone in zip(task.matches, analysis.tones, strict=True)
            ],
            "entities": [
                _entity_row(task.matches[0].field, entity)
                for task, analysis in found
                for entity in analysis.entities
            ],
            "flags": [
                _flag_row(task.matches[0].field, flag)
                for task, analysis in found
                for flag in analysis.flags
            ],
            "keyphrases": _phrase_rows(
                phrase for _, analysis in found for phrase in analysis.phrases
            ),
        }


@lru_cache(maxsize=32)
def _pipeline(language: str, tone_model: ToneModel, recogniser: str | None) -> Language:
    """Build each pipeline once a process: loading a recogniser takes a second."""
    return build_pipeline(language, tone_model=tone_model, recogniser=recogniser)


def _few_places(matches: Iterable[Match]) -> tuple[Match, ...]:
    counts: dict[str, int] = {}
    kept = []
    for match in matches:
        counts[match.subject] = counts.get(match.subject, 0) + 1
        if counts[match.subject] <= _MOST_PLACES:
            kept.append(match)
    return tuple(kept)


def _match_row(match: Match, tone: Tone, model: str) -> dict[str, Any]:
    return {
        "subject_id": match.subject,
        "field": match.field,
        "form": match.form,
        "start_char": match.start,
        "end_char": match.end,
        "rule": match.rule,
        "tone": tone.label,
        "p_negative": tone.p_negative,
        "p_neutral": tone.p_neutral,
        "p_positive": tone.p_positive,
        "tone_model": model,
    }


def _flag_row(field: str, flag: SubjectFlag) -> dict[str, Any]:
    return {
        "subject_id": flag.subject,
        "field": field,
        "flag": flag.flag,
        "rule": flag.rule,
        "start_char": flag.start,
        "end_char": flag.end,
    }


def _phrase_rows(phrases: Iterable[SubjectPhrase]) -> list[dict[str, Any]]:
    """Give each phrase of a subject once, though title and text both use it."""
    first = {(phrase.subject, phrase.key): phrase for phrase in reversed(list(phrases))}
    return [
        {"subject_id": phrase.subject, "phrase": phrase.phrase, "key": phrase.key}
        for phrase in reversed(first.values())
    ]


def _entity_row(field: str, entity: Entity) -> dict[str, Any]:
    return {
        "field": field,
        "text": entity.text,
        "label": entity.label,
        "start_char": entity.start,
        "end_char": entity.end,
        "pipeline": entity.found_by,
    }
