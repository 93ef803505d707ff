import tomllib
from datetime import timedelta
from pathlib import Path

from collectors.contract import Job
from collectors.errors import ServerFault
from collectors.registry import collector_for
from collectors.sample.truth import truth
from collectors.sources import Sources

CONFIG = Path(__file__).resolve().parents[3] / "config"


def collect(server, watchlist, credentials, world):
    """Ask all sources at each round, as a plan would: behind the last answer, with some overlap."""
    text = (CONFIG / "sources.toml").read_text("utf-8")
    sources = Sources.model_validate(
        tomllib.loads(text.replace("http://127.0.0.1:8901", server.url))
    )
    validators, since, faults = {}, {}, []
    for now in world.rounds():
        server.now = now
        for source in (one for one in sources.source if not one.canary):
            collector = collector_for(source.platform)
            for stream in collector.streams(source, watchlist, now):
                job = Job(
                    source=source.name,
                    platform=source.platform,
                    stream=stream.key,
                    reach=stream.reach,
                    params=stream.params,
                    since=since.get(stream.key, world.import_until) - source.overlap,
                    until=now,
                    validators=validators.get(stream.key, {}),
                    planned_at=now,
                )
                try:
                    for page in collector.pages(
                        job, source, credentials[source.platform], lambda: server.now
                    ):
                        assert not page.unreadable
                        validators[stream.key] = page.validators or job.validators
                        yield from ((source.name, mention) for mention in page.mentions)
                    since[stream.key] = now
                except ServerFault:
                    faults.append((source.name, now))
    assert faults == [
        ("forum", now) for now in world.rounds() if world.outage.covers(world.outage.feed, now)
    ]
    assert len(faults) == 3


def test_the_clients_collect_exactly_what_the_truth_says(world, server, watchlist, credentials):
    rows = {(row.platform, row.native_id): row for row in truth(world)}
    got = list(collect(server, watchlist, credentials, world))
    found = {(mention.platform, mention.native_id) for _, mention in got}
    assert found <= set(rows)
    assert {key for key, row in rows.items() if row.reach == "certain"} <= found
    assert not {key for key, row in rows.items() if row.reach in {"lost", "never"}} & found
    for source, mention in got:
        row = rows[mention.platform, mention.native_id]
        assert mention.text in row.texts
        assert source == row.source
        assert mention.created_at >= row.created_at
        assert mention.created_at - row.created_at < timedelta(hours=1)
