"""
Measure the language detection: `python -m tests.quality.language`.

Prints, for each set of texts of known language, the share found right, the share left
open (`und`), and the share called one of the four languages of the lexicons, in per cent;
and the speed. `docs/quality.md` keeps the figures.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator

from enrichment.language import UNKNOWN, detect_language
from tests.shared_data import SHARED_DATA

FOUR = ("nl", "fr", "en", "de")
OTHERS = ("af", "da", "es", "it", "pl", "pt", "sv", "tr")
POSTS = ("en", "fr", "de", "es", "it", "pt")


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


def shares(language: str, texts: list[str]) -> tuple[float, float, float]:
    """Return right, left open, and called one of the four, in per cent."""
    found = Counter(detect_language(text)[0] for text in texts)
    of_four = sum(found[one] for one in FOUR)
    return tuple(round(100 * n / len(texts), 1) for n in (found[language], found[UNKNOWN], of_four))


def main() -> int:
    if not SHARED_DATA.exists():
        print(f"nothing to measure: {SHARED_DATA} is absent")
        return 0
    count, began = 0, time.process_time()
    print(f"{'texts':<12}{'language':<10}{'n':>6}{'right':>8}{'open':>8}{'of four':>9}")
    for kind, language, texts in known_texts():
        right, left_open, of_four = shares(language, texts)
        print(f"{kind:<12}{language:<10}{len(texts):>6}{right:>8}{left_open:>8}{of_four:>9}")
        count += len(texts)
    print(f"{count / (time.process_time() - began):,.0f} texts per CPU second")
    return 0


def _texts(lines: str) -> list[str]:
    return [json.loads(line)["text"] for line in lines.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
