import threading
from dataclasses import replace

import pytest

from collectors.contract import Page
from collectors.errors import SourceTimeout
from collectors.landing import read_header, waiting_files
from collectors.workers import collect_jobs
from tests.collectors.scripted import NOW, WATCHLIST, ScriptedCollector, job, post, sources


def run(jobs, folder, done=lambda _job, _path: None):
    return collect_jobs(
        jobs,
        sources=sources("web", "press", "blog"),
        credentials={},
        watchlist=WATCHLIST,
        folder=folder,
        clock=lambda: NOW,
        done=done,
    )


@pytest.fixture
def play(monkeypatch):
    def use(collector):
        monkeypatch.setattr("collectors.workers.collector_for", lambda _platform: collector)

    return use


def test_every_job_leaves_one_file_whatever_its_source_answers(tmp_path, play):
    play(ScriptedCollector({"s1": [Page(mentions=[post(1)])], "s2": [SourceTimeout("no")]}))
    jobs = [job("s1"), job("s2"), job("s1", "press")]
    seen = []
    paths = run(jobs, tmp_path, done=lambda one, path: seen.append((one.id, path)))
    assert sorted(paths) == waiting_files(tmp_path)
    assert {read_header(path).job_id for path in paths} == {one.id for one in jobs}
    assert {(read_header(path).job_id, path) for path in paths} == set(seen)


def test_no_job_is_no_work(tmp_path, play):
    play(ScriptedCollector())
    assert run([], tmp_path) == []


def test_a_bug_surfaces_and_every_other_job_is_done(tmp_path, play):
    script = {
        "broken": [Page(mentions=[post(1)]), ZeroDivisionError("a bug")],
        "s1": [Page(mentions=[post(2)])],
    }
    play(ScriptedCollector(script))
    jobs = [job("broken"), job("s1"), job("s1", "press"), job("s1", "blog")]
    done = []
    with pytest.raises(ExceptionGroup, match="1 of 4 jobs") as caught:
        run(jobs, tmp_path, done=lambda one, _path: done.append(one))
    (bug,) = caught.value.exceptions
    assert isinstance(bug, ZeroDivisionError)
    assert bug.__notes__ == ["while collecting web, stream broken"]
    headers = [read_header(path) for path in waiting_files(tmp_path)]
    assert {header.job_id for header in headers} == {one.id for one in jobs}
    assert {one.id for one in done} == {one.id for one in jobs[1:]}


class _Meeting:
    """Gives its page only when jobs of three sources, or sites, are being fetched at once."""

    item_eur = 0.0

    def __init__(self):
        self.barrier = threading.Barrier(3, timeout=20)
        self.present: dict[str, int] = {}
        self.most_of_one = 0

    def pages(self, job, source, credential, clock):  # noqa: ARG002
        lane = job.params.get("url", f"{source.name}/").rpartition("/")[0]
        self.present[lane] = self.present.get(lane, 0) + 1
        self.most_of_one = max(self.most_of_one, self.present[lane])
        self.barrier.wait()
        self.present[lane] -= 1
        yield Page(mentions=[post(1)])


def test_sources_are_fetched_side_by_side_and_one_sources_jobs_in_turn(tmp_path, play):
    meeting = _Meeting()
    play(meeting)
    jobs = [job(stream, source) for stream in ("s1", "s2") for source in ("web", "press", "blog")]
    assert len(run(jobs, tmp_path)) == 6
    assert meeting.most_of_one == 1


def test_of_one_source_sites_are_asked_side_by_side_and_each_in_turn(tmp_path, play):
    meeting = _Meeting()
    play(meeting)
    urls = [f"https://{site}.example/{page}" for page in (1, 2) for site in ("a", "b", "c")]
    jobs = [replace(job(url), params={"url": url}) for url in urls]
    assert len(run(jobs, tmp_path)) == 6
    assert meeting.most_of_one == 1
