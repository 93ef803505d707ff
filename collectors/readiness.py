"""Which sources can be asked now, as whom, and which are off and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collectors.contract import Credential, Stream
from collectors.credentials import CredentialError, credential_from_environment, variable_of
from collectors.permitted import names_lapsed, permitted_streams
from collectors.registry import collector_for, missing_extra
from collectors.sources import Source, Sources
from collectors.watchlist import Watchlist

NOTHING_LEFT = "it asks for nothing that may be asked any more: see luisterpost check"
"""Why a source is off that names nobody but employees whose consent ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """A configured source as analysts see it: its streams, or why it is off."""

    source: Source
    streams: tuple[Stream, ...] = ()
    why_off: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """All sources, and the credentials of those that are on (in memory only)."""

    states: tuple[SourceState, ...]
    credentials: Mapping[str, Credential] = field(repr=False)

    @property
    def off(self) -> Sequence[SourceState]:
        """The sources that are not asked."""
        return [state for state in self.states if state.why_off is not None]


def find_readiness(
    sources: Sources, watchlist: Watchlist, environ: Mapping[str, str], *, now: datetime
) -> Readiness:
    """
    Look up the credentials and list each source's streams; no request is made.

    Args:
        sources: The configured sources.
        watchlist: What queries and accounts are derived from.
        environ: The environment's variables.
        now: Consents are judged at this moment (aware).
    """
    credentials: dict[str, Credential] = {}
    states = []
    for source in sources.source:
        collector = collector_for(source.platform)
        credential, why_off = _credential(source, environ)
        if credential is not None and source.credential is not None:
            credentials[source.credential] = credential
        if why_off is None and credential is None and collector.needs_credential:
            why_off = f"{source.platform} needs a credential, and this source names none"
        if (remedy := missing_extra(source.platform)) is not None:
            why_off = f"{source.platform} needs a library that is not installed: {remedy}"
        streams = permitted_streams(collector, source, watchlist, now)
        if not streams and names_lapsed(source, watchlist, now):
            why_off = NOTHING_LEFT
        states.append(
            SourceState(source=source, streams=() if why_off else streams, why_off=why_off)
        )
    return Readiness(states=tuple(states), credentials=credentials)


def _credential(source: Source, environ: Mapping[str, str]) -> tuple[Credential | None, str | None]:
    if source.credential is None:
        return None, None
    try:
        credential = credential_from_environment(source.credential, environ)
    except CredentialError as error:
        return None, str(error)
    if credential is None:
        return None, f"no credential '{source.credential}': set {variable_of(source.credential)}"
    return credential, None
