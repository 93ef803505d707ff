"""Ask sources for stored posts again, and write down what became of them: one landing file a source."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from collectors.collect import last_of_each
from collectors.contract import Clock, Credential
from collectors.errors import CollectError, RateLimited
from collectors.landing import Fault, Header, write_landing
from collectors.recheck import HIDDEN, Asked, Found, Memory, Overdue, Rechecker, rechecker_for
from collectors.registry import collector_for
from collectors.sources import Source
from collectors.watchlist import Watchlist

RECHECK_STREAM = "recheck"
"""Stands where landing files name their stream."""

Done = Callable[[int], None]
"""Told how many more posts an answer was about."""


@dataclass(frozen=True, kw_only=True)
class _Round:
    source: Source
    asked: Asked
    rechecker: Rechecker
    found: list[Found] = field(default_factory=list)
    fault: Fault | None = None
    ended_at: datetime

    @property
    def due(self) -> frozenset[str]:
        """Native ids of what was due."""
        return frozenset(post.native_id for post in self.asked.due)

    @property
    def known(self) -> frozenset[str]:
        """Those of them that can be asked for there."""
        known = (post for post in self.asked.due if self.rechecker.knows(post, self.source))
        return frozenset(post.native_id for post in known)

    @property
    def there(self) -> set[str]:
        """What the answers show, or say to be there."""
        there = {native_id for one in self.found for native_id in one.unchanged}
        there |= {mention.native_id for one in self.found for mention in one.present}
        return there - set(self.gone)

    @property
    def gone(self) -> dict[str, str]:
        """What the answers took away; what another answer of this round shows is there."""
        shown = {mention.native_id for one in self.found for mention in one.present}
        told = {native_id: why for one in self.found for native_id, why in one.gone.items()}
        return {native_id: why for native_id, why in told.items() if native_id not in shown}

    @property
    def doubted(self) -> frozenset[str]:
        """
        What another place's word is not enough to hide: what this one shows, or does not tell of.

        A place that does not tell may never answer again, so it delays only
        what may still wait for the next round.
        """
        late = {
            post.native_id
            for post in self.asked.due
            if post.is_late(self.rechecker.within, self.ended_at)
        }
        return self.known - set(self.gone) - (late - self.there)

    @property
    def silent(self) -> set[str]:
        """What was asked for, and what the answers say nothing about."""
        return {native_id for one in self.found for native_id in one.silent}


class _Judged:
    """What the rounds of one platform say together."""

    def __init__(self, rounds: Sequence[_Round]) -> None:
        known = {one.source.name: one.known for one in rounds}
        # A job of an earlier round may tell of what was not due in this one.
        doubted = {native_id for one in rounds for native_id in one.doubted}
        self.gone = {
            one.source.name: {
                native_id: why
                for native_id, why in one.gone.items()
                if why not in HIDDEN
                or native_id not in doubted
                or native_id not in known[one.source.name]
            }
            for one in rounds
        }
        self.answered = {
            one.source.name: {*one.there, *self.gone[one.source.name], *one.silent}
            for one in rounds
        }
        self.known = known

    def left(self, one: _Round) -> list[str]:
        """Name what could be asked for in a round, and got no answer: it is due as before."""
        name = one.source.name
        ids = (post.native_id for post in one.asked.due)
        return [i for i in ids if i in self.known[name] and i not in self.answered[name]]

    def late(self, one: _Round) -> int:
        """Count what no round answered, and what by the next one is late."""
        answered = frozenset[str]().union(*self.answered.values())
        return sum(
            post.native_id not in answered and post.is_late(one.rechecker.within, one.ended_at)
            for post in one.asked.due
        )


def recheck_sources(
    asks: Mapping[str, Asked],
    sources: Iterable[Source],
    *,
    credentials: Mapping[str, Credential],
    watchlist: Watchlist,
    folder: Path,
    memories: Path,
    clock: Clock,
    done: Done = lambda _count: None,
) -> list[Path]:
    """
    Ask each source in turn; a fault of one ends its own round only.

    A post that stands at several places, such as a status that two instances
    know, is hidden only if each of them says so; one that does not answer is
    waited for until the post would get late. What was deleted is gone.

    Args:
        asks: By a source's name what it is asked.
        sources: The configured sources.
        credentials: By the source's `credential` name.
        watchlist: Says which posts are the firm's own.
        folder: Where landing files go.
        memories: Where a platform's module may remember what is on its way.
        clock: The present.
        done: For a progress bar.

    Returns:
        One landing file for each source that was asked.
    """
    rounds = [
        _ask(
            asks[source.name],
            rechecker,
            source,
            credentials.get(source.credential or ""),
            Memory(memories / f"{source.name}.memory.json"),
            clock,
            done,
        )
        for source in sources
        if source.name in asks and (rechecker := rechecker_for(source.platform)) is not None
    ]
    judged = {
        platform: _Judged([one for one in rounds if one.source.platform == platform])
        for platform in {one.source.platform for one in rounds}
    }
    return [_land(one, judged[one.source.platform], watchlist, folder) for one in rounds]


def _ask(
    asked: Asked,
    rechecker: Rechecker,
    source: Source,
    credential: Credential | None,
    memory: Memory,
    clock: Clock,
    done: Done,
) -> _Round:
    found: list[Found] = []
    fault = None
    try:
        for one in rechecker.look_up(asked, source, credential, clock, memory):
            found.append(one)
            done(len({*one.unchanged, *one.gone, *(m.native_id for m in one.present)}))
    except CollectError as error:
        found.append(Found(requests=0 if isinstance(error, Overdue) else 1))
        retry_at = error.until if isinstance(error, RateLimited) else None
        fault = Fault(reason=error.reason, message=str(error), retry_at=retry_at)
    return _Round(
        source=source,
        asked=asked,
        rechecker=rechecker,
        found=found,
        fault=fault,
        ended_at=clock(),
    )


def _land(one: _Round, judged: _Judged, watchlist: Watchlist, folder: Path) -> Path:
    source = one.source
    gone, left = judged.gone[source.name], judged.left(one)
    # What nobody can be asked for counts as asked: else it would be first in the line for ever.
    asked = judged.answered[source.name] | (one.due - one.known)
    mentions = last_of_each(mention for found in one.found for mention in found.present)
    price = collector_for(source.platform).item_eur if source.item_eur is None else source.item_eur
    charged = dict.fromkeys(native_id for found in one.found for native_id in found.charged)
    header = Header(
        kind="recheck",
        job_id=_round_id(source, one.ended_at),
        source=source.name,
        platform=source.platform,
        stream=RECHECK_STREAM,
        since=min((found.as_of for found in one.found if found.as_of), default=None),
        collected_at=one.ended_at,
        requests=sum(found.requests for found in one.found),
        items_seen=len(one.there) + len(gone),
        unreadable=tuple(item for found in one.found for item in found.unreadable),
        account=source.account if price else "",
        item_eur=price,
        charged=tuple(charged) if price else (),
        asked=tuple(sorted(asked)),
        failed=tuple(left[: one.rechecker.batch]) if one.fault else (),
        late=judged.late(one),
        there=tuple(sorted(one.there)),
        gone=gone,
        fault=one.fault,
    )
    owned = (
        replace(m, is_own=m.is_own or watchlist.owns(m.platform, m.author_handle, m.url))
        for m in mentions
        if m.native_id not in gone
    )
    return write_landing(folder, header, owned)


def _round_id(source: Source, at: datetime) -> str:
    parts = f"{source.name}\x1f{RECHECK_STREAM}\x1f{at.isoformat()}"
    return blake2b(parts.encode(), digest_size=8).hexdigest()
