"""How readily people are alerted, and what they are told to do: the optional `config/alerts.toml`."""

from typing import Annotated

from pydantic import AfterValidator, Field

from collectors.watchlist import Frozen
from reports.foreign_text import safe_link


def _is_link(text: str) -> str:
    if safe_link(text) is None:
        msg = f"'{text}' is no link: write for instance \"https://wiki.firm.example/runbook\""
        raise ValueError(msg)
    return text


class AlertSettings(Frozen):
    """What on-call staff may want otherwise; every value has a default."""

    owner: str | None = None
    """Who acts on alerts, as the mail says."""
    runbook: Annotated[str, AfterValidator(_is_link)] | None = None
    """What to do, as a link."""
    false_alarms_a_week: float = Field(default=2.0, gt=0, le=50)
    """The budget, over all subjects together."""
    fewest_stories: int = Field(default=5, ge=2)
    """Fewer stories in the window never open an incident."""
    fewest_authors: int = Field(default=3, ge=1)
    """Nor do so many stories from fewer authors."""
    fewest_times_usual: float = Field(default=1.5, ge=1)
    """Nor does less than so many times what is expected."""
    mail_severity: int = Field(default=3, ge=1, le=4)
    """Incidents less severe are listed, not mailed (1 is the most severe)."""
    history_weeks: int = Field(default=8, ge=2, le=26)
    """How much of the past the usual week is learned from."""
    least_coverage: float = Field(default=0.8, ge=0, le=1)
    """An hour that was listened to less is neither learned from, nor called calm."""
