"""
How fast exports of other tools are imported, beside the plain reading of the same file.

Run `python -m tests.bench.import_speed`; `--rows` says how many of each format
(1,000,000 shows that memory does not grow with the file). In one run, for each
format: synthetic rows are written, then read by what anybody would take first
(`json.loads` of each line, `csv.reader`, `json.load` of an outbox), then
imported into a landing file. Times are of the processor, not of the clock, and
figures are ratios, because machines differ; each side runs in a process of its
own, and its peak memory is that process's.
"""

import argparse
import csv
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROWS = 100_000
PAGE = 100
NOW = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = (
    "acme",
    "beer",
    "café",
    "koffie",
    "klanten",
    "great",
    "terrible",
    "price",
    "merci",
    "dorst",
)
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ME = "https://social.example/users/acme"
COLUMNS = (
    "Query Id,Query Name,Date,Title,Snippet,Url,Domain,Sentiment,Page Type,Language,Country,Author,"
    "Full Name,Full Text,Impact,Twitter Followers,Twitter Likes,Twitter Reply Count,Resource Id"
)


def posts(rows: int) -> Iterator[tuple[int, str, datetime]]:
    words = random.Random(7)
    for number in range(rows):
        yield number, " ".join(words.choices(WORDS, k=18)), NOW - timedelta(seconds=number)


def columns(rows: int) -> Iterator[Any]:
    for number, text, at in posts(rows):
        row = {"platform": "x", "native_id": str(number), "created_at": at.isoformat()}
        yield row | {"text": text, "author_handle": "jan", "metrics": {"likes": number % 7}}


def twarc(rows: int) -> Iterator[Any]:
    page = []
    for number, text, at in posts(rows):
        post = {"id": str(number), "text": text, "author_id": str(number % 50), "lang": "nl"}
        post |= {"created_at": at.isoformat(), "public_metrics": {"like_count": number % 7}}
        page.append(post | {"edit_history_tweet_ids": [str(number)]})
        if len(page) == PAGE or number == rows - 1:
            users = [{"id": str(n), "username": f"user{n}", "name": "User"} for n in range(50)]
            retrieved = {"retrieved_at": NOW.isoformat()}
            yield {"data": page, "includes": {"users": users}, "__twarc": retrieved}
            page = []


def pushshift(rows: int) -> Iterator[Any]:
    for number, text, at in posts(rows):
        row = {"id": f"d{number:07x}", "body": text, "created_utc": str(int(at.timestamp()))}
        row |= {"link_id": "t3_7nas1f", "parent_id": "t3_7nas1f", "subreddit": "beer"}
        yield row | {
            "author": f"user{number % 50}",
            "score": number % 50,
            "retrieved_on": 1793610000,
        }


def activities(rows: int) -> Iterator[Any]:
    for number, text, at in posts(rows):
        addressed = {"to": [PUBLIC], "cc": [], "published": at.isoformat()}
        note = {"id": f"{ME}/statuses/{number}", "type": "Note", "content": f"<p>{text}</p>"}
        made = {"id": f"{ME}/statuses/{number}/activity", "type": "Create", "actor": ME}
        yield made | addressed | {"object": note | addressed}


def write_lines(path: Path, records: Iterator[Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def write_zipped_lines(path: Path, records: Iterator[Any]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def write_outbox(path: Path, records: Iterator[Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"@context":"","type":"OrderedCollection","orderedItems":[')
        for number, record in enumerate(records):
            file.write(("," if number else "") + json.dumps(record))
        file.write("]}")


def write_table(path: Path, rows: int) -> None:
    names = COLUMNS.split(",")
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Report:,Bulk Mentions Download\nBrand:,Acme\n\n")
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for number, text, at in posts(rows):
            row = {"Date": f"{at:%Y-%m-%d %H:%M:%S}.0", "Title": text[:60], "Full Text": text}
            row |= {"Url": f"https://twitter.com/jan/status/{number}", "Page Type": "twitter"}
            writer.writerow(row | {"Author": "jan", "Twitter Likes": number % 7})


def read_lines(path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        return sum(bool(json.loads(line)) for line in lines)


def read_zipped_lines(path: Path) -> int:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return sum(bool(json.loads(line)) for line in lines)


def read_outbox(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return len(json.load(file)["orderedItems"])


def read_table(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(bool(row) for row in csv.reader(file))


Write = Callable[[Path, int], None]
FORMATS: dict[str, tuple[str, Write, Callable[[Path], int]]] = {
    "columns": ("rows.jsonl", lambda path, n: write_lines(path, columns(n)), read_lines),
    "twarc": ("posts.jsonl", lambda path, n: write_lines(path, twarc(n)), read_lines),
    "pushshift": (
        "RC_2026-11.gz",
        lambda path, n: write_zipped_lines(path, pushshift(n)),
        read_zipped_lines,
    ),
    "brandwatch": ("mentions.csv", write_table, read_table),
    "mastodon": ("outbox.json", lambda path, n: write_outbox(path, activities(n)), read_outbox),
}


def take(path: Path) -> int:
    """Import as the command does."""
    from collectors.imports.importing import import_file
    from collectors.watchlist import Subject, Watchlist

    acme = Subject(id="acme", name="Acme", facet="brand", terms=("Acme",))
    with tempfile.TemporaryDirectory() as folder:
        result = import_file(
            path,
            watchlist=Watchlist(subject=(acme,)),
            folder=Path(folder),
            aside=Path(folder),
            now=NOW,
            progress=lambda _share: None,
        )
    return result.rows


def peak_mb() -> float:
    # Not getrusage: a child begins with its parent's peak there.
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


def measured(step: str, name: str, path: Path) -> tuple[int, float, float]:
    command = [sys.executable, "-m", "tests.bench.import_speed", "--step", step]
    command += ["--format", name, "--file", str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    rows, took, peak = answer.stdout.split()
    return int(rows), float(took), float(peak)


def compare(name: str, rows: int, folder: Path) -> None:
    file_name, write, _ = FORMATS[name]
    path = folder / file_name
    write(path, rows)
    size_mb = path.stat().st_size / 2**20
    _, plain_s, plain_mb = measured("plain", name, path)
    taken, ours_s, ours_mb = measured("take", name, path)
    path.unlink()
    if taken != rows:
        msg = f"{name}: {taken} of {rows} rows arrived"
        raise RuntimeError(msg)
    print(f"{name}, {rows:,} mentions, {size_mb:.0f} MB:")
    print(f"  read plainly: {plain_s:.1f} s, {plain_mb:.0f} MB")
    print(f"  imported: {ours_s:.1f} s, {ours_mb:.0f} MB, {rows / ours_s:,.0f} a second")
    print(f"  ratio: {ours_s / plain_s:.1f} in time, {ours_mb / plain_mb:.2f} in peak memory")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--format", choices=FORMATS, help="Only this one.")
    parser.add_argument("--step", choices=("plain", "take"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        begun = time.process_time()
        read = take if given.step == "take" else FORMATS[given.format][2]
        rows = read(given.file)
        print(rows, time.process_time() - begun, peak_mb())
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in [given.format] if given.format else FORMATS:
            compare(name, given.rows, Path(folder))


if __name__ == "__main__":
    main()
