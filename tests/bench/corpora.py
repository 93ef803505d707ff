"""Real posts and articles from the shared data, and names drawn from them."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice

import feedparser

from collectors.watchlist import Subject
from collectors.web.plain_text import plain_text
from tests.shared_data import SHARED_DATA

ARTICLE_WORDS = 600
NAME_LETTERS = 3
"""Shorter names may be units, which spaCy cuts off numbers: GB of 5GB, even inside t.co/x5gb."""
_NAME = re.compile(r"(?<![\w@#$/.&;-])[^\W\d_a-zà-ÿ][\w'&-]+(?: [^\W\d_a-zà-ÿ][\w'&-]+)?")
_WORD = re.compile(r"[\w'&-]+")
_CASHTAG = re.compile(r"(?<!\w)\$([A-Z]{2,5})\b")


def short_posts(limit: int) -> list[str]:
    """Read the first *limit* StockNet posts, unescaped as the collectors do."""
    path = SHARED_DATA / "corpora" / "stocknet" / "tweets.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [unescape(json.loads(line)["text"]) for line in islice(lines, limit)]


def articles(limit: int) -> list[str]:
    """Build up to *limit* articles of about 600 words from the recorded feeds' entries."""
    return list(islice(_articles(), limit))


def _articles() -> Iterator[str]:
    words: list[str] = []
    for path in sorted((SHARED_DATA / "feeds" / "real").iterdir()):
        for entry in feedparser.parse(path.read_bytes()).entries:
            content = entry.get("content", [{}])[0].get("value") or entry.get("summary", "")
            # Unescaped once more: some feeds escape twice, and "&quot" is no part of a name.
            words += unescape(f"{entry.get('title', '')} {plain_text(content)}").split(" ")
            while len(words) > ARTICLE_WORDS:
                yield " ".join(words[:ARTICLE_WORDS])
                words = words[ARTICLE_WORDS:]


def names_in(texts: Iterable[str], count: int, *, seed: int) -> list[str]:
    """
    Draw *count* names that occur in *texts*.

    Args:
        texts: Where to look for words that mostly begin with a capital, for
            pairs of them, and for cashtags.
        count: How many; fewer where the texts have fewer.
        seed: Of the draw.

    Returns:
        Different names, whatever their case.
    """
    names, words = Counter[str](), Counter[str]()
    for text in texts:
        names.update(name.strip("'&-") for name in (*_NAME.findall(text), *_CASHTAG.findall(text)))
        words.update(_WORD.findall(text))
    spellings = {
        name.lower(): name
        for name, occurrences in sorted(names.items())
        if len(name) >= NAME_LETTERS and words[name.lower()] < occurrences
    }
    drawn = sorted(spellings.values())
    return random.Random(seed).sample(drawn, min(count, len(drawn)))


def subjects_named(names: Iterable[str]) -> list[Subject]:
    """Make one subject of each name."""
    return [
        Subject(id=f"subject-{number}", name=name, facet="brand", terms=(name,))
        for number, name in enumerate(names)
    ]


def invented_names(count: int, *, seed: int) -> list[str]:
    """
    Make up *count* different names of two to four syllables, a third of them of two words.

    Args:
        count: How many.
        seed: Of the draw.
    """
    draw = random.Random(seed)
    onsets = [
        "b",
        "br",
        "c",
        "cl",
        "d",
        "dr",
        "f",
        "fl",
        "g",
        "gr",
        "h",
        "k",
        "kl",
        "kr",
        "l",
        "m",
        "n",
        "p",
        "pl",
        "pr",
        "r",
        "s",
        "st",
        "t",
        "tr",
        "v",
        "vl",
        "w",
        "z",
    ]
    vowels = ["a", "e", "i", "o", "u", "ae", "ie", "oo", "ou"]
    endings = ["l", "m", "n", "r", "s", "t", "x", "rd", "rn", "st", "k", "nt"]

    def word() -> str:
        syllables = (
            draw.choice(onsets) + draw.choice(vowels) for _ in range(draw.choice((2, 2, 3)))
        )
        return ("".join(syllables) + draw.choice(endings)).capitalize()

    names: dict[str, None] = {}
    while len(names) < count:
        names[f"{word()} {word()}" if draw.random() < 1 / 3 else word()] = None
    return list(names)
