"""X: compliance jobs over several rounds, look-ups, what they cost, and recorded answers."""

import json
from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from collectors import x_compliance
from collectors.errors import BadAnswer
from collectors.landing import read_header
from collectors.recheck import Asked, Stored
from collectors.rechecking import recheck_sources
from collectors.sources import Source
from tests.collectors.recheck_players import not_found, x
from tests.collectors.rounds import ACME, NOW, source_at
from tests.collectors.test_recheck import look_up
from tests.collectors.test_x import TOKEN, post
from tests.replay import Answer, ReplayServer
from tests.shared_data import recorded, shared_data


class Rounds:
    """Housekeeping on X, round after round, with what it remembers."""

    def __init__(self, folder, platform):
        self.folder, self.platform, self.now = folder, platform, NOW

    def __call__(self, asked, *, hours=0, handler=None, **values):
        self.now += timedelta(hours=hours)
        with ReplayServer(handler or self.platform) as server:
            # The same address as before is not needed: what is remembered is the job's id.
            source = source_at(server.url, "x", credential="key", **values)
            (path,) = recheck_sources(
                {source.name: asked},
                [source],
                credentials={"key": TOKEN},
                watchlist=ACME,
                folder=self.folder,
                memories=self.folder / "memories",
                clock=lambda: self.now,
            )
            self.asked = [f"{request.method} {request.path}" for request in server.requests]
        return read_header(path), pq.read_table(path).to_pylist()


@pytest.fixture
def rounds(tmp_path):
    return Rounds(tmp_path, x(5))


def test_a_job_that_takes_long_is_fetched_at_the_next_time(rounds):
    platform = rounds.platform
    due = platform.stored()
    platform.state["status"] = "in_progress"
    header, _ = rounds(Asked(due=due))
    assert (header.there, header.gone, header.asked) == ((), {}, ())
    assert rounds.asked == [
        "POST /2/compliance/jobs",
        "PUT /storage/up",
        "GET /2/compliance/jobs/123",
    ]
    header, _ = rounds(Asked(due=due[:1]), hours=6)
    assert rounds.asked == ["GET /2/compliance/jobs/123"]
    platform.state["status"] = "complete"
    platform.remove([due[2].native_id])
    header, _ = rounds(Asked(), hours=6)
    assert header.gone == {due[2].native_id: "deleted"}
    assert len(header.there) == 4
    assert header.since == NOW
    header, _ = rounds(Asked(), hours=6)
    assert rounds.asked == []


def due_since(posts, hours):
    """Say when posts were last known to be there."""
    return [replace(post, known_at=NOW - timedelta(hours=hours)) for post in posts]


def test_what_a_slow_job_would_make_late_is_looked_up_for_money(rounds):
    platform = rounds.platform
    platform.state["status"] = "in_progress"
    due = due_since(platform.stored(), 14)
    header, _ = rounds(Asked(due=due, paid=5))
    assert (header.charged, header.fault, header.late) == ((), None, 0)
    platform.remove([due[1].native_id])
    header, rows = rounds(Asked(due=due, refresh=due, paid=5), hours=6)
    assert rounds.asked == ["GET /2/compliance/jobs/123", "GET /2/tweets"]
    assert header.gone == {due[1].native_id: "deleted"}
    assert len(rows) == len(header.charged) == 4
    assert (header.fault, header.late) == (None, 0)
    assert len(header.asked) == 5


def test_without_money_for_all_that_gets_late_it_says_so(rounds):
    rounds.platform.state["status"] = "in_progress"
    due = due_since(rounds.platform.stored(), 14)
    rounds(Asked(due=due))
    header, rows = rounds(Asked(due=due, paid=2), hours=6)
    assert [row["native_id"] for row in rows] == [post.native_id for post in due[:2]]
    assert (header.fault.reason, header.late, header.requests) == ("overdue", 3, 2)
    began = f"{NOW:%Y-%m-%d %H:%M} UTC"
    assert header.fault.message == (
        f"x recheck: the compliance job that began at {began} still runs; "
        "5 posts have to be looked up by now, and there is money for 2"
    )


