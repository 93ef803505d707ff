"""Steps of `rescore`: judge once more what people look at, and take in what was judged."""

import time
from datetime import timedelta

from collectors.configuration.folder import read_setting
from collectors.landing import waiting_files
from dags.steps.patience import PATIENCE_S, naming_who_holds
from dags.surroundings import look_around, tell
from dags.told import FilesPutAside

LONGEST = timedelta(hours=1)
"""A larger budget is for the command line: here the task would be ended."""


def judge_what_matters() -> int:
    """
    Judge within the budget of `tone.toml`; the warehouse stays closed.

    Returns:
        How many files wait to be taken in; 0 as well where there is no model to judge by, or
        nothing was published yet.

    Raises:
        ConfigurationError: The model that is named can't be had.
    """
    from enrichment.tone.settings import ToneSettings, configured_rescore_model
    from reports.rescoring import Wish
    from reports.rescoring import judge_what_matters as judge
    from reports.settings import ReportSettings

    around = look_around()
    settings = around.settings
    model = configured_rescore_model(settings.config, tell)
    if model is None:
        return len(waiting_files(settings.rescored))
    if not settings.snapshot.exists():
        tell("there is no snapshot yet")
        return 0
    wanted = read_setting(settings.config, "tone", ToneSettings).rescore
    judging = judge(
        settings,
        around.configuration.setting("reports", ReportSettings),
        Wish(model=model, budget=min(wanted.budget, LONGEST), reach=wanted.reach),
        timer=time.monotonic,
    )
    tell(f"{judging.judged} of {judging.waiting} matches judged by {model.name}")
    return len(waiting_files(settings.rescored))


def take_in_judged() -> int:
    """
    Write what was judged, publish a snapshot, and say how many mentions have another tone now.

    Raises:
        FilesPutAside: Some were broken; the others are taken in.
        WarehouseHeld: Another program has the warehouse open; the files wait.
    """
    from reports.rescoring import write_judged
    from reports.settings import ReportSettings
    from warehouse.settings import WarehouseSettings

    around = look_around()
    with naming_who_holds(around.settings.warehouse):
        taken = write_judged(
            around.settings,
            around.configuration.watchlist,
            around.configuration.setting("reports", ReportSettings),
            keep=around.configuration.setting("warehouse", WarehouseSettings),
            tell=tell,
            timeout_s=PATIENCE_S,
        )
    tell(f"{taken.matches} matches written, {taken.mentions_changed} mentions in another tone")
    if taken.broken:
        raise FilesPutAside([path.name for path, _ in taken.broken], around.settings.aside)
    return taken.mentions_changed
