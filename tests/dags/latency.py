"""From a landing file to the alert mail in a running Airflow: incidents on demand, and a stopwatch."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import product
from pathlib import Path
from statistics import median, quantiles

from collectors.landing import Header, write_landing
from collectors.mention import Mention, mention_id
from tests.dags.running import Client, Running, wait_for

NAMES = tuple(map("".join, product(("Brulvan", "Dravor", "Gorpel", "Kelvim"), ("ax", "ibert", "ov", "udrecht", "enz"))))  # fmt: skip
"""Organisations that nobody talks about otherwise; as many incidents can be had."""

ON_CALL = "on-call@hoogwael.example"

_WEEKS = 7
_STORIES = (
    "{name} heeft weer een lading bedorven flessen verkocht, schandalig en gevaarlijk",
    "Ziek geworden van wat {name} levert, en de klantendienst antwoordt niet eens",
    "Waarom zwijgt {name} over het ongeval in de fabriek van gisteren? Dit is een ramp",
    "Nooit meer {name}: drie weken gewacht en dan komt alles gebroken aan in Gent",
    "Scandale chez {name}, les bouteilles sont dangereuses et personne ne répond à Namur",
    "Je suis très déçue de {name}, ma commande est arrivée cassée pour la deuxième fois",
    "{name} ment à ses clients, c'est honteux, il faut un rappel tout de suite à Bruxelles",
    "Encore une panne totale chez {name} ce matin, quel désastre pour les cafés de Liège",
    "{name} poisoned half the street and still denies it, absolutely disgusting people",
    "Avoid {name}, the worst service in London, they lost my money and laughed about it",
    "My son is in hospital because of {name}. How is this company still allowed to sell?",
    "Never again {name}: broken glass in two bottles, and an awful answer from support",
    "Was {name} da verkauft, ist eine Katastrophe, mir ist seit gestern furchtbar schlecht",
    "Schon wieder lügt {name} die Kunden in Köln an, eine Schande, ich kaufe dort nie wieder",
)
"""Different stories in four languages, of one author each."""

_WAY = """
WITH task AS (
    SELECT dag_id, run_id, task_id,
        86400 * (julianday(queued_dttm) - 2440587.5) AS queued,
        86400 * (julianday(start_date) - 2440587.5) AS began,
        86400 * (julianday(end_date) - 2440587.5) AS ended
    FROM task_instance WHERE state = 'success'
),
read AS (
    SELECT dag_id, run_id FROM task WHERE task_id = 'understand' AND began BETWEEN ?1 AND ?2
    ORDER BY began DESC LIMIT 1
),
sent AS (
    SELECT dag_id, run_id FROM task WHERE task_id = 'deliver' AND ?2 BETWEEN began AND ended
),
carried AS (SELECT * FROM read UNION ALL SELECT * FROM sent)
SELECT task_id, queued, began, ended FROM task JOIN carried USING (dag_id, run_id) ORDER BY began
"""
"""The tasks of the run that understood the file, and of the run that sent the mail."""

_TASKS = ("waiting", "understand", "load", "publish", "decide", "deliver")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one task on the way took, in seconds."""

    name: str
    wait_s: float
    """From the end of the step before until it was queued."""
    begin_s: float
    """Until its process was there."""
    run_s: float

    @property
    def total_s(self) -> float:
        return self.wait_s + self.begin_s + self.run_s


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How long one incident's mail took."""

    seconds: float
    steps: tuple[Step, ...]


def watch_organisations(config: Path, target: Path, count: int) -> Path:
    """Copy a configuration in which *count* more organisations are watched, and any incident is mailed."""
    target.mkdir(parents=True)
    for path in config.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.name == "watchlist.toml":
            text += "".join(
                f'\n[[subject]]\nid = "{name.lower()}"\nname = "{name}"\n'
                f'facet = "organisation"\nrelation = "supplier"\nterms = ["{name}"]\n'
                for name in NAMES[:count]
            )
        if path.name == "alerts.toml":
            text = text.replace("\nmail_severity = 3\n", "\nmail_severity = 4\n")
        (target / path.name).write_text(text, encoding="utf-8")
    return target


def land_history(folder: Path, count: int, *, at: datetime) -> Path:
    """Land one old story a week about each organisation: without a past nothing is unusual."""
    told = (
        _mention(f"old-{name}-{week}", f"{name} opent een winkel nummer {week}", at=at - age)
        for name in NAMES[:count]
        for week in range(1, _WEEKS)
        for age in (timedelta(weeks=week, minutes=10 * week),)
    )
    return write_landing(folder, _header("history", at=at), told)


def land_incident(folder: Path, name: str, *, at: datetime) -> Path:
    """Land what fourteen people say of one organisation in the hour before *at*."""
    told = (
        _mention(
            _key(name, number),
            text.format(name=name),
            at=at - timedelta(minutes=2 + 3 * number),
        )
        for number, text in enumerate(_STORIES)
    )
    return write_landing(folder, _header(name, at=at), told)


