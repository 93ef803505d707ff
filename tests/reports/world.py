"""A small world as a snapshot shows it: eight quiet weeks, then one with something in it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

MONDAY = date(2026, 11, 9)
"""First day of the week that reports show: 2026-W46."""
NOW = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)

_BRUSSELS = ZoneInfo("Europe/Brussels")
_ARROW_TYPES = {"metrics": pa.map_(pa.string(), pa.int64())}
_SNAPSHOT_ONLY = """
CREATE TABLE snapshot_info (
    snapshot_id VARCHAR, made_at TIMESTAMPTZ, watchlist_version VARCHAR, mentions_all BIGINT
);
CREATE TABLE first_reading AS
SELECT mention_id, version_id, subject_id, field, start_char, end_char, tone, p_negative, p_neutral,
    p_positive, tone_model
FROM subject_match LIMIT 0;
CREATE TABLE staff_week (week_start DATE, unit VARCHAR, people INTEGER, mentions INTEGER);
ALTER TABLE mention DROP COLUMN raw;
ALTER TABLE mention_version DROP COLUMN raw;
ALTER TABLE stream DROP COLUMN asks;
"""

CHATTER = (
    "Had a {name} with friends tonight, nice one",
    "Anyone knows where to buy {name} near Gent?",
    "Lekker, een {name} op het terras in de zon",
    "Vandaag voor het eerst {name} geproefd, valt mee",
    "Le {name} reste mon choix pour le barbecue",
    "Wo gibt es eigentlich {name} in Aachen?",
    "{name} sponsors the village fair again this year",
    "Prijs van {name} in de winkel is weer gestegen",
)
PLACES = ["Gent", "Brugge", "Leuven", "Aalst", "Namur", "Liège"]
PLACES += ["Mons", "Hasselt", "Genk", "Ieper", "Kortrijk", "Oostende"]


@dataclass
class World:
    """Rows of a snapshot, to be put into a database when they are complete."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    count: int = 0

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def subject(self, key: str, name: str, facet: str, relation: str | None = None) -> None:
        self.add(
            "subject",
            subject_id=key,
            name=name,
            facet=facet,
            relation=relation,
            sector=None,
            unit=None,
            is_active=True,
            watchlist_version="w1",
        )

    def mention(
        self,
        at: datetime,
        subjects: Iterable[str],
        text: str,
        *,
        platform: str = "x",
        source: str = "x-search",
        kind: str = "post",
        title: str | None = None,
        url: str | None = "auto",
        author: str | None = "auto",
        story: str | None = None,
        tone: str = "neutral",
        is_own: bool = False,
        is_repost: bool = False,
        language: str = "en",
    ) -> str:
        self.count += 1
        key = f"m{self.count:06}"
        if url == "auto":
            url = f"https://{platform}.example/post/{self.count}"
        if author == "auto":
            author = f"a{self.count}"
        said = {
            "mention_id": key,
            "version_id": "v1",
            "platform": platform,
            "native_id": key,
            "kind": kind,
            "author_id": author,
            "title": title,
            "text": text,
            "url": url,
            "language": language,
            "created_at": at,
            "time_source": "created",
            "first_collected_at": at,
            "last_collected_at": at,
            "is_repost": is_repost,
            "is_quote": False,
            "is_own": is_own,
            "metrics": [("likes", 1)],
            "story_id": story or f"s{key}",
            "raw": "{}",
            "enriched_at": at,
            "watchlist_version": "w1",
            "loaded_at": at,
        }
        self.add("mention", **said, occurred_at=at, versions=1)
        self.add("mention_version", **said)
        self.add(
            "sighting",
            mention_id=key,
            source=source,
            stream="search:1",
            first_collected_at=at,
            loaded_at=at,
        )
        for subject in subjects:
            self.match(key, subject, at, tone=tone)
        return key

    def match(
        self, mention: str, subject: str, at: datetime, *, tone: str, version: str = "v1"
    ) -> None:
        sure = dict.fromkeys(("negative", "neutral", "positive"), 0.1) | {tone: 0.8}
        if tone == "uncertain":
            sure = {"negative": 0.34, "neutral": 0.33, "positive": 0.33}
        self.add(
            "subject_match",
            mention_id=mention,
            version_id=version,
            subject_id=subject,
            field="text",
            form=subject.title(),
            start_char=0,
            end_char=5,
            rule="term",
            tone=tone,
            p_negative=sure["negative"],
            p_neutral=sure["neutral"],
            p_positive=sure["positive"],
            tone_model="lexicon 1",
            watchlist_version="w1",
            enriched_at=at,
            loaded_at=at,
        )

    def source(
        self, name: str, platform: str, streams: Iterable[str], why_off: str | None = None
    ) -> None:
        self.add(
            "source",
            name=name,
            platform=platform,
            every_s=900,
            is_active=why_off is None,
            why_off=why_off,
        )
        for stream in streams:
            self.add("stream", source=name, stream=stream, reach="window", asks="{}")

    def covered(
        self, source: str, stream: str, since: datetime, until: datetime, reason: str = "answered"
    ) -> None:
        self.add(
            "coverage",
            source=source,
            stream=stream,
            since=since,
            until=until,
            reason=reason,
            loaded_at=until,
        )

    def attempt(
        self, source: str, stream: str, at: datetime, outcome: str = "answered", **more: Any
    ) -> None:
        self.count += 1
        row = {
            "job_id": f"j{self.count:06}",
            "kind": "collect",
            "platform": "x",
            "since": at - timedelta(hours=1),
            "until": at,
            "message": None,
            "retry_at": None,
            "requests": 1,
            "items_seen": 3,
            "unreadable": 0,
        }
        self.add(
            "attempt",
            **(row | more),
            source=source,
            stream=stream,
            collected_at=at,
            outcome=outcome,
            loaded_at=at,
        )

    def info(self, made_at: datetime = NOW) -> None:
        self.add(
            "snapshot_info",
            snapshot_id="20261116T050000Z-ab12",
            made_at=made_at,
            watchlist_version="w1",
            mentions_all=self.count,
        )

    def fill(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """Create the snapshot's tables and views, and put the rows in."""
        connection.execute("SET TimeZone = 'UTC'")
        _run_scripts(connection, "migrations")
        connection.execute(_SNAPSHOT_ONLY)
        for table, rows in self.tables.items():
            known = connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table]
            ).fetchall()
            names = [name for (name,) in known if name in rows[0]]
            arrow = pa.table(
                {
                    name: pa.array([row[name] for row in rows], _ARROW_TYPES.get(name))
                    for name in names
                }
            )
            connection.register("arrived", arrow)
            connection.execute(f"INSERT INTO {table} BY NAME FROM arrived")
            connection.unregister("arrived")
        _run_scripts(connection, "views")
        return connection

    def write(self, path: Path) -> Path:
        """Write the snapshot as a file."""
        connection = duckdb.connect(path)
        self.fill(connection).close()
        return path


