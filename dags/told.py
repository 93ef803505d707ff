"""What tasks tell one another and people: names, words and counts, never a text."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collectors.landing import Header  # It imports pyarrow; DAG files must be read quickly.

_PATIENCE = timedelta(hours=1)
"""A source that doesn't answer is mailed about after so long: most come back by themselves."""

_FOR_A_PERSON = frozenset({"auth_failed", "gone", "bad_request"})
_IN_ORDER = frozenset({"rate_limited", "page_cap", "not_run"})
"""The ledger waits, or asks for the rest next time; or nobody may ask any more."""


class Batch(TypedDict):
    """The jobs of one source, by their ids."""

    source: str
    jobs: list[str]


class NowhereError(Exception):
    """The environment doesn't say where the data or the configuration lies."""


class SourceFailed(Exception):
    """A source did not answer as asked; what it gave before is kept."""

    def __init__(self, told: str, *, is_news: bool) -> None:
        super().__init__(told)
        self.told = told
        self.is_news = is_news


class NoPlan(Exception):
    """The round was not planned; the task that plans has failed, and that was mailed."""

    is_news = False

    def __init__(self) -> None:
        super().__init__("there is no plan: see the task `plan`")


class NotDecided(Exception):
    """What waited is delivered, but alerts were not decided; that was mailed."""

    is_news = False

    def __init__(self) -> None:
        super().__init__("what waited is delivered, but alerts are not decided: see `decide`")


class FilesPutAside(Exception):
    """Files were broken; the others went on."""

    def __init__(self, names: Sequence[str], folder: Path) -> None:
        self.told = f"put aside in {folder}, the reason beside it: {', '.join(sorted(names))}"
        super().__init__(self.told)


class WarehouseHeld(Exception):
    """Another program has the warehouse open; the files wait for the next run."""

    def __init__(self, holders: Sequence[str]) -> None:
        who = " and ".join(holders) or "another program, which doesn't show from here"
        self.told = f"the warehouse is held by {who}"
        self.to_do = (
            "Close that program (`ps -fp PROCESS` shows what it is); who only reads opens "
            "`snapshot.duckdb` instead. Nothing is lost: the files wait for the next run."
        )
        super().__init__(self.told)


def failure_of(
    source: str, headers: "Sequence[Header]", *, folder: Path, now: datetime
) -> SourceFailed | None:
    """
    Decide whether a source failed, and whether that is news.

    People are told once for each stretch of failing: at once if only they can help,
    else when it lasts for more than an hour.

    Args:
        source: Its name.
        headers: What its landing files of this round say.
        folder: Remembers who is failing since when.
        now: Aware.
    """
    memory = folder / f"{source}.json"
    reasons = sorted({h.fault.reason for h in headers if h.fault} - _IN_ORDER)
    if not reasons:
        if any(header.fault is None for header in headers):
            memory.unlink(missing_ok=True)
        return None
    known = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    since = datetime.fromisoformat(known["since"]) if known else now
    told = set(known.get("told", ()))
    is_urgent = not _FOR_A_PERSON.isdisjoint(reasons)
    is_news = not told.issuperset(reasons) and (is_urgent or now - since >= _PATIENCE)
    failed = sum(header.fault is not None for header in headers)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = memory.with_suffix(".part")
    remembered = {
        "since": since.isoformat(),
        "told": sorted(told | set(reasons if is_news else ())),
    }
    temporary.write_text(json.dumps(remembered), encoding="utf-8")
    temporary.replace(memory)
    return SourceFailed(
        f"source {source}: {', '.join(reasons)} in {failed} of {len(headers)} requests, "
        f"failing since {since:%Y-%m-%d %H:%M} UTC",
        is_news=is_news,
    )
