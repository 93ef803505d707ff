"""
Measure the stories: `python -m tests.quality.stories [MENTIONS]`.

Prints, for labelled mentions, precision, recall and F1 over all pairs, and the speed of signing and
loading; with a number, the speed and peak memory of loading so many made-up mentions as well.
`docs/quality.md` keeps the figures.

The labels: tweets that repeat one another by the platform's button, or are the same text up to links,
case and punctuation, at most three weeks apart (what was written twice by hand, or cut, or cited,
counts against the precision); items of feeds with one
address and title, one beginning or one wording; items of feeds with the
reprints made of them here; what repeats one another in the sample world.
"""

import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from collectors.errors import BadAnswer
from collectors.feed_document import read_document
from collectors.feed_entry import read_entry
from collectors.landing import ParquetWriter
from collectors.mention import Mention
from collectors.sample.posts import FeedItem, XPost
from collectors.sample.world import build_world
from enrichment.enriched import ENRICHED_SCHEMA
from enrichment.stories.signatures import fold, signatures
from tests.quality.story_copies import made_copies
from tests.shared_data import SHARED_DATA, recorded
from tests.warehouse.building import T0, Judgement, brand, enriched_file, header, mention, watchlist
from warehouse.connection import open_warehouse
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist

Labelled = tuple[Mention, Hashable]
BAR = 0.90
SPEED_BAR = 5_000
_HORIZON = timedelta(weeks=3)
_PER_FILE = 50_000


def tweets() -> list[Labelled]:
    """Label StockNet's tweets by what they repeat."""
    sets = _Sets()
    found: dict[str, Mention] = {}
    last: dict[Hashable, tuple[str, datetime]] = {}
    for row in sorted(
        recorded("corpora", "stocknet", "tweets.jsonl.gz"), key=lambda r: r["created_at"]
    ):
        key, at, source = (
            row["id"],
            datetime.fromisoformat(row["created_at"]),
            row.get("retweet_of"),
        )
        if key in found:
            continue
        found[key] = mention(key, row["text"], at=at, author_id=row["user"]["id"])
        same = [("text", folded)] if len(folded := fold(row["text"])) >= 20 else []
        for name in (*same, ("post", source["id"] if source else key)):
            other, before = last.get(name, (key, at))
            if at - before <= _HORIZON:
                sets.unite(key, other)
            last[name] = key, at
    return [(one, sets.find(key)) for key, one in found.items()]


def feed_items() -> list[Labelled]:
    """Label the items of the recorded feeds by their address with their title, and by their text."""
    sets = _Sets()
    found = []
    for path in sorted(
        path for kind in ("real", "small") for path in (SHARED_DATA / "feeds" / kind).iterdir()
    ):
        for one in _items(path):
            title, text = fold(one.title or ""), fold(one.text)
            names = [("item", one.url, title or text)] if one.url or title else []
            names += [("text", text[:_ENOUGH])] if len(text) >= _ENOUGH else []
            names += [("copy", title, text)] if len(title + text) >= _LEAST else []
            for name in names:
                sets.unite(one.mention_id, repr(name))
            found.append(one)
    return [(one, sets.find(one.mention_id)) for one in found]


_ENOUGH, _LEAST = 200, 20
"""Letters with which texts begin alike not by chance, and which are the same not by chance."""


def _items(path: Path) -> Iterator[Mention]:
    try:
        document = read_document(path.read_bytes(), {})
    except BadAnswer:
        return
    for entry in document.entries:
        # What can't be read is landed as unreadable.
        with suppress(TypeError, ValueError):
            yield read_entry(entry, stream=path.name, place="", language=None, collected_at=T0)


def reprints() -> list[Labelled]:
    """Make of each distinct item of the feeds what sites, wires and people make of it."""
    random = Random(5)
    seen: set[str] = set()
    found: list[Labelled] = []
    for item, _ in feed_items():
        begun = {
            fold(item.text)[:60],
            fold(item.title or item.text),
            " ".join(item.text.split()[:12]),
        }
        if len(item.text) < 80 or begun & seen:
            continue
        seen |= begun
        found.append(
            (
                mention(f"{len(found)}", item.text, title=item.title, platform="feed"),
                item.mention_id,
            )
        )
        for copy in made_copies(item.title, item.text, random):
            at = T0 + timedelta(hours=random.randrange(200))
            found.append((mention(f"{len(found)}", at=at, **copy), item.mention_id))
    return found


def sample_world() -> list[Labelled]:
    """Take the sample world's texts, each under the story that its writer had in mind."""
    world = build_world(datetime(2026, 11, 23, tzinfo=UTC))
    found = []
    for post in (*world.x, *world.reddit, *world.feed_items):
        version = post.versions[-1]
        keys = {"title": version.title, "platform": "feed" if isinstance(post, FeedItem) else "x"}
        if isinstance(post, XPost):
            keys |= {"is_repost": post.kind == "repost", "is_quote": post.kind == "quote"}
            keys |= {"parent_id": post.parent}
        one = mention(post.native_id, version.text, at=post.created_at, **keys)
        if post.label.story:  # The rest is made of few sentences, which many say again.
            found.append((one, post.label.story))
    return found


