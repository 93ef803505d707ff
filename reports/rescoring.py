"""What people look at, in alerts and reports, and so what a better tone model judges once more."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.landing import waiting_files
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.tone.model import ToneModel
from reports.alert_muting import since_of
from reports.period import PERIODS, Period, UnknownPeriodError, parse_period
from reports.settings import ReportSettings
from reports.status_report import read_drivers
from warehouse.connection import Tell, open_snapshot
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.incidents import StandingIncident, read_standing
from warehouse.desk.tables import ReportIssue
from warehouse.intake import publish_now
from warehouse.query import rows
from warehouse.rescore import Ask, Attention, read_candidates
from warehouse.rescore_file import TakenIn
from warehouse.rescoring import Judging, Timer, judge_within, take_in_waiting
from warehouse.settings import WarehouseSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What one run is asked for."""

    model: ToneModel
    budget: timedelta
    reach: int
    since: datetime | None = None
    """Nothing older; None: what matters, and above the reach the last period and this one."""


def judge_what_matters(
    settings: Settings,
    reports: ReportSettings,
    wish: Wish,
    *,
    timer: Timer,
    begin: Callable[[int], None] = lambda _matches: None,
    progress: Callable[[int], None] = lambda _matches: None,
) -> Judging:
    """
    Judge once more what people look at, as the newest snapshot and the desk show it.

    The warehouse is not opened: what was judged waits as files.

    Args:
        settings: Where things lie, and what time it is.
        reports: Which reports are written.
        wish: By which model, how long, from which reach on.
        timer: Counts the seconds of the budget.
        begin: Told how many matches wait.
        progress: Told after each batch how many it judged.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
    """
    now = settings.clock()
    with closing(open_snapshot(settings.snapshot)) as connection:
        ask: Ask = partial(rows, connection)
        with open_desk(desk_url(settings.desk)) as desk:
            standing = read_standing(desk, now=now)
        attention = find_attention(
            ask, standing, reports, now=now, reach=wish.reach, since=wish.since
        )
        candidates = read_candidates(ask, attention, model=wish.model.name, now=now)
        begin(sum(one.places for one in candidates))
        return judge_within(
            settings.rescored,
            ask,
            candidates,
            wish.model,
            budget=wish.budget,
            timer=timer,
            now=now,
            progress=progress,
        )


def find_attention(
    ask: Ask,
    standing: Iterable[StandingIncident],
    reports: ReportSettings,
    *,
    now: datetime,
    reach: int,
    since: datetime | None = None,
) -> Attention:
    """
    Find what open incidents are about, and what the next reports will show.

    Args:
        ask: Runs a named query on the snapshot.
        standing: Incidents as they stand.
        reports: Which reports are written: of each kind the last period and this one count.
        now: The present (aware).
        reach: See `Attention`.
        since: Nothing older; None: no such limit, and above the reach the last period and this one.
    """
    made_at = min([now, *(row["made_at"] for row in ask("report_snapshot"))])
    pairs = [
        (last, last.of(last.end))
        for last in (PERIODS[every].last_complete(made_at, reports.zone) for every in reports.every)
    ]
    begun = min(last.bounds(reports.zone)[0] for last, _ in pairs)
    stories = [
        story
        for pair in pairs
        for period in pair
        for story in _shown_stories(ask, period, reports, made_at)
    ]
    return Attention(
        incidents=[
            (one.subject_id, max(since_of(one), since or since_of(one)))
            for one in standing
            if one.cause == "volume" and one.closed_at is None and one.dismissal is None
        ],
        stories=list(dict.fromkeys(stories)),
        stories_since=max(begun, since or begun),
        reach=reach,
        reach_since=since or begun,
    )


def read_reported_until(desk: Session, zone: ZoneInfo) -> datetime | None:
    """
    Tell up to when mentions were told of in a report; None: no report was made.

    A report of a running period tells of what its snapshot knew.
    """
    issues = desk.execute(
        select(ReportIssue.period, ReportIssue.made_at).where(ReportIssue.kind == "status")
    )
    ends = [
        min(made_at, period.bounds(zone)[1])
        for label, made_at in issues
        if (period := _period(label)) is not None
    ]
    return max(ends, default=None)


def _shown_stories(
    ask: Ask, period: Period, reports: ReportSettings, made_at: datetime
) -> list[str]:
    """Name the stories of a period's drivers, and the largest one of each organisation."""
    since, until = period.bounds(reports.zone)
    drivers = read_drivers(ask, period, reports, made_at)
    tops = ask("organisation_top_stories", since=since, until=until)
    return [
        *(story for driver in drivers for story in driver.story_ids),
        *(row["story_id"] for row in tops),
    ]


def _period(label: str) -> Period | None:
    try:
        return parse_period(label)
    except UnknownPeriodError:
        return None


def write_judged(
    settings: Settings,
    watchlist: Watchlist,
    reports: ReportSettings,
    *,
    keep: WarehouseSettings,
    tell: Tell,
    timeout_s: float = -1,
) -> TakenIn:
    """
    Take in what was judged once more, and publish a snapshot that shows it.

    What waited goes only when that snapshot stands: a kill before repeats the taking in,
    which changes nothing, and no judging.

    Raises:
        TimeoutError: Another process had the warehouse open for longer than *timeout_s*;
            negative: wait without end.
    """
    if not waiting_files(settings.rescored):
        return TakenIn(matches=0, mentions_changed=0, broken=())
    with open_desk(desk_url(settings.desk)) as desk:
        reported_until = read_reported_until(desk, reports.zone)
    taken, paths = take_in_waiting(
        settings, reported_until=reported_until, tell=tell, timeout_s=timeout_s
    )
    if not paths:
        return taken
    publish_now(
        settings,
        watchlist=watchlist,
        time_zone=reports.time_zone,
        keep=keep,
        tell=tell,
        timeout_s=timeout_s,
    )
    for path in paths:
        path.unlink(missing_ok=True)
    return taken
