"""X's compliance jobs that go wrong: no job, no answer and no kill keeps the next one from beginning."""

import json

import pytest

from collectors.recheck import Asked, Memory
from tests.collectors.recheck_players import x
from tests.collectors.test_x_recheck import Rounds, at_storage, due_since
from tests.replay import Answer

JOBS = "/2/compliance/jobs"
UNKNOWN = Answer.of({"title": "Not Found Error"}, status=404)
BAD_LINE = Answer(body=b'{"id": "1", "action": "delete"}\n')
EXPIRED = Answer(status=403, body=b"<Error><Code>ExpiredToken</Code></Error>")


@pytest.fixture
def rounds(tmp_path):
    return Rounds(tmp_path, x(5))


def one_at_a_time(platform):
    """Refuse a job while another one waits for its list, or runs."""

    def handler(request):
        is_new = (request.method, request.path) == ("POST", JOBS)
        is_idle = "name" not in platform.state or "ids" in platform.state
        if is_new and not is_idle:
            return Answer.of({"title": "Conflict", "detail": "one job at a time"}, status=409)
        return platform(request)

    return handler


def states_are(platform, answer):
    """Answer so whoever asks how a job does."""

    def handler(request):
        return answer if request.path == f"{JOBS}/123" else platform(request)

    return handler


@pytest.mark.parametrize("why", ["unknown", "bad line", "expired"])
def test_after_a_job_that_cannot_be_had_another_one_is_begun(rounds, why):
    platform = rounds.platform
    platform.state["status"] = "in_progress"
    due = platform.stored()
    rounds(Asked(due=due))
    platform.state["status"] = "complete"
    platform.remove([due[0].native_id])
    bad, reason = {
        "unknown": (states_are(platform, UNKNOWN), "gone"),
        "bad line": (at_storage(platform, down=BAD_LINE), "bad_answer"),
        "expired": (at_storage(platform, down=EXPIRED), "auth_failed"),
    }[why]
    jobs = [bad]

    def handler(request):
        if request.method == "POST":
            jobs.append(platform)
        return jobs[-1](request)

    header, _ = rounds(Asked(due=due), hours=6, handler=handler)
    assert (header.fault.reason, header.gone, header.there) == (reason, {}, ())
    header, _ = rounds(Asked(due=due), hours=6, handler=handler)
    assert header.gone == {due[0].native_id: "deleted"}
    assert header.fault is None


@pytest.mark.parametrize("status", [200, 401, 503])
def test_a_job_about_which_x_does_not_tell_is_waited_for_until_it_is_too_old(rounds, status):
    platform = rounds.platform
    platform.state["status"] = "in_progress"
    due = platform.stored()
    rounds(Asked(due=due))
    silent = states_are(platform, Answer(status=status, body=b"<html>"))
    for _ in range(4):
        header, _ = rounds(Asked(due=due), hours=6, handler=silent)
        assert rounds.asked == [f"GET {JOBS}/123"]
        assert header.fault is not None
    platform.state["status"] = "complete"
    header, _ = rounds(Asked(due=due), hours=6)
    assert rounds.asked[0] == f"POST {JOBS}"
    assert len(header.there) == 5


def test_an_outage_does_not_lose_the_job_that_runs(rounds):
    rounds.platform.state["status"] = "in_progress"
    rounds(Asked(due=rounds.platform.stored()))
    outage = states_are(rounds.platform, Answer(status=503))
    rounds(Asked(due=rounds.platform.stored()), hours=6, handler=outage)
    rounds.platform.state["status"] = "complete"
    header, _ = rounds(Asked(), hours=6)
    assert rounds.asked == [f"GET {JOBS}/123", "GET /storage/down"]
    assert len(header.there) == 5


def killed_after(monkeypatch, count):
    """End the process, as far as it can be told, before it remembers a further thing."""
    write, left = Memory.write, iter(range(count))

    def write_or_die(memory, known):
        if next(left, None) is None:
            raise KeyboardInterrupt
        write(memory, known)

    monkeypatch.setattr(Memory, "write", write_or_die)


def killed(rounds, due, handler, *, after):
    with pytest.MonkeyPatch.context() as patch:
        killed_after(patch, after)
        with pytest.raises(KeyboardInterrupt):
            rounds(Asked(due=due), handler=handler)


def test_a_kill_right_after_a_job_was_begun_loses_nothing(rounds):
    due, handler = rounds.platform.stored(), one_at_a_time(rounds.platform)
    killed(rounds, due, handler, after=1)
    header, _ = rounds(Asked(due=due), handler=handler)
    assert rounds.asked == [
        f"GET {JOBS}",
        "PUT /storage/up",
        f"GET {JOBS}/123",
        "GET /storage/down",
    ]
    assert (len(header.there), header.fault, header.requests) == (5, None, 4)