def test_a_job_that_has_just_begun_is_waited_for(rounds):
    rounds.platform.state["status"] = "in_progress"
    due = due_since(rounds.platform.stored(), 30)
    header, _ = rounds(Asked(due=due, paid=5))
    assert (header.charged, header.fault, header.late, header.asked) == ((), None, 5, ())


def test_where_there_are_no_jobs_what_gets_late_is_looked_up_for_money(rounds):
    def refuse(request):
        is_job = request.path == "/2/compliance/jobs"
        answer = Answer.of({"title": "Forbidden"}, status=403)
        return answer if is_job else rounds.platform(request)

    late, early = rounds.platform.stored()[:2], rounds.platform.stored()[2:]
    due = [*due_since(late, 19), *due_since(early, 13)]
    header, rows = rounds(Asked(due=due, paid=9), handler=refuse)
    assert header.fault.reason == "auth_failed"
    assert [row["native_id"] for row in rows] == [post.native_id for post in late]
    assert (set(header.asked), header.late) == ({post.native_id for post in late}, 0)


def test_what_a_job_answered_is_not_asked_for_again_at_once(rounds):
    due = rounds.platform.stored()
    rounds.platform.state["status"] = "in_progress"
    rounds(Asked(due=due))
    rounds.platform.state["status"] = "complete"
    header, _ = rounds(Asked(due=due), hours=6)
    assert rounds.asked == ["GET /2/compliance/jobs/123", "GET /storage/down"]
    assert len(header.there) == len(header.asked) == 5


@pytest.mark.parametrize("status", ["failed", "expired", "unheard of"])
def test_a_job_that_came_to_nothing_is_begun_anew(rounds, status):
    due = rounds.platform.stored()
    rounds.platform.state["status"] = status
    rounds(Asked(due=due))
    rounds.platform.state["status"] = "complete"
    rounds.platform.remove([due[0].native_id])
    header, _ = rounds(Asked(due=due), hours=6)
    assert header.gone == {due[0].native_id: "deleted"}


def test_a_job_that_never_ends_is_begun_anew_after_a_day(rounds):
    rounds.platform.state["status"] = "in_progress"
    rounds(Asked(due=rounds.platform.stored()))
    rounds(Asked(due=rounds.platform.stored()), hours=24)
    assert "POST /2/compliance/jobs" in rounds.asked


def test_a_job_without_its_list_is_begun_anew(rounds):
    def refuse(request):
        return Answer(status=503) if request.method == "PUT" else rounds.platform(request)

    header, _ = rounds(Asked(due=rounds.platform.stored()), handler=refuse)
    assert header.fault.reason == "server_error"
    header, _ = rounds(Asked(due=rounds.platform.stored()), hours=6)
    assert "POST /2/compliance/jobs" in rounds.asked
    assert len(header.there) == 5


@pytest.mark.parametrize("why", ["deleted", "deactivated", "protected", "suspended", "bounced"])
def test_each_reason_is_kept(why):
    platform = x(3)
    platform.state["why"] = why
    platform.remove(["9000000"])
    header, _, _ = look_up(platform, Asked(due=platform.stored()))
    assert header.gone == {"9000000": why}


def test_a_place_that_was_taken_back_takes_no_post_away():
    platform = x(3)
    platform.state["why"] = "scrub_geo"
    platform.remove(["9000000"])
    header, _, _ = look_up(platform, Asked(due=platform.stored()))
    assert header.gone == {}
    assert len(header.there) == 3


def test_a_result_about_other_posts_takes_nothing_away():
    platform = x(3)
    stray = {"id": "42", "action": "delete", "reason": "deleted", "created_at": "2026-01-01"}

    def handler(request):
        is_result = request.path == "/storage/down"
        return Answer(body=json.dumps(stray).encode()) if is_result else platform(request)

    header, _, _ = look_up(platform, Asked(due=platform.stored()), handler)
    assert header.gone == {}


