"""Let the bytes of what was deleted go: from the warehouse's file, and with the files beside it."""

from collectors.landing import waiting_files
from collectors.settings import Settings
from warehouse.aside import let_go_of_texts
from warehouse.connection import Tell, rewrite


def purge(
    settings: Settings, *, tell: Tell, timeout_s: float = -1, only_pending: bool = False
) -> bool:
    """
    Rewrite the warehouse, and delete the files that may hold or name what was deleted.

    These are the files put aside, and what was judged once more and waits: it is judged anew.

    Args:
        settings: Where they lie.
        tell: As of `connection.rewrite`.
        timeout_s: As of `connection.rewrite`.
        only_pending: Do nothing if nothing was deleted since the last purge.

    Returns:
        Whether anything was to be purged.

    Raises:
        TimeoutError: As of `connection.rewrite`.
    """
    is_rewritten = rewrite(
        settings.warehouse, tell=tell, timeout_s=timeout_s, only_pending=only_pending
    )
    if is_rewritten:
        let_go_of_texts(settings.aside)
        for path in waiting_files(settings.rescored):
            path.unlink(missing_ok=True)
    return is_rewritten