def test_a_kill_while_the_list_is_handed_in_waits_for_the_job_before_the_next(rounds):
    platform, due = rounds.platform, due_since(rounds.platform.stored(), 19)
    platform.state["status"] = "in_progress"
    killed(rounds, due, platform, after=2)
    header, rows = rounds(Asked(due=due, paid=2))
    assert rounds.asked == [f"GET {JOBS}/123", "GET /2/tweets"]
    assert (len(rows), header.fault.reason) == (2, "overdue")
    platform.state["status"] = "complete"
    header, _ = rounds(Asked(due=due), hours=6)
    assert f"POST {JOBS}" in rounds.asked
    assert (len(header.there), header.fault) == (5, None)


@pytest.mark.parametrize("status", [500, 200])
def test_a_job_whose_answer_never_came_is_found_by_its_name(rounds, status):
    platform, due = rounds.platform, rounds.platform.stored()

    def lose(request):
        answer = one_at_a_time(platform)(request)
        is_new = (request.method, request.path) == ("POST", JOBS)
        return Answer(status=status, body=b"{") if is_new else answer

    header, _ = rounds(Asked(due=due), handler=lose)
    assert header.fault.reason in {"server_error", "bad_answer"}
    header, _ = rounds(Asked(due=due), handler=one_at_a_time(platform))
    assert rounds.asked[0] == f"GET {JOBS}"
    assert (len(header.there), header.fault) == (5, None)


@pytest.mark.parametrize("hours", [0, 6])
def test_a_job_that_was_never_begun_is_begun(rounds, hours):
    platform, due = rounds.platform, rounds.platform.stored()

    def refuse(request):
        return Answer(status=503) if request.method == "POST" else platform(request)

    rounds(Asked(due=due), handler=refuse)
    header, _ = rounds(Asked(due=due), hours=hours)
    assert rounds.asked[:2] == [f"GET {JOBS}", f"POST {JOBS}"]
    assert len(header.there) == 5


def test_a_job_without_its_list_is_begun_anew_once_x_takes_it_no_more(rounds):
    platform, due = rounds.platform, rounds.platform.stored()

    def refuse(request):
        return Answer(status=503) if request.method == "PUT" else platform(request)

    rounds(Asked(due=due), handler=refuse)
    header, _ = rounds(Asked(due=due), hours=0.3)
    assert rounds.asked[:2] == [f"GET {JOBS}/123", f"POST {JOBS}"]
    assert len(header.there) == 5


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429])
def test_a_job_that_x_refuses_is_not_looked_for(rounds, status):
    platform, due = rounds.platform, due_since(rounds.platform.stored(), 19)

    def refuse(request):
        is_new = (request.method, request.path) == ("POST", JOBS)
        return Answer.of({"title": "No"}, status=status) if is_new else platform(request)

    header, rows = rounds(Asked(due=due, paid=5), handler=refuse)
    assert header.fault is not None
    assert len(rows) == 5
    rounds(Asked(due=due), hours=6)
    assert rounds.asked[0] == f"POST {JOBS}"


def test_a_job_that_an_earlier_version_began_is_fetched(rounds):
    """It had no name, and was remembered once it had an id."""
    platform, due = rounds.platform, rounds.platform.stored()
    platform.state["status"] = "in_progress"
    rounds(Asked(due=due))
    (path,) = (rounds.folder / "memories").glob("*.json")
    known = json.loads(path.read_text(encoding="utf-8"))
    del known["name"]
    path.write_text(json.dumps(known), encoding="utf-8")
    platform.state["status"] = "complete"
    header, _ = rounds(Asked(), hours=6)
    assert rounds.asked == [f"GET {JOBS}/123", "GET /storage/down"]
    assert len(header.there) == 5


@pytest.mark.parametrize(
    "answer", [{"data": []}, {}, {"meta": {}}, {"data": [7, {"id": "9"}, {"name": "another"}]}]
)
def test_other_peoples_jobs_are_left_alone(rounds, answer):
    platform, due = rounds.platform, rounds.platform.stored()

    def refuse(request):
        return Answer(status=503) if request.method == "POST" else platform(request)

    def lists(request):
        is_list = (request.method, request.path) == ("GET", JOBS)
        return Answer.of(answer) if is_list else platform(request)

    rounds(Asked(due=due), handler=refuse)
    header, _ = rounds(Asked(due=due), handler=lists)
    assert rounds.asked[:2] == [f"GET {JOBS}", f"POST {JOBS}"]
    assert len(header.there) == 5
