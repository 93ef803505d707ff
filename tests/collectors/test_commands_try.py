"""`luisterpost try`: live mentions on stdout, what was asked on stderr, nothing written."""

import json
from datetime import UTC, datetime
from pathlib import Path

import typer
from click.testing import Result
from typer.testing import CliRunner

from collectors.commands import import_files, try_source
from collectors.landing import waiting_files
from tests.collectors.configured import GOOD_SOURCE, configured
from tests.collectors.feed_jobs import dated, rss
from tests.replay import Answer, ReplayServer, Request

app = typer.Typer()
app.command("try")(try_source)
app.command("import")(import_files)

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


def test_unknown_source_is_a_usage_error_with_the_one_that_was_meant(tmp_path):
    result = run_try(configured(tmp_path), "nws")
    assert result.exit_code == 2
    assert "'news'" in result.stderr
