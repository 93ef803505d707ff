"""`luisterpost try`: live mentions on stdout, what was asked on stderr, nothing written."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from collectors.commands import import_files
from collectors.landing import waiting_files
from collectors.try_command import try_source
from tests.collectors.configured import GOOD_SOURCE, configured
from tests.collectors.feed_jobs import dated, rss
from tests.collectors.platforms import PLATFORMS, Platform
from tests.replay import Answer, Handler, ReplayServer, Request

app = typer.Typer()
app.command("try")(try_source)
app.command("import")(import_files)

HACKERNEWS = next(platform for platform in PLATFORMS if platform.name == "hackernews")
PASSWORD = "s3cr3t-token-of-x"  # noqa: S105 - no real one
X_SOURCE = '[[source]]\nname = "x"\nplatform = "x"\ncredential = "x_main"\naccounts = []\n'
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def run_try(folder: Path, *arguments: str, **environ: str) -> Result:
    options = ["--config", str(folder), "--now", "2026-11-23T08:00"]
    return CliRunner().invoke(app, ["try", *arguments, *options], env=environ)


def news(request: Request) -> Answer:
    if request.path == "/gone.xml":
        return Answer(status=410)
    own = f"{dated(1, AT)}<link>https://acme.example/press</link>"
    return Answer(body=rss(own, dated(2, AT), dated(3, AT)))


def test_mentions_come_as_json_lines_and_nothing_is_written(tmp_path):
    with ReplayServer(news) as server:
        url = f"{server.url}/rss.xml"
        folder = configured(
            tmp_path / "config", sources=GOOD_SOURCE.replace("https://news.example/rss.xml", url)
        )
        result = run_try(folder, "news")
    assert result.exit_code == 0
    mentions = [json.loads(line) for line in result.stdout.splitlines()]
    assert [mention["title"] for mention in mentions] == ["News 1", "News 2", "News 3"]
    assert mentions[0]["created_at"] == "2026-11-20T08:00:00+00:00"
    assert [mention["is_own"] for mention in mentions] == [True, False, False]
    assert isinstance(mentions[0]["raw"], dict)
    assert f"{url} [feed] url={url}" in result.stderr
    assert "3 mentions, 1 request, " in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


def test_limit_and_raw_are_kept_to(tmp_path):
    with ReplayServer(news) as server:
        sources = GOOD_SOURCE.replace("https://news.example", server.url)
        result = run_try(configured(tmp_path, sources=sources), "news", "--limit", "2", "--no-raw")
    mentions = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(mentions) == 2
    assert "raw" not in mentions[0]


def test_stream_that_fails_ends_with_1_and_the_others_are_shown(tmp_path):
    with ReplayServer(news) as server:
        urls = f'["{server.url}/gone.xml", "{server.url}/rss.xml"]'
        sources = GOOD_SOURCE.replace('["https://news.example/rss.xml"]', urls)
        result = run_try(configured(tmp_path, sources=sources), "news")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 3
    assert "gone: " in result.stderr


def test_what_was_tried_can_be_imported(tmp_path):
    with ReplayServer(news) as server:
        sources = GOOD_SOURCE.replace("https://news.example", server.url)
        folder = configured(tmp_path / "config", sources=sources)
        tried = run_try(folder, "news")
    (tmp_path / "tried.jsonl").write_text(tried.stdout)
    places = ["--home", str(tmp_path / "var"), "--config", str(folder)]
    result = CliRunner().invoke(app, ["import", str(tmp_path / "tried.jsonl"), *places])
    assert result.exit_code == 0
    assert "3 mentions" in result.output
    assert len(waiting_files(tmp_path / "var" / "landing")) == 1


def test_refused_credential_is_told_without_any_part_of_it(tmp_path):
    def refuse(request: Request) -> Answer:
        title = f"Token {request.headers['authorization']} is not valid \x1b[31m"
        return Answer.of({"title": title, "detail": title, "status": 401}, status=401)

    with ReplayServer(refuse) as server:
        folder = configured(tmp_path, sources=X_SOURCE)
        result = run_try(
            folder,
            "x",
            "--base-url",
            server.url,
            AIRFLOW_CONN_X_MAIN=json.dumps({"password": PASSWORD}),
        )
        assert server.requests
        assert PASSWORD in server.requests[0].headers["authorization"]
    assert result.exit_code == 1
    assert "auth_failed: " in result.stderr
    assert "query=" in result.stderr
    assert PASSWORD not in result.output
    assert "\x1b" not in result.output


def test_missing_credential_says_which_variable_to_set(tmp_path):
    result = run_try(configured(tmp_path, sources=X_SOURCE), "x")
    assert result.exit_code == 2
    assert "AIRFLOW_CONN_X_MAIN is not set" in result.stderr


def test_broken_credential_is_told_without_any_part_of_it(tmp_path):
    result = run_try(configured(tmp_path, sources=X_SOURCE), "x", AIRFLOW_CONN_X_MAIN=PASSWORD)
    assert result.exit_code == 2
    assert "neither Airflow's JSON form nor its URI form" in result.stderr
    assert PASSWORD not in result.output


OPTIONS = {
    "query": "--query",
    "urls": "--url",
    "accounts": "--account",
    "subreddits": "--subreddit",
}


def run_described(platform: Platform, url: str, folder: Path, *more: str) -> Result:
    arguments = []
    for key, value in platform.settings("acme").items():
        for one in [value] if isinstance(value, str) else value:
            arguments += [OPTIONS[key], one]
    who = platform.credential
    environ = {}
    if who:
        told = {"login": who.login, "password": who.password, "extra": dict(who.extra)}
        environ[f"AIRFLOW_CONN_{platform.name.upper()}_MAIN"] = json.dumps(told)
    arguments += ["--platform", platform.name, "--base-url", url, *more]
    return run_try(folder, *arguments, **environ)


def three_items(platform: Platform) -> Handler:
    page = platform.page([platform.item(number, f"Acme {number}") for number in (1, 2, 3)], None)
    return lambda request: platform.beside(request) or page


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p.id)
def test_a_source_that_is_not_configured_is_tried_without_a_configuration(tmp_path, platform):
    with ReplayServer(three_items(platform)) as server:
        result = run_described(platform, server.url, tmp_path / "none", "--limit", "2")
    assert result.exit_code == 0, result.stderr
    mentions = [json.loads(line) for line in result.stdout.splitlines()]
    assert [mention["platform"] for mention in mentions] == [platform.name] * 2
    assert "there is more" in result.stderr
    assert "the first answer after" in result.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p.id)
def test_text_is_for_people_to_read(tmp_path, platform):
    with ReplayServer(three_items(platform)) as server:
        result = run_described(platform, server.url, tmp_path, "--text")
    first, *lines = result.stdout.splitlines()
    assert first.startswith("2026-11-23 07:5")
    assert " by " in first
    assert any("Acme 3" in line for line in lines)
    assert "{" not in result.stdout


def test_what_hides_in_a_text_reaches_no_terminal(tmp_path):
    feed = rss("<guid>1</guid><title>Acme &#x9b;31m \u202e red</title>")
    with ReplayServer(lambda _: Answer(body=feed)) as server:
        result = run_try(tmp_path, "--platform", "feed", "--url", server.url, "--text")
    assert "Acme" in result.stdout
    assert "\x9b" not in result.stdout
    assert "\u202e" not in result.stdout


def test_what_many_items_lack_is_told_once(tmp_path):
    hits = [{"objectID": None}] * 9
    body = json.dumps({"hits": hits, "nbHits": 9}).encode()
    with ReplayServer(lambda _: Answer(body=body)) as server:
        asked = ("--platform", "hackernews", "--query", "acme", "--base-url", server.url)
        result = run_try(tmp_path, *asked)
    assert result.stderr.count("unreadable: ") == 1
    assert "(9 times)" in result.stderr


def test_a_described_source_without_a_query_is_asked_for_the_watchlist(tmp_path):
    with ReplayServer(three_items(HACKERNEWS)) as server:
        asked = ("--platform", "hackernews", "--base-url", server.url)
        result = run_try(configured(tmp_path), *asked)
        queries = {request.query["query"] for request in server.requests}
    assert result.exit_code == 0
    assert queries == {'"Acme"', '"acme.example"'}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a source"),
        (("news", "--platform", "feed"), "not both"),
        (("news", "--query", "acme"), "go with"),
        (("--platform", "hackernew"), "hackernews"),
        (("--platform", "hackernews"), "nothing to ask"),
        (("--platform", "feed", "--url", "no address"), "no web address"),
        (("--platform", "x", "--query", "acme"), "AIRFLOW_CONN_X_MAIN is not set"),
        (("--platform", "x", "--query", "x" * 9_000), "query"),
    ],
)
def test_what_can_not_be_tried_says_why(tmp_path, arguments, said):
    result = run_try(tmp_path / "none", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_unknown_source_is_a_usage_error_with_the_one_that_was_meant(tmp_path):
    result = run_try(configured(tmp_path), "nws")
    assert result.exit_code == 2
    assert "'news'" in result.stderr