@pytest.mark.parametrize(
    "url", ["http://evil.example/x", "file:///etc/passwd", "ftp://a.example", "", None, "http://["]
)
def test_addresses_without_tls_are_not_used(url):
    job = {"id": "1", "status": "complete", "upload_url": url, "download_url": url}
    header, _, requests = look_up(
        x(2), Asked(due=x(2).stored()), lambda _: Answer.of({"data": job})
    )
    assert header.fault.reason == "bad_answer"
    assert len(requests) == 1


def at_storage(platform, *, down=None, **job):
    """Answer as X does, but for what a job says of itself, and for its result."""

    def handler(request):
        if down is not None and request.path == "/storage/down":
            return down
        answer = platform(request)
        if not request.path.startswith("/2/compliance"):
            return answer
        data = json.loads(answer.body)["data"]
        return Answer.of({"data": data | job})

    return handler


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.5/up",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.5]/up",
        "https://192.168.1.1:8443/up",
    ],
)
@pytest.mark.parametrize("key", ["upload_url", "download_url"])
def test_addresses_in_a_private_network_are_not_asked(key, url):
    platform = x(3)
    handler = at_storage(platform, **{key: url})
    header, _, _ = look_up(platform, Asked(due=platform.stored()), handler)
    assert header.fault.reason == "bad_answer"
    assert header.fault.message == "x recheck: the job's address lies in a private network"
    assert (header.gone, header.there) == ({}, ())


@pytest.mark.parametrize("url", ["https://127.0.0.1/up", "https://localhost/up"])
@pytest.mark.parametrize("send", [x_compliance.download_result, x_compliance.upload_ids])
def test_this_machine_is_not_asked_unless_the_source_is_there(send, url):
    source = Source(name="x", platform="x", query="acme")
    arguments = [url, ["1"], source] if send is x_compliance.upload_ids else [url, source]
    with pytest.raises(BadAnswer, match="private network"):
        send(*arguments, lambda: NOW, "x recheck")


def test_a_result_that_is_elsewhere_is_not_fetched():
    platform = x(3)
    moved = Answer(status=302, headers={"Location": "/storage/elsewhere"})
    header, _, requests = look_up(
        platform, Asked(due=platform.stored()), at_storage(platform, down=moved)
    )
    assert header.fault.reason == "bad_answer"
    assert "/storage/elsewhere" not in {request.path for request in requests}


def test_a_result_is_read_up_to_a_size(monkeypatch):
    monkeypatch.setattr(x_compliance, "_MAX_BYTES", 1_000_000)
    platform = x(3)
    long = Answer(body=b"x" * 1_000_001)
    header, _, _ = look_up(platform, Asked(due=platform.stored()), at_storage(platform, down=long))
    assert header.fault.reason == "bad_answer"
    assert "1 MB" in header.fault.message


def test_jobs_are_free_and_each_post_read_anew_is_charged():
    platform = x(4)
    header, rows, _ = look_up(platform, Asked(due=platform.stored()))
    assert (header.charged, rows, header.account) == ((), [], "x key")
    header, rows, requests = look_up(platform, Asked(refresh=platform.stored()[:3]))
    assert sorted(header.charged) == ["8999998", "8999999", "9000000"]
    assert header.item_eur > 0
    assert len(rows) == 3
    assert "referenced_tweets.id" not in requests[0].query["expansions"]


