"""Steps of `housekeeping`: let go of what may not be kept, and of its bytes."""

from dags.steps.patience import PATIENCE_S, naming_who_holds
from dags.surroundings import look_around, tell


def drop_expired() -> int:
    """Delete mentions that concerned nobody for too long, and say how many went."""
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
        return drop_unmatched(connection, now=now, keep=keep.keep_unmatched)


def purge_bytes() -> int:
    """Rewrite the warehouse if rows were deleted, so that they leave no bytes; give its size."""
    from warehouse.connection import rewrite

    path = look_around().settings.warehouse
    with naming_who_holds(path):
        is_rewritten = rewrite(path, tell=tell, timeout_s=PATIENCE_S, only_pending=True)
    tell("the warehouse is rewritten" if is_rewritten else "nothing was deleted, nothing to purge")
    return path.stat().st_size


def empty_mails() -> int:
    """Empty the bodies of mails that were delivered long ago, and say how many."""
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.outbox import empty_delivered

    settings = look_around().settings
    with open_desk(desk_url(settings.desk)) as desk:
        return empty_delivered(desk, settings.clock())
