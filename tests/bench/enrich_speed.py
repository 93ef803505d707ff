"""
Measure the enrichment: `python -m tests.bench.enrich_speed [ROWS]`.

Writes a landing file of distinct posts made up of words, one in ten with a match, enriches
it, and prints rows per CPU second and the peak memory, so that a run with ten times the rows
shows whether memory stays bounded; then what each step costs for itself.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from collectors.landing import MENTION_SCHEMA, Header, ParquetWriter, landing_name, to_table
from collectors.mention import Mention
from collectors.watchlist import Watchlist
from enrichment.enrich import Enricher, enrich_file
from enrichment.language.detection import detect_language
from enrichment.passages import passage_around
from enrichment.stories.signatures import story_id
from enrichment.tone.fast import default_tone_model

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROWS = 20_000
_WORDS = [
    "gisteren",
    "vandaag",
    "drinken",
    "bier",
    "brouwerij",
    "lekker",
    "slecht",
    "duur",
    "winkel",
    "flesje",
    "glas",
    "terras",
    "zon",
    "regen",
    "weer",
    "mensen",
    "trein",
    "station",
    "file",
    "werk",
    "vergadering",
    "vrienden",
    "avond",
    "ochtend",
    "koffie",
    "niet",
    "maar",
    "en",
    "de",
    "het",
    "een",
    "op",
    "in",
    "met",
    "voor",
    "nooit",
    "altijd",
    "beter",
    "nieuw",
    "oud",
    "groot",
    "klein",
    "straat",
    "stad",
    "Gent",
    "Leuven",
    "Luik",
]


def posts(count: int, *, share: float) -> Iterator[Mention]:
    """Make up posts of 18 words, a *share* of which names the subject."""
    draw = random.Random(20261122)
    for number in range(count):
        words = draw.choices(_WORDS, k=17)
        words.insert(draw.randrange(17), "Acme" if draw.random() < share else f"x{number}")
        text = f"{' '.join(words)} {number}"
        yield Mention(platform="x", native_id=str(number), kind="post", text=text, collected_at=NOW)


def land(folder: Path, count: int, *, share: float) -> Path:
    """Write a landing file in pieces of 10,000 rows."""
    header = Header(
        kind="import", job_id="bench", source="x", platform="x", stream="x", collected_at=NOW
    )
    waiting: list[Mention] = []
    with ParquetWriter(folder / landing_name(header), MENTION_SCHEMA) as writer:
        for mention in posts(count, share=share):
            waiting.append(mention)
            if len(waiting) == 10_000:
                writer.write(to_table(waiting))
                waiting.clear()
        writer.write(to_table(waiting))
        return writer.finish(header)


def measure(name: str, count: int, work: Callable[[], object]) -> None:
    """Print what *work* on *count* texts costs."""
    began = time.process_time()
    work()
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<38}{count:>9,}{count / spent:>12,.0f} per CPU-s{peak:>9,.0f} MB peak")


def main() -> int:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    watchlist = Watchlist.model_validate(
        {"subject": [{"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]}]}
    )
    texts = [mention.text for mention in posts(3_000, share=1.0)]
    model = default_tone_model()
    detect_language(texts[0])
    passages = [
        passage_around(t, t.index("Acme"), t.index("Acme") + 4, language="nl") for t in texts
    ]
    model.judge(passages[:10])
    measure("language", len(texts), lambda: [detect_language(text) for text in texts])
    measure("passage and tone", len(texts), lambda: model.judge(passages))
    keys = [{"mention_id": "", "title": None, "text": text} for text in texts]
    measure("signature", len(texts), lambda: [story_id(key) for key in keys])
    with tempfile.TemporaryDirectory() as folder:
        for share in (1.0, 0.1):
            count = rows if share < 1 else min(rows, 3_000)
            landing = land(Path(folder), count, share=share)
            work = partial(
                enrich_file,
                landing,
                Path(folder) / "enriched",
                enricher=Enricher(watchlist),
                clock=lambda: NOW,
            )
            measure(f"file to file, {share:.0%} with a match", count, work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
