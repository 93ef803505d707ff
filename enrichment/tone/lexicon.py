"""The tone of a passage by its words: a lexicon with negation, strength and contrast."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import exp, log1p

from enrichment.tone.ngrams import unescaped

LEXICON_LANGUAGES = ("nl", "fr", "en", "de")
FEATURES = (
    "positive",
    "negative",
    "balance",
    "positive_emoji",
    "negative_emoji",
    "question",
    "exclamation",
    "negations",
    "nothing_found",
    "both",
    "link",
    "words",
)
"""What `lexicon_features` measures, in its order."""

_NEGATED_PRAISE = -0.7
_NEGATED_BLAME = -0.4
"""*Not bad* says less good than *not good* says bad."""
_MORE, _LESS = 1.4, 0.6
_AFTER_CONTRAST, _BEFORE_CONTRAST = 1.5, 0.6
_SHOUTED = 1.3
_MOST = 12.0
_NEGATION_REACH = 4
_BACKWARD_REACH = 3
_REACH_AFTER, _REACH_BEFORE, _FAR = 20.0, 5.0, 0.1
"""In tokens: where the weight of a word falls to 1/e, and what is left of it far away."""
_ELSEWHERE = 0.2
"""What counts of *Bolt is awful* for Acme in *Acme is great, but Bolt is awful*."""
_SHORTEST_STEM = 3
_SHORTEST_SHOUT = 4
_LONGEST_WORD = 60
_WEIGHT_LINE = re.compile(r"^[+-][123]$")

_TOKEN = re.compile(
    r"(?P<link>https?://\S+|www\.\S+|\bhttp\b)"
    r"|(?P<handle>@\w+)"
    r"|(?P<face>[<>]?[:;=][-'o^]?[)(DPp/|*]|\^\^|<3|\bx[Dd]\b|-_-|D:)"
    r"|(?P<word>#?[^\W_]+(?:['\u2019-][^\W\d_]+)*['\u2019]?)"
    r"|(?P<mark>[!?]{1,100})"
    r"|(?P<stop>[.,;:()\u2026\n])"
    r"|(?P<emoji>[\u203c\u2600-\u27bf\u2b50\U0001F000-\U0001FAFF])"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)['\u2019](?=\w)")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    weights: dict[str, float] = field(default_factory=dict)
    stems: dict[str, float] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], float]]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    is_shouted: bool = False


def lexicon_features(text: str, language: str, target: int | None = None) -> tuple[float, ...]:
    """
    Measure what the lexicon finds in a text.

    Args:
        text: A passage.
        language: ISO 639-1; one without a lexicon is read by emoji alone.
        target: Where in *text* the name was that all is about: words count less the further
            they stand from it, and before it sooner than after it. None: all words count.

    Returns:
        One number for each of `FEATURES`: damped sums of weights, shares and flags.
    """
    before = [] if target is None else list(_tokens(text[:target]))
    tokens = before + list(_tokens(text[target:]))
    weights = _word_weights(tokens, language)
    if target is None:
        weights = _with_contrast(tokens, weights, language)
        near = [1.0] * len(tokens)
    else:
        near = _nearness(tokens, len(before), language)
        weights = [weight * share for weight, share in zip(weights, near, strict=True)]
    emoji = [
        lexicon_weight(t.text, "emoji") * share if t.kind in {"emoji", "face"} else 0.0
        for t, share in zip(tokens, near, strict=True)
    ]
    marks = "".join(t.text for t in tokens if t.kind == "mark")
    up, down = sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)
    emoji_up, emoji_down = sum(w for w in emoji if w > 0), -sum(w for w in emoji if w < 0)
    negations = sum(_role(t, language) == "not" for t in tokens)
    return (
        log1p(min(_MOST, up)),
        log1p(min(_MOST, down)),
        (up - down) / (up + down + 2.0),
        log1p(min(_MOST, emoji_up)),
        log1p(min(_MOST, emoji_down)),
        float("?" in marks),
        min(3, marks.count("!")) / 3,
        min(3, negations) / 3,
        float(up + down + emoji_up + emoji_down == 0),
        log1p(min(_MOST, up)) * (down > 0),
        float(any(token.kind == "link" for token in tokens)),
        min(60, sum(token.kind == "word" for token in tokens)) / 20,
    )


def _nearness(tokens: list[_Token], place: int, language: str) -> list[float]:
    """Weigh tokens by their distance from a name before tokens[place], and beyond a *but* least."""
    turns = [i for i, token in enumerate(tokens) if _role(token, language) == "but"]
    first = max((i for i in turns if i < place), default=0)
    last = min((i for i in turns if i >= place), default=len(tokens))
    shares = []
    for i in range(len(tokens)):
        distance = (
            (i - place + 0.5) / _REACH_BEFORE if i < place else (place - i - 0.5) / _REACH_AFTER
        )
        share = _FAR + (1 - _FAR) * exp(distance)
        shares.append(share if first <= i < last else _ELSEWHERE * share)
    return shares


@lru_cache(maxsize=65536)
def lexicon_weight(word: str, language: str) -> float:
    """Look a lower-case word (or an emoji) up: -3 to 3, 0 when it is not listed."""
    lexicon = _lexicon(language)
    for form in _forms(word):
        if form in lexicon.weights:
            return lexicon.weights[form]
        for length in range(len(form), _SHORTEST_STEM - 1, -1):
            if form[:length] in lexicon.stems:
                return lexicon.stems[form[:length]]
    return 0.0


def _forms(word: str) -> Iterator[str]:
    yield word
    bare = _ELISION.sub("", word).strip("'\u2019")
    yield bare
    if _STRETCHED.search(bare):
        yield _STRETCHED.sub(r"\1\1", bare)
        yield _STRETCHED.sub(r"\1", bare)


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(unicodedata.normalize("NFC", unescaped(text))):
        kind, piece = str(found.lastgroup), found.group()
        if kind != "word":
            yield _Token(kind, piece)
            continue
        pieces = _CAMEL.split(piece[1:]) if piece.startswith("#") else [piece]
        for word in pieces:
            is_shouted = len(word) >= _SHORTEST_SHOUT and word.isupper()
            yield _Token("word", _lower(word[:_LONGEST_WORD]), is_shouted)


def _lower(word: str) -> str:
    return word.casefold().replace("ß", "ss").replace("\u2019", "'")


def _word_weights(tokens: list[_Token], language: str) -> list[float]:
    """Weigh each token, with the phrases, negations and intensifiers around it."""
    weights = [0.0] * len(tokens)
    lexicon = _lexicon(language)
    position = 0
    while position < len(tokens):
        token = tokens[position]
        length = 1
        if token.kind == "word":
            weight, length = _phrase_at(tokens, position, lexicon) or (
                _own_weight(tokens, position, language),
                1,
            )
            before = _role(tokens[position - 1], language) if position else ""
            weight *= {"more": _MORE, "less": _LESS}.get(before, 1.0)
            weights[position] = weight * (_SHOUTED if token.is_shouted else 1.0)
        position += length
    return _negate(tokens, weights, language)


def _own_weight(tokens: list[_Token], position: int, language: str) -> float:
    """Weigh a word; *super* is praise by itself and only strength in *super slecht*."""
    role = _role(tokens[position], language)
    if role in {"more", "less"}:
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        if after and after.kind == "word" and lexicon_weight(after.text, language):
            return 0.0
    elif role:
        return 0.0
    return lexicon_weight(tokens[position].text, language)


def _phrase_at(tokens: list[_Token], position: int, lexicon: _Lexicon) -> tuple[float, int] | None:
    for words, weight in lexicon.phrases.get(tokens[position].text, ()):
        ahead = tokens[position : position + len(words)]
        if len(ahead) == len(words) and all(
            t.text == w or (w.endswith("*") and t.text.startswith(w[:-1]))
            for t, w in zip(ahead, words, strict=True)
        ):
            return weight, len(words)
    return None


def _negate(tokens: list[_Token], weights: list[float], language: str) -> list[float]:
    turned = list(weights)
    for position, token in enumerate(tokens):
        if not _is_negation(tokens, position, language):
            continue
        ahead = _next_weighted(tokens, weights, position, language)
        if ahead is None and language != "en" and token.kind == "word":
            # *smaakt niet*, *gefällt mir nicht*, *je n'aime pas*: the negation comes last.
            ahead = _last_weighted(tokens, weights, position)
        if ahead is not None:
            weight = weights[ahead]
            turned[ahead] = weight * (_NEGATED_PRAISE if weight > 0 else _NEGATED_BLAME)
    return turned


def _is_negation(tokens: list[_Token], position: int, language: str) -> bool:
    role = _role(tokens[position], language)
    if role == "maybe-not":
        return any(
            _role(t, language) == "ne" or t.text.startswith("n'")
            for t in tokens[max(0, position - _BACKWARD_REACH) : position]
        )
    return role == "not"


def _next_weighted(
    tokens: list[_Token], weights: list[float], position: int, language: str
) -> int | None:
    for ahead in range(position + 1, min(len(tokens), position + 1 + _NEGATION_REACH)):
        if tokens[ahead].kind in {"stop", "mark"} or _role(tokens[ahead], language) == "but":
            return None
        if weights[ahead]:
            return ahead
    return None


def _last_weighted(tokens: list[_Token], weights: list[float], position: int) -> int | None:
    for back in range(position - 1, max(-1, position - 1 - _BACKWARD_REACH), -1):
        if tokens[back].kind in {"stop", "mark"}:
            return None
        if weights[back] > 0:
            return back
    return None


def _with_contrast(tokens: list[_Token], weights: list[float], language: str) -> list[float]:
    turn = max((i for i, token in enumerate(tokens) if _role(token, language) == "but"), default=-1)
    if turn <= 0 or not any(weights[turn:]):
        return weights
    return [w * (_BEFORE_CONTRAST if i < turn else _AFTER_CONTRAST) for i, w in enumerate(weights)]


def _role(token: _Token, language: str) -> str:
    if token.kind != "word":
        return ""
    roles = _lexicon(language).roles
    role = roles.get(token.text, "")
    return "not" if not role and language == "en" and token.text.endswith("n't") else role


@lru_cache(maxsize=8)
def _lexicon(language: str) -> _Lexicon:
    lexicon = _Lexicon()
    if language not in {*LEXICON_LANGUAGES, "emoji"}:
        return lexicon
    source = files("enrichment") / "models" / "tone_lexicon" / f"{language}.txt"
    for line in source.read_text("utf-8").splitlines():
        kind, *entries = line.split()
        for entry in () if kind == "#" else entries:
            if _WEIGHT_LINE.match(kind):
                _add_entry(lexicon, entry, float(kind), language)
            else:
                lexicon.roles[_lower(entry)] = kind
    for phrases in lexicon.phrases.values():
        phrases.sort(key=lambda phrase: -len(phrase[0]))
    return lexicon


def _add_entry(lexicon: _Lexicon, entry: str, weight: float, language: str) -> None:
    lowered = _lower(entry)
    for form in dict.fromkeys((lowered, _without_accents(lowered, language))):
        words = tuple(form.split("_"))
        if len(words) > 1:
            lexicon.phrases.setdefault(words[0], []).append((words, weight))
        elif form.endswith("*"):
            lexicon.stems.setdefault(form[:-1], weight)
        else:
            lexicon.weights.setdefault(form, weight)


def _without_accents(word: str, language: str) -> str:
    """Write a word as keyboards without accents do; German *schön* never becomes *schon*."""
    if language == "de":
        return word.translate(_UMLAUTS)
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