def test_whoever_may_not_use_jobs_still_looks_posts_up():
    platform = x(4)

    def handler(request):
        is_job = request.path == "/2/compliance/jobs"
        return Answer.of({"title": "Forbidden"}, status=403) if is_job else platform(request)

    posts = platform.stored()
    platform.remove([posts[0].native_id])
    header, rows, _ = look_up(platform, Asked(due=posts, refresh=posts), handler)
    assert header.fault.reason == "auth_failed"
    assert header.gone == {posts[0].native_id: "deleted"}
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("kind", "detail", "reason"),
    [
        ("resource-not-found", "Could not find tweet with ids: [1].", "deleted"),
        ("not-authorized-for-resource", "Sorry, you are not authorized to see it.", "protected"),
        ("not-authorized-for-resource", "User has been suspended: [1].", "suspended"),
        ("operational-disconnect", "Sorry.", None),
    ],
)
def test_a_look_up_says_why_a_post_is_not_shown(kind, detail, reason):
    platform = x(2)
    error = not_found("9000000", kind) | {"detail": detail}
    answer = Answer.of({"data": [platform.posts["8999999"]], "errors": [error]})
    header, _, _ = look_up(platform, Asked(refresh=platform.stored()), lambda _: answer)
    assert header.gone == ({"9000000": reason} if reason else {})
    assert header.there == ("8999999",)


def test_what_a_post_refers_to_is_not_taken_for_the_post():
    platform = x(2)
    error = not_found("9000000") | {"parameter": "referenced_tweets.id"}
    answer = Answer.of({"data": [platform.posts["8999999"]], "errors": [error]})
    header, _, _ = look_up(platform, Asked(refresh=platform.stored()), lambda _: answer)
    assert header.gone == {}


def test_withheld_posts_go():
    platform = x(2)
    platform.posts["9000000"]["withheld"] = {"copyright": False, "country_codes": ["DE"]}
    header, rows, _ = look_up(platform, Asked(refresh=platform.stored()))
    assert header.gone == {"9000000": "withheld"}
    assert [row["native_id"] for row in rows] == ["8999999"]


def test_an_edited_post_is_read_in_its_newest_version():
    platform = x(1)
    (first,) = platform.posts
    history = [first, "9000777"]
    platform.posts[first]["edit_history_tweet_ids"] = history
    platform.posts["9000777"] = post(
        0, id="9000777", text="Acme, now", edit_history_tweet_ids=history
    )
    header, (row,), requests = look_up(platform, Asked(refresh=platform.stored()))
    assert (row["native_id"], row["text"]) == (first, "Acme, now")
    assert [request.query["ids"] for request in requests] == [first, "9000777"]
    assert header.there == (first,)
    stored = Stored(native_id=first, url=row["url"])
    _, (row,), requests = look_up(platform, Asked(refresh=[stored]))
    assert [request.query["ids"] for request in requests] == ["9000777"]


def test_recorded_look_ups_name_what_is_gone():
    """Each recorded answer with unknown ids: exactly those that it names are gone."""
    checked = 0
    for one in recorded("x", "tweets_lookup.jsonl"):
        body = json.loads(one["body"])
        named = {e["value"] for e in body.get("errors", ()) if e["parameter"] == "ids"}
        shown = [item["id"] for item in body.get("data", ())]
        ids = [*shown, *named][:100]
        if not named or len(ids) != len(shown) + len(named):
            continue
        asked = Asked(refresh=[Stored(native_id=one) for one in ids])
        header, _, _ = look_up(x(0), asked, lambda _, body=body: Answer.of(body))
        assert set(header.gone) == named
        assert set(header.there) == set(shown)
        checked += 1
    assert checked


def test_a_recorded_result_is_read():
    lines = shared_data("x", "twarc_v2_responses", "tweets_compliance.jsonl").read_text()
    told = [json.loads(line) for line in lines.splitlines() if line.strip()]
    platform = x(1)

    def handler(request):
        is_result = request.path == "/storage/down"
        return Answer(body=lines.encode()) if is_result else platform(request)

    due = [Stored(native_id=one["id"]) for one in told]
    header, _, _ = look_up(platform, Asked(due=[*due, *platform.stored()]), handler)
    assert header.gone == {one["id"]: one["reason"] for one in told if one["action"] == "delete"}
    assert header.there == ("9000000",)
