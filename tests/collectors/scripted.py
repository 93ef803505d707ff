"""A collector that follows a script: pages, then perhaps a fault."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.contract import Clock, Credential, Job, Page, Stream
from collectors.mention import Mention
from collectors.sources import Source, Sources
from collectors.watchlist import Watchlist

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)

WATCHLIST = Watchlist.model_validate(
    {
        "subject": [
            {
                "id": "acme",
                "name": "Acme",
                "facet": "brand",
                "terms": ["Acme"],
                "handles": {"x": ["@Acme"]},
                "domains": ["acme.example"],
            }
        ]
    }
)


@dataclass(frozen=True)
class ScriptedCollector:
    """By the stream's key: what comes, in order; an exception is raised."""

    script: Mapping[str, Sequence[Page | Exception]] = field(default_factory=dict)
    needs_credential = False
    limits = ()
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:  # noqa: ARG002
        return ()

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:  # noqa: ARG002
        return [Stream(key=key, reach="window") for key in self.script]

    def pages(
        self,
        job: Job,
        source: Source,  # noqa: ARG002
        credential: Credential | None,  # noqa: ARG002
        clock: Clock,  # noqa: ARG002
    ) -> Iterator[Page]:
        for step in self.script[job.stream]:
            if isinstance(step, Exception):
                raise step
            yield step


def sources(*names: str) -> Sources:
    return Sources.model_validate({"source": [{"name": name, "platform": "x"} for name in names]})


def job(stream: str = "s1", source: str = "web") -> Job:
    return Job(
        source=source,
        platform="x",
        stream=stream,
        reach="window",
        params={},
        since=NOW.replace(hour=11),
        until=NOW,
        validators={},
        planned_at=NOW,
    )


def post(number: int, text: str = "Acme", **keys) -> Mention:
    return Mention(
        platform=keys.pop("platform", "x"),
        native_id=str(number),
        kind="post",
        text=text,
        collected_at=NOW,
        **keys,
    )
