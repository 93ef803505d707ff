"""A warehouse whose tones a model of the tests judges once more."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from collectors.landing import waiting_files
from collectors.mention import Mention
from collectors.settings import Settings
from enrichment.passages import Passage
from enrichment.tone.model import Tone
from tests.warehouse.building import (
    T0,
    Judgement,
    brand,
    employee,
    enriched_file,
    header,
    publish,
    warehouse,
    watchlist,
)
from warehouse.connection import open_snapshot
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.query import rows
from warehouse.rescore import Attention, Candidate, read_candidates
from warehouse.rescore_file import TakenIn, take_in
from warehouse.rescoring import Judging, judge_within

DAY = timedelta(days=1)
NOW = T0 + 3 * DAY
SUBJECTS = watchlist(brand(), brand("beta"), employee("jan"))
BETTER = (0.9, 0.06, 0.04)
EVERYTHING = Attention(
    incidents=[("acme", T0 - DAY), ("beta", T0 - DAY), ("jan", T0 - DAY)],
    stories=(),
    stories_since=T0,
    reach=1,
    reach_since=T0,
)


class Better:
    """Finds everything negative, and remembers what it was shown."""

    def __init__(self, name: str = "better 1", p: tuple[float, float, float] = BETTER) -> None:
        self.name = name
        self.read: list[Passage] = []
        self._p = p

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        self.read += passages
        return [Tone.of(*self._p) for _ in passages]


def place(folder: Path) -> Settings:
    return Settings(home=folder, fixed_now=NOW)


def load(
    settings: Settings,
    job_id: str,
    mentions: Iterable[Mention],
    *,
    judgement: Judgement | None = None,
    keep: bool = False,
    **keys: Any,
) -> Path:
    """Load mentions as the enrichment leaves them."""
    judged = ((one, judgement or Judgement()) for one in mentions)
    kind = {name: keys.pop(name) for name in ("kind",) if name in keys}
    path = enriched_file(settings.enriched, header(job_id, **kind), judged, **keys)
    with warehouse(settings.warehouse) as connection:
        apply_watchlist(connection, SUBJECTS, now=NOW)
        (outcome,) = load_files(connection, [path], now=NOW)
    assert outcome.state == "loaded", outcome
    if not keep:
        path.unlink()
    return path


def snapshot(settings: Settings) -> None:
    with warehouse(settings.warehouse) as connection:
        publish(connection, settings.home, SUBJECTS, now=NOW)


def candidates_of(
    settings: Settings, *, model: str = "better 1", attention: Attention = EVERYTHING
) -> list[Candidate]:
    with closing(open_snapshot(settings.snapshot)) as connection:
        return read_candidates(partial(rows, connection), attention, model=model, now=NOW)


def judge(
    settings: Settings,
    model: Better,
    *,
    attention: Attention = EVERYTHING,
    seconds: Iterable[float] = (),
    budget: timedelta = timedelta(minutes=5),
) -> Judging:
    """Judge what the newest snapshot shows; *seconds* is what the clock tells, then nothing passes."""
    ticks = iter(seconds)
    last = 0.0

    def timer() -> float:
        nonlocal last
        last = next(ticks, last)
        return last

    with closing(open_snapshot(settings.snapshot)) as connection:
        ask = partial(rows, connection)
        candidates = read_candidates(ask, attention, model=model.name, now=NOW)
        return judge_within(
            settings.rescored, ask, candidates, model, budget=budget, timer=timer, now=NOW
        )


def take(settings: Settings, **keys: Any) -> TakenIn:
    """Take in what waits, and keep the files."""
    with warehouse(settings.warehouse) as connection:
        return take_in(connection, waiting_files(settings.rescored), now=NOW, **keys)


def ask(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with warehouse(settings.warehouse) as connection:
        return connection.execute(query).fetchall()
