"""
Measure the language detection: `python -m tests.quality.language`.

Prints, for each set of texts of known language, the share found right, the share left
open (`und`), and the share called one of the four languages of the lexicons, in per cent,
each beside its bar; then the speed. Of each set only the half that no setting was chosen on
is measured. `docs/quality.md` keeps the figures.
"""

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator

from enrichment.language.detection import UNKNOWN, detect_language
from tests.shared_data import SHARED_DATA

FOUR = ("nl", "fr", "en", "de")
OTHERS = ("af", "da", "es", "it", "pl", "pt", "sv", "tr")
POSTS = ("en", "fr", "de", "es", "it", "pt")

RIGHT = {"sentences": 98.0, "posts": 98.0, "word-pairs": 90.0}
"""At least so many per cent of the four must be found."""
RIGHT_OF_GERMAN_POSTS = 92.0
"""Some of the posts that are labelled German are in English, Dutch or Indonesian."""
CALLED_ONE_OF_FOUR = 3.0
"""At most so many per cent of the others may be called one of the four."""
A_SECOND = 5_000


def known_texts() -> Iterator[tuple[str, str, list[str]]]:
    """Yield (kind, language, texts)."""
    for kind in ("sentences", "word-pairs"):
        for language in (*FOUR, *OTHERS):
            path = SHARED_DATA / "nlp" / "language" / f"{kind}.{language}.txt"
            yield kind, language, path.read_text("utf-8").splitlines()
    for language in POSTS:
        path = SHARED_DATA / "nlp" / f"sentiment_umsab_{language}_train.jsonl"
        yield "posts", language, _texts(path.read_text("utf-8"))
    path = SHARED_DATA / "nlp" / "sentiment_dutch_political_tweets.jsonl"
    yield "posts", "nl", _texts(path.read_text("utf-8"))


def unseen(texts: list[str]) -> list[str]:
    """Choose the half of the texts, by their hash, that no setting was chosen on."""
    return [text for text in texts if hashlib.sha256(text.encode()).digest()[-1] % 2]


def bar(kind: str, language: str) -> tuple[str, float]:
    """Return what must hold: ("right", at least) or ("of four", at most), in per cent."""
    if language not in FOUR:
        return "of four", CALLED_ONE_OF_FOUR
    if (kind, language) == ("posts", "de"):
        return "right", RIGHT_OF_GERMAN_POSTS
    return "right", RIGHT[kind]


def shares(language: str, texts: list[str]) -> tuple[float, float, float]:
    """Return right, left open, and called one of the four, in per cent."""
    found = Counter(detect_language(text)[0] for text in texts)
    of_four = sum(found[one] for one in FOUR)
    return tuple(round(100 * n / len(texts), 1) for n in (found[language], found[UNKNOWN], of_four))


def is_reached(kind: str, language: str, right: float, of_four: float) -> bool:
    """Tell whether the figures reach their bar."""
    what, limit = bar(kind, language)
    return right >= limit if what == "right" else of_four <= limit


def main() -> int:
    if not SHARED_DATA.exists():
        print(f"nothing to measure: {SHARED_DATA} is absent")
        return 0
    began = time.process_time()
    detect_language("The first text waits for the word lists; the others do not.")
    print(f"{time.process_time() - began:.1f} CPU seconds to read the word lists")
    print(f"{'texts':<12}{'language':<10}{'n':>6}{'right':>8}{'open':>8}{'of four':>9}  bar")
    counts, seconds = Counter[str](), Counter[str]()
    for kind, language, texts in known_texts():
        half = unseen(texts)
        began = time.process_time()
        right, left_open, of_four = shares(language, half)
        seconds[kind] += time.process_time() - began
        counts[kind] += len(half)
        what, limit = bar(kind, language)
        told = f"{what} {'≥' if what == 'right' else '≤'} {limit:g}"
        told += "" if is_reached(kind, language, right, of_four) else ": MISSED"
        print(f"{kind:<12}{language:<10}{len(half):>6}{right:>8}{left_open:>8}{of_four:>9}  {told}")
    for kind, count in counts.items():
        print(f"{count / seconds[kind]:,.0f} {kind} per CPU second (posts: bar {A_SECOND:,})")
    return 0


def _texts(lines: str) -> list[str]:
    return [json.loads(line)["text"] for line in lines.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
