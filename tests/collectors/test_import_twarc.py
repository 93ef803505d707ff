"""What twarc2 wrote of X gives the mentions that the collector gives of the same answers."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from collectors.contract import Credential
from collectors.imports.importing import ImportFileError
from collectors.x import XCollector
from tests.collectors.exported import NOW, json_lines, put_aside, rows_of, take
from tests.collectors.rounds import land, source_at
from tests.recordings import x_handler
from tests.replay import ReplayServer
from tests.shared_data import shared_data

TOKEN = Credential(password="token-of-the-test")  # noqa: S106
POSTS = (
    *("brexit", "cashtags", "edited_after", "edited_before", "geo_tweets", "many_urls"),
    *("media_policy_violation_off", "noflat", "quoted_edit", "streaming_output_with_error"),
)
NOT_COMPARED = {"collected_at", "is_own"}

USER = {"id": "7", "username": "jan", "name": "Jan", "public_metrics": {"followers_count": 5}}
POST = {
    "id": "18",
    "edit_history_tweet_ids": ["17", "18"],
    "text": "Acme &amp; café 🍺",
    "author_id": "7",
    "conversation_id": "17",
    "created_at": "2026-11-02T09:00:00.000Z",
    "lang": "nl",
    "referenced_tweets": [{"type": "quoted", "id": "5"}],
    "geo": {"place_id": "p1"},
    "public_metrics": {"like_count": 3},
}
QUOTED = {"id": "5", "text": "Acme opens", "author_id": "8"}
PLACE = {"id": "p1", "full_name": "Gent, België", "country_code": "BE"}
TWARC = {"version": "2.14.0", "retrieved_at": "2026-11-03T10:00:00+00:00"}
ANSWER = {
    "data": [POST],
    "includes": {"users": [USER], "tweets": [QUOTED], "places": [PLACE]},
    "meta": {"result_count": 1},
    "__twarc": TWARC,
}
FLAT = POST | {
    "author": USER,
    "referenced_tweets": [{"type": "quoted", **QUOTED, "author": {"id": "8", "username": "an"}}],
    "geo": {"place_id": "p1", **PLACE},
    "__twarc": TWARC,
}


def answers(name: str) -> list[dict]:
    """What the file holds, line by line; a line that is no JSON is left out."""
    found = []
    path = shared_data("x", "twarc_v2_responses", f"{name}.jsonl")
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def posts_in(answer: dict) -> list[dict]:
    data = answer.get("data", [])
    return [data] if isinstance(data, dict) else data


@pytest.mark.parametrize("name", POSTS)
def test_each_recorded_post_arrives_once_with_the_identity_of_the_api(tmp_path, name):
    path = tmp_path / "export"
    path.write_bytes(shared_data("x", "twarc_v2_responses", f"{name}.jsonl").read_bytes())
    expected = {
        (post.get("edit_history_tweet_ids") or [post["id"]])[0]
        for answer in answers(name)
        for post in posts_in(answer)
    }
    result = take(path)
    assert {row["native_id"] for row in rows_of(result)} == expected
    assert result.rows == len(expected) > 0
    assert result.formats == ("twarc",)


@pytest.mark.parametrize("name", ["brexit", "noflat", "media_policy_violation_off"])
def test_import_gives_what_the_collector_gives_of_the_same_bytes(tmp_path, name):
    recorded = answers(name)
    (tmp_path / "export.jsonl").write_bytes(json_lines(*recorded))
    imported = {row["native_id"]: row for row in rows_of(take(tmp_path / "export.jsonl"))}
    with ReplayServer(x_handler(search=recorded)) as server:
        landed = land(XCollector(), source_at(server.url, "x", archive=True), TOKEN)
    collected = {row["native_id"]: row for row in landed.rows}
    assert imported.keys() == collected.keys()
    for name_of_post, row in collected.items():
        ours = imported[name_of_post] | {"metrics": list(imported[name_of_post]["metrics"].items())}
        for key in row.keys() - NOT_COMPARED:
            assert ours[key] == row[key], key


@pytest.mark.parametrize(
    ("name", "words"), [("counts", "counts of posts"), ("tweets_compliance", "compliance job")]
)
def test_recorded_file_without_posts_is_named_as_what_it_is(tmp_path, name, words):
    path = tmp_path / "export.jsonl"
    path.write_bytes(shared_data("x", "twarc_v2_responses", f"{name}.jsonl").read_bytes())
    with pytest.raises(ImportFileError, match=words):
        take(path)


FORMS = {
    "answers": json_lines(ANSWER),
    "flattened": json_lines(FLAT),
    "streamed": json_lines(ANSWER | {"data": POST, "matching_rules": [{"id": "1"}]}),
    "laid out": json.dumps(ANSWER, indent=2).encode(),
    "a list": json.dumps([ANSWER]).encode(),
    "gzipped": gzip.compress(json_lines(ANSWER)),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_each_layout_gives_the_same_mention(tmp_path, content):
    (tmp_path / "export").write_bytes(content)
    (row,) = rows_of(take(tmp_path / "export"))
    assert (row["native_id"], row["text"], row["author_handle"]) == ("17", "Acme & café 🍺", "jan")
    assert (row["kind"], row["parent_id"], row["url"]) == (
        "quote",
        "5",
        "https://x.com/jan/status/18",
    )
    assert row["metrics"] == {"likes": 3, "followers": 5}
    raw = json.loads(row["raw"])
    assert raw["includes"]["places"][0]["full_name"] == "Gent, België"
    assert raw["includes"]["tweets"][0]["text"] == "Acme opens"


def test_post_is_seen_when_twarc_got_it_not_when_it_is_imported(tmp_path):
    late = ANSWER | {"data": [POST | {"id": "20", "edit_history_tweet_ids": ["20"]}]}
    late["__twarc"] = {"retrieved_at": "2036-01-01T00:00:00Z"}
    (tmp_path / "a.jsonl").write_bytes(json_lines(ANSWER, late))
    first, second = rows_of(take(tmp_path / "a.jsonl"))
    assert first["collected_at"] == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert second["collected_at"] == NOW


def test_one_unreadable_post_of_a_page_is_put_aside_and_the_others_arrive(tmp_path):
    page = ANSWER | {"data": [POST, {"id": "19"}, {"id": "21", "text": "Acme"}, 3]}
    lines = json_lines(ANSWER, {"errors": [{"title": "Not Found Error"}], "__twarc": TWARC}, page)
    (tmp_path / "a.jsonl").write_bytes(lines + b'{"data": "x"}\n')
    result = take(tmp_path / "a.jsonl")
    assert sorted(row["native_id"] for row in rows_of(result)) == ["17", "21"]
    assert put_aside(result) == [
        (3, "a post in it: 'text' is absent"),
        (3, "a post in it: is no post"),
        (4, "is no answer of the X API and no post of it"),
    ]
    assert result.left_out == {"an answer without posts": 1}
    assert result.repeated == 1


OTHERS = {
    "users": ({"data": [USER], "meta": {}, "__twarc": TWARC}, "holds user profiles"),
    "API v1.1": (
        {"id": 1, "id_str": "1", "text": "a", "lang": "nl", "user": {}},
        "of X's API v1.1",
    ),
}


@pytest.mark.parametrize(("line", "words"), OTHERS.values(), ids=OTHERS)
def test_other_file_of_x_is_named_as_what_it_is(tmp_path, line, words):
    (tmp_path / "a.jsonl").write_bytes(json_lines(line, line))
    with pytest.raises(ImportFileError, match=words):
        take(tmp_path / "a.jsonl")