def found_stories(mentions: Iterable[Mention], folder: Path) -> tuple[dict[str, str], float]:
    """Load mentions as after an enrichment; return the story of each, and the CPU seconds of it all."""
    began = time.process_time()
    judged = Judgement(subjects=(), entities=(), has_short_copies=False)
    made = list(mentions)
    for one in made:
        signatures({"mention_id": one.mention_id, "title": one.title, "text": one.text})
    signed = time.process_time() - began
    paths = [
        enriched_file(folder, header(f"j{n}"), [(one, judged) for one in part])
        for n, part in enumerate(_parts(made, _PER_FILE))
    ]
    with open_warehouse(folder / "warehouse.duckdb", tell=print) as connection:
        connection.execute("SET threads = 1")
        apply_watchlist(connection, watchlist(brand()), now=T0)
        began = time.process_time()
        load_files(connection, paths, now=T0)
        loaded = time.process_time() - began
        answer = connection.execute("SELECT mention_id, story_id FROM mention").fetchall()
    return dict(answer), signed + loaded


def score(labelled: Sequence[Labelled], found: Mapping[str, str]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all pairs of mentions."""
    both = _pairs((label, found[one.mention_id]) for one, label in labelled)
    precision = both / _pairs(found[one.mention_id] for one, _ in labelled)
    recall = both / _pairs(label for _, label in labelled)
    return precision, recall, 2 * precision * recall / (precision + recall)


def made_up(count: int) -> Iterator[Mention]:
    """Write posts of two weeks: seven in ten of their own, the others copies of a recent one."""
    random = Random(1)
    words = [f"{a}{b}" for a in ("ba", "ko", "mi", "tu", "sel", "dra", "vin") for b in range(700)]
    recent = [" ".join(random.choices(words, k=20)) for _ in range(500)]
    for number in range(count):
        text = random.choice(recent)
        draw = random.random()
        if draw < 0.7:
            text = " ".join(random.choices(words, k=random.randrange(8, 28)))
            recent[random.randrange(len(recent))] = text
        elif draw < 0.85:
            text = f"{random.choice(words)} {text} #{random.choice(words)}"
        yield mention(
            number,
            text,
            at=T0 + timedelta(seconds=number * 1_209_600 // count),
            author_id=str(random.randrange(50_000)),
        )


_AGAIN = """
SELECT * REPLACE (
    md5(mention_id || $turn) AS mention_id,
    md5(version_id || $turn) AS version_id,
    native_id || '-' || $turn AS native_id,
    created_at + $turn * INTERVAL 2 WEEK AS created_at,
    collected_at + $turn * INTERVAL 2 WEEK AS collected_at,
    md5(story_id || $turn) AS story_id,
    md5(text_id || $turn) AS text_id,
    list_transform(shingles, lambda one: (hash(one, $turn) % 4294967296)::UINTEGER) AS shingles
)
FROM read_parquet($path)
"""
"""The same posts two weeks later, about something else."""


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        is_good = _print_quality(Path(folder)) if SHARED_DATA.exists() else True
        if not SHARED_DATA.exists():
            print(f"no quality to measure: {SHARED_DATA} is absent")
        for argument in arguments:
            _print_growth(int(argument), Path(folder))
    return 0 if is_good else 1


def _print_quality(folder: Path) -> bool:
    print(
        f"{'mentions':<22}{'n':>8}{'pairs':>10}{'precision':>11}{'recall':>8}{'F1':>7}{'per CPU s':>11}"
    )
    is_good = True
    for read in (tweets, feed_items, reprints, sample_world):
        labelled = list({one.mention_id: (one, label) for one, label in read()}.values())
        place = folder / read.__name__
        place.mkdir()
        found, seconds = found_stories((one for one, _ in labelled), place)
        figures = score(labelled, found)
        speed = len(labelled) / seconds
        pairs = _pairs(label for _, label in labelled)
        shown = "".join(f"{figure:>9.3f}" for figure in figures)
        print(f"{read.__name__:<22}{len(labelled):>8}{pairs:>10}{shown}{speed:>11,.0f}")
        is_good &= figures[2] >= BAR
        is_good &= speed >= SPEED_BAR or len(labelled) < SPEED_BAR
    return is_good


def _print_growth(count: int, folder: Path) -> None:
    """Load two weeks after two weeks of posts, and print what the newest cost."""
    place = folder / f"made_{count}"
    place.mkdir()
    judged = Judgement(subjects=(), entities=(), has_short_copies=False)
    first = enriched_file(place, header("j0"), [(one, judged) for one in made_up(_PER_FILE)])
    with open_warehouse(place / "warehouse.duckdb", tell=print) as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET memory_limit = '1GB'")
        apply_watchlist(connection, watchlist(brand()), now=T0)
        for turn in range(-(-count // _PER_FILE)):
            again = connection.sql(_AGAIN, params={"turn": turn, "path": str(first)})
            part = place / "part"
            with ParquetWriter(part / f"{turn}.parquet", ENRICHED_SCHEMA) as writer:
                writer.write(again.to_arrow_table().cast(ENRICHED_SCHEMA))
                words = {"enriched_at": T0.isoformat(), "watchlist_version": "w1"}
                path = writer.finish(replace(header(f"j{turn}"), enrichment=words))
            began = time.process_time()
            load_files(connection, [path], now=T0)
            took = time.process_time() - began
            path.unlink()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{(turn + 1) * _PER_FILE:>10,} stored: {_PER_FILE / took:>8,.0f} loaded per CPU s, "
                f"peak {peak:,.0f} MB",
                flush=True,
            )


def _parts(mentions: Iterable[Mention], size: int) -> Iterator[list[Mention]]:
    waiting = iter(mentions)
    while part := list(islice(waiting, size)):
        yield part


def _pairs(labels: Iterable[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(labels).values())


class _Sets:
    """Disjoint sets of names."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, name: str) -> str:
        while (above := self._above.get(name, name)) != name:
            name = above
        return name

    def unite(self, one: str, other: str) -> None:
        if (here := self.find(one)) != (there := self.find(other)):
            self._above[here] = there


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
