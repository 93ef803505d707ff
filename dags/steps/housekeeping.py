"""Steps of `housekeeping`: look stored posts up again, let go of what may not be kept, and of its bytes."""

from pathlib import Path

from dags.steps.patience import PATIENCE_S, naming_who_holds
from dags.surroundings import find_ready, look_around, tell


class RecheckFailedError(Exception):
    """Sources did not answer about stored posts; what the others said has landed."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def choose_rechecks() -> str:
    """
    Choose the posts that are looked up now.

    Returns:
        A file that names them, for a worker that has no warehouse.
    """
    from collectors.recheck import write_asks
    from warehouse.connection import open_warehouse
    from warehouse.recheck import plan_rechecks
    from warehouse.settings import WarehouseSettings

    around = look_around()
    settings = around.settings
    keep = around.configuration.setting("warehouse", WarehouseSettings)
    with (
        naming_who_holds(settings.warehouse),
        open_warehouse(settings.warehouse, tell=tell, timeout_s=PATIENCE_S) as connection,
    ):
        planned = plan_rechecks(
            connection,
            find_ready(around).states,
            refresh_per_day=keep.refresh_per_day,
            now=settings.clock(),
        )
    for text in planned.told:
        tell(text)
    return str(write_asks(settings.rechecks / "asked.json", planned.asks))


def look_up_posts(chosen: str) -> int:
    """
    Look posts up; what was found lands as files.

    Returns:
        How many are gone.

    Raises:
        RecheckFailedError: A source did not answer as asked.
    """
    from collectors.landing import read_header
    from collectors.recheck import read_asks, write_asks
    from collectors.rechecking import recheck_sources
    from warehouse.recheck import late_posts

    around = look_around()
    settings = around.settings
    path = Path(chosen)
    if not path.exists():
        tell("an earlier attempt has looked them up")
        return 0
    asks = read_asks(path)
    paths = recheck_sources(
        asks,
        around.configuration.sources.source,
        credentials=find_ready(around).credentials,
        watchlist=around.configuration.watchlist,
        folder=settings.landing,
        memories=settings.rechecks,
        clock=settings.clock,
    )
    headers = [read_header(one) for one in paths]
    for text in filter(None, map(late_posts, headers)):
        tell(text)
    failed = [header for header in headers if header.fault is not None]
    # A post that several sources know is judged by all of them, so the next attempt asks them all.
    again = {header.platform for header in failed}
    wanted = {header.source for header in headers if header.platform in again}
    if wanted:
        write_asks(path, {name: asked for name, asked in asks.items() if name in wanted})
        raise RecheckFailedError(
            "; ".join(f"{one.source}: {one.fault.reason}" for one in failed if one.fault)
        )
    path.unlink()  # It holds the records of posts.
    return sum(len(header.gone) for header in headers)


def drop_expired() -> int:
    """
    Delete mentions that concerned nobody for too long, and say how many went.

    What was taught of employees whose consent has ended goes as well.
    """
    from collectors.configuration.folder import ConfigurationError
    from enrichment.relevance.using import forget_ended
    from warehouse.connection import open_warehouse
    from warehouse.privacy import apply_watchlist, drop_unmatched
    from warehouse.settings import WarehouseSettings

    around = look_around()
    now = around.settings.clock()
    keep = around.configuration.setting("warehouse", WarehouseSettings)
    path = around.settings.warehouse
    with (
        naming_who_holds(path),
        open_warehouse(path, tell=tell, timeout_s=PATIENCE_S) as connection,
    ):
        apply_watchlist(connection, around.configuration.watchlist, now=now)
        dropped = drop_unmatched(connection, now=now, keep=keep.keep_unmatched)
    try:
        forget_ended(around.settings, around.configuration.watchlist)
    except ConfigurationError as error:  # It makes `enrich` red, and must not keep back the purge.
        for mistake in error.mistakes:
            tell(str(mistake))
    return dropped


def purge_bytes() -> int:
    """Rewrite the warehouse if rows were deleted, so that they leave no bytes; give its size."""
    from warehouse.purge import purge

    settings = look_around().settings
    with naming_who_holds(settings.warehouse):
        is_purged = purge(settings, tell=tell, timeout_s=PATIENCE_S, only_pending=True)
    tell("the warehouse is rewritten" if is_purged else "nothing was deleted, nothing to purge")
    return settings.warehouse.stat().st_size


def empty_mails() -> int:
    """Empty the bodies of mails that were delivered long ago, and say how many."""
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.outbox import empty_delivered

    settings = look_around().settings
    with open_desk(desk_url(settings.desk)) as desk:
        return empty_delivered(desk, settings.clock())