def incident_ids(names: Iterable[str]) -> set[str]:
    """Name the mentions of incidents."""
    return {
        mention_id("x", _key(name, number)) for name in names for number in range(len(_STORIES))
    }


def measure(
    running: Running,
    names: Sequence[str],
    *,
    at: datetime,
    pause: Callable[[], None] = lambda: None,
) -> Iterator[Taken]:
    """
    Land one incident after the other, ring, and wait for each one's mail.

    Args:
        running: Where; it must have nothing else to do.
        names: Of `NAMES`, each watched.
        at: The simulated present.
        pause: Called before each.
    """
    with running.client() as client:
        assets = client.get("/assets").raise_for_status().json()["assets"]
        bell = next(one["id"] for one in assets if one["name"] == "luisterpost_landed")
        for name in names:
            pause()
            yield _measure_one(running, client, bell, name, at)


def spread_over_the_minute(count: int) -> Callable[[], None]:
    """Make pauses after which it is each of *count* evenly spread parts of a minute once."""
    left = [60 * part / count for part in range(count)]

    def pause() -> None:
        ahead = {phase: (phase - time.time()) % 60 for phase in left}
        nearest = min(left, key=ahead.__getitem__)
        left.remove(nearest)
        time.sleep(ahead[nearest])

    return pause


def _measure_one(running: Running, client: Client, bell: int, name: str, at: datetime) -> Taken:
    landing = land_incident(running.home / "landing", name, at=at)
    landed = landing.stat().st_ctime  # Of the rename.
    client.post("/assets/events", json={"asset_id": bell}).raise_for_status()

    def states() -> object:
        return running.ask(
            "SELECT dag_id, task_id, state, count(*) FROM task_instance GROUP BY 1, 2, 3"
        )

    wait_for(f"mail about {name}", lambda: _arrived(running, name), about=states)
    arrived = _arrived(running, name)[0]
    wait_for(
        "the end of the task that sent it",
        lambda: len(_way(running, landed, arrived)) == len(_TASKS),
        about=states,
    )
    steps, before = [], landed
    for task, queued, began, ended in _way(running, landed, arrived):
        # The file may land while `waiting` begins, and `decide` may begin while `publish` ends.
        asked = max(queued, before)
        present = max(began, asked)
        done = min(max(ended, present), arrived)
        steps.append(
            Step(name=task, wait_s=asked - before, begin_s=present - asked, run_s=done - present)
        )
        before = done
    return Taken(seconds=arrived - landed, steps=tuple(steps))


def _arrived(running: Running, name: str) -> list[float]:
    """List when mails about *name* arrived for those on call."""
    return [
        path.stat().st_mtime
        for path in sorted((running.home / "mails").glob("*.eml"))
        if _is_about(path, name)
    ]


def _is_about(path: Path, name: str) -> bool:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return name in str(mail["Subject"]) and ON_CALL in str(mail["To"])


def _way(running: Running, landed: float, arrived: float) -> list[tuple[str, float, float, float]]:
    return running.ask(_WAY, landed, arrived)


def tell(taken: Sequence[Taken]) -> str:
    """Tabulate what incidents took."""
    seconds = [one.seconds for one in taken]
    head = (
        f"landing file to mail, {len(taken)} incidents, seconds: p50 {median(seconds):.1f}, p95 "
        f"{quantiles(seconds, n=20, method='inclusive')[-1]:.1f}, max {max(seconds):.1f}"
    )
    lines = [
        head,
        f"{'step, seconds (median)':<24}{'wait':>8}{'begin':>8}{'run':>8}{'total':>8}{'most':>8}",
    ]
    rows = []
    for steps in zip(*(one.steps for one in taken), strict=True):
        middle = [
            median(getattr(s, part) for s in steps) for part in ("wait_s", "begin_s", "run_s")
        ]
        rows.append((steps[0].name, *middle, median(s.total_s for s in steps)))
        most = max(s.total_s for s in steps)
        lines.append(f"{rows[-1][0]:<24}" + "".join(f"{v:>8.1f}" for v in (*rows[-1][1:], most)))
    slowest = sorted(rows, key=lambda row: row[-1], reverse=True)[:2]
    lines.append("slowest: " + ", ".join(f"{row[0]} ({row[-1]:.1f} s)" for row in slowest))
    return "\n".join(lines)


def _key(name: str, number: int) -> str:
    return f"new-{name}-{number}"


def _header(job: str, *, at: datetime) -> Header:
    return Header(
        kind="collect",
        job_id=f"latency-{job.lower()}",
        source="x",
        platform="x",
        stream="latency",
        collected_at=at,
    )


def _mention(key: str, text: str, *, at: datetime) -> Mention:
    return Mention(
        platform="x",
        native_id=key,
        kind="post",
        text=text,
        collected_at=at,
        author_id=f"author-{key}",
        author_handle=f"author_{key}"[:15],
        created_at=at,
        time_source="created",
    )