def _run_scripts(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    scripts = files("warehouse").joinpath(folder).iterdir()
    for script in sorted(scripts, key=lambda script: script.name):
        if script.name.endswith(".sql"):
            connection.execute(script.read_text(encoding="utf-8"))


def at(day: int, hour: float = 0, *, monday: date = MONDAY) -> datetime:
    """An instant of a week: hours of real time after a day's midnight in Brussels."""
    midnight = datetime.combine(monday + timedelta(days=day), time.min, _BRUSSELS)
    return midnight.astimezone(UTC) + timedelta(hours=hour)


def plausible_world(*, weeks: int = 8, seed: int = 7) -> World:
    """Eight quiet weeks and one with a recall, a flood, a press release and an outage."""
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.subject("brouwerij", "Brouwerij De Wilg", "company")
    world.subject("goudlust", "Goudlust", "organisation", "competitor")
    world.subject("zwaan", "Zwaan & Zonen", "organisation", "competitor")
    world.subject("superette", "Superette Groep", "organisation", "customer")
    world.subject("moutery", "Mouterij Dijle", "organisation", "supplier")
    chance = random.Random(seed)
    for back in range(weeks, -1, -1):
        monday = MONDAY - timedelta(weeks=back)
        for day in range(7):
            busy = 1.5 if day >= 4 else 1.0
            _ordinary_day(world, chance, monday, day, busy)
    _eventful_week(world, chance)
    _sources(world, weeks)
    error = {"shift": 0.05, "slope": 0.5, "shift_sd": 0.2, "slope_sd": 0.15, "drift_sd": 0.05}
    world.add("tone_model", tone_model="lexicon 1", origin="shipped", **error)
    for back in range(weeks, -1, -1):
        monday = MONDAY - timedelta(weeks=back)
        world.add("staff_week", week_start=monday, unit="Sales", people=7, mentions=9 + back % 3)
        world.add("staff_week", week_start=monday, unit="Brewing", people=5, mentions=None)
    world.info()
    return world


def _ordinary_day(world: World, chance: random.Random, monday: date, day: int, busy: float) -> None:
    for subject, name, usual in (
        ("hopla", "Hopla", 12),
        ("brouwerij", "Brouwerij De Wilg", 3),
        ("goudlust", "Goudlust", 9),
        ("zwaan", "Zwaan", 4),
        ("superette", "Superette", 3),
        ("moutery", "Mouterij Dijle", 1),
    ):
        for _ in range(max(0, round(chance.gauss(usual * busy, usual**0.5)))):
            text = (
                chance.choice(CHATTER).format(name=name)
                + f", {chance.choice(PLACES)} {chance.randrange(900)}"
            )
            platform, source = chance.choice(
                (
                    ("x", "x-search"),
                    ("x", "x-search"),
                    ("reddit", "reddit-belgium"),
                    ("feed", "news"),
                )
            )
            world.mention(
                at(day, min(23.9, max(0, chance.gauss(15, 4.5))), monday=monday),
                [subject],
                text,
                platform=platform,
                source=source,
                kind="article" if platform == "feed" else "post",
                tone=chance.choices(("negative", "neutral", "positive", "uncertain"), (2, 6, 3, 1))[
                    0
                ],
            )


def _eventful_week(world: World, chance: random.Random) -> None:
    complaints = (
        "Glass in my bottle of Hopla, recall please #{n}",
        "Hopla recall: threw away the whole crate, glass everywhere {n}",
        "How can a brewery miss glass splinters? Recall of Hopla, batch {n}",
        "Recall! Never again Hopla, glass in the bottle of my daughter {n}",
    )
    for n in range(60):
        world.mention(
            at(1, 10 + min(30, chance.expovariate(1 / 7))),
            ["hopla"],
            chance.choice(complaints).format(n=n),
            tone="negative" if n % 9 else "neutral",
        )
    for n in range(120):
        world.mention(
            at(3, 2 + n / 60),
            ["hopla"],
            "WIN a crate of Hopla now, click the link in my profile!!!",
            author=f"bot{n}",
            story="flood",
            tone="positive",
        )
    flood = {"story_id": "flood", "first_mention_id": f"m{world.count - 119:06}", "is_flood": True}
    times = {"first_at": at(3, 2), "last_at": at(3, 2 + 119 / 60), "loaded_at": NOW}
    world.add("story", **flood, **times, mentions=120, authors=120)
    for n in range(10):
        world.mention(
            at(2, 8 + n),
            ["brouwerij"],
            "The brewery shows its new kettles and hires twelve people.",
            title="De Wilg opens a second brewhouse",
            platform="feed",
            source="news",
            kind="article",
            story="release",
            url=f"https://paper{n}.example/2026/11/wilg",
        )
    world.mention(at(2, 7.9), ["brouwerij"], "Our statement on the recall", is_own=True)


def _sources(world: World, weeks: int) -> None:
    first = at(0, monday=MONDAY - timedelta(weeks=weeks))
    world.source("x-search", "x", ["search:1"])
    world.source("reddit-belgium", "reddit", ["comments:belgium", "search:2"])
    world.source(
        "news", "feed", ["https://a.example/rss", "https://b.example/rss", "https://c.example/rss"]
    )
    world.source("x-archive", "x", [], why_off="no credential: AIRFLOW_CONN_X_MAIN is not set")
    dead, back = at(4, 14), at(5, 9.5)
    for source, stream in (
        ("x-search", "search:1"),
        ("reddit-belgium", "comments:belgium"),
        ("reddit-belgium", "search:2"),
        ("news", "https://a.example/rss"),
        ("news", "https://b.example/rss"),
        ("news", "https://c.example/rss"),
    ):
        world.covered(source, "import", first, at(0), "imported")
        if source == "reddit-belgium":
            world.covered(source, stream, at(0), dead)
            world.covered(source, stream, back, at(7, 1))
            for n in range(19):
                world.attempt(
                    source,
                    stream,
                    dead + timedelta(hours=1 + n),
                    "auth_failed",
                    message="401 Unauthorized: token expired",
                )
        else:
            world.covered(source, stream, at(0), at(7, 1))
        world.attempt(source, stream, at(0, 3), requests=4)
        world.attempt(source, stream, at(7, 1), requests=2, unreadable=1 if source == "news" else 0)
