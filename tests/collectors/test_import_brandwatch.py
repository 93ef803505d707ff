"""CSV files as Brandwatch exports them: a preamble, many columns, pages of all kinds."""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from collectors.imports.importing import ImportFileError
from tests.collectors.exported import put_aside, rows_of, take

PREAMBLE = (
    'Report:,"Bulk Mentions Download"\nBrand:,Acme\n'
    "From:,Sun Nov 01 00:00:00 GMT 2026\nTo:,Mon Nov 30 00:00:00 GMT 2026\nLabel:,All\n\n"
)
ROW = {
    "Query Id": "1",
    "Query Name": "Acme",
    "Date": "2026-11-02 09:00:00.0",
    "Title": "Dorst, Acme",
    "Snippet": "… Dorst, Acme …",
    "Url": "https://twitter.com/jan/status/17",
    "Domain": "twitter.com",
    "Sentiment": "neutral",
    "Page Type": "twitter",
    "Language": "nl",
    "Author": "jan",
    "Full Name": "jan (Jan Jansen)",
    "Full Text": "Dorst, Acme & café 🍺",
    "Impressions": "900",
    "Twitter Author ID": "99",
    "Twitter Followers": "1,200",
    "Twitter Likes": "3",
    "Twitter Reply Count": "0",
    "Twitter Reply to": "",
    "Twitter Retweet of": "",
    "Twitter Retweets": "2.0",
    "Resource Id": "r-1",
}


def export(*changes: dict, preamble: str = PREAMBLE) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(ROW), lineterminator="\n")
    writer.writeheader()
    writer.writerows(ROW | change for change in changes)
    return (preamble + file.getvalue()).encode()


def one(tmp_path, change: dict, **options) -> dict:
    (tmp_path / "export.csv").write_bytes(export(change))
    (row,) = rows_of(take(tmp_path / "export.csv", **options))
    return row


def test_post_of_x_is_read_with_the_identity_of_the_api(tmp_path):
    row = one(tmp_path, {})
    expected = {
        "platform": "x",
        "native_id": "17",
        "kind": "post",
        "title": None,
        "text": "Dorst, Acme & café 🍺",
        "author_id": "99",
        "author_handle": "jan",
        "author_name": "Jan Jansen",
        "language_tag": "nl",
        "created_at": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "time_source": "imported",
        "metrics": {"likes": 3, "replies": 0, "reposts": 2, "followers": 1200},
    }
    assert {key: row[key] for key in expected} == expected


IDENTITIES = {
    "https://x.com/i/web/status/18": ("twitter", "x", "18"),
    "http://www.twitter.com/jan/statuses/19?s=20": ("twitter", "x", "19"),
    "https://mobile.twitter.com/jan/status/20/photo/1": ("twitter", "x", "20"),
    "https://www.reddit.com/r/beer/comments/3apvc6/why_acme/": ("reddit", "reddit", "t3_3apvc6"),
    "http://old.reddit.com/r/beer/comments/3apvc6/why/CSF481G/?context=3": (
        "reddit",
        "reddit",
        "t1_csf481g",
    ),
    "https://redd.it/3apvc6": ("reddit", "reddit", "t3_3apvc6"),
    "https://www.youtube.com/watch?v=abc-DEF_123": ("youtube", "youtube", "yt:video:abc-DEF_123"),
    "https://www.youtube.com/watch?v=abc-DEF_123&lc=Ugx1": (
        "youtube",
        "youtube",
        "yt:comment:Ugx1",
    ),
    "https://youtu.be/abc-DEF_123": ("youtube", "youtube", "yt:video:abc-DEF_123"),
    "https://news.ycombinator.com/item?id=8863": ("forum", "hackernews", "8863"),
    "https://bsky.app/profile/did:plc:abc/post/3k": (
        "bluesky",
        "bluesky",
        "at://did:plc:abc/app.bsky.feed.post/3k",
    ),
    "https://social.example/@an/109": (
        "mastodon",
        "mastodon",
        "https://social.example/users/an/statuses/109",
    ),
}


@pytest.mark.parametrize(("url", "expected"), IDENTITIES.items(), ids=IDENTITIES)
def test_address_tells_the_identity(tmp_path, url, expected):
    page_type, platform, native_id = expected
    row = one(tmp_path, {"Url": url, "Page Type": page_type})
    assert (row["platform"], row["native_id"]) == (platform, native_id)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://twitter.com/jan/statuses/17?s=20", "https://x.com/jan/status/17"),
        ("http://reddit.com/r/a/comments/b1/c/?x=1", "https://www.reddit.com/r/a/comments/b1/c/"),
        ("https://youtu.be/abc-DEF_123", "https://www.youtube.com/watch?v=abc-DEF_123"),
        (
            "https://bsky.app/profile/did:plc:a/post/3k",
            "https://bsky.app/profile/did:plc:a/post/3k",
        ),
    ],
)
def test_address_is_written_as_the_collector_writes_it(tmp_path, url, expected):
    assert one(tmp_path, {"Url": url})["url"] == expected


@pytest.mark.parametrize(
    ("url", "page_type", "platform"),
    [
        ("https://news.example/acme", "news", "news"),
        ("https://x.com/jan", "twitter", "x"),
        ("https://x.com.evil.example/jan/status/17", "blog", "blog"),
        ("https://bsky.app/profile/jan.example/post/3k", "bluesky", "bluesky"),
        ("http://[broken", "Sina Weibo", "sina_weibo"),
        ("", "", "web"),
    ],
)
def test_address_that_names_no_post_leaves_a_hash(tmp_path, url, page_type, platform):
    change = {"Url": url, "Page Type": page_type}
    first, again = one(tmp_path, change), one(tmp_path, change | {"Sentiment": "positive"})
    assert first["platform"] == platform
    assert first["native_id"] == again["native_id"]
    assert len(first["native_id"]) == 32


def test_article_is_its_address_and_a_forum_page_holds_many_posts(tmp_path):
    news = {
        "Url": "https://news.example/acme",
        "Page Type": "news",
        "Author": "A. Writer",
        "Full Name": "",
    }
    forum = {"Url": "https://forum.example/thread/1", "Page Type": "forum"}
    rows = [news, news | {"Full Text": "Edited"}, forum, forum | {"Author": "an"}]
    (tmp_path / "export.csv").write_bytes(export(*rows))
    article, *posts = rows_of(take(tmp_path / "export.csv"))
    assert (article["kind"], article["title"], article["text"]) == (
        "article",
        "Dorst, Acme",
        "Edited",
    )
    assert (article["author_name"], article["author_handle"]) == ("A. Writer", None)
    assert [post["author_handle"] for post in posts] == ["jan", "an"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Twitter Reply to": "http://twitter.com/an/statuses/5"}, ("reply", "5")),
        ({"Twitter Retweet of": "http://twitter.com/an/statuses/6"}, ("repost", "6")),
    ],
)
def test_answer_and_repost_name_what_they_refer_to(tmp_path, change, expected):
    row = one(tmp_path, change)
    assert (row["kind"], row["parent_id"]) == expected
    assert row["is_repost"] is (expected[0] == "repost")


def test_times_are_in_the_zone_that_the_export_or_the_option_names(tmp_path):
    brussels = ZoneInfo("Europe/Brussels")
    assert one(tmp_path, {}, time_zone=brussels)["created_at"].hour == 8
    stated = PREAMBLE.replace("Label:,All", "Time zone:,America/New_York")
    (tmp_path / "b.csv").write_bytes(export({}, preamble=stated))
    (row,) = rows_of(take(tmp_path / "b.csv", time_zone=brussels))
    assert row["created_at"].hour == 14


LAYOUTS = {
    "no preamble": export({}, preamble=""),
    "semicolons": export({}, preamble="").replace(b",", b";").replace(b"Dorst;", b"Dorst,"),
    "UTF-16 of Excel": export({}).decode().encode("utf-16"),
    "UTF-8 of Excel": b"\xef\xbb\xbf" + export({}),
}


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(tmp_path, content):
    (tmp_path / "export").write_bytes(content)
    (row,) = rows_of(take(tmp_path / "export"))
    assert (row["native_id"], row["text"]) == ("17", "Dorst, Acme & café 🍺")


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    content = export({"Full Text": "Acme café"}).decode().encode("cp1252")
    (tmp_path / "export.csv").write_bytes(content)
    found = take(tmp_path / "export.csv")
    assert put_aside(found) == [(8, "is not UTF-8")]
    (row,) = rows_of(take(tmp_path / "export.csv", encoding="cp1252"))
    assert row["text"] == "Acme café"


def test_bad_rows_are_put_aside_with_their_line(tmp_path):
    bad = [
        {"Date": "31/01/26 25:61"},
        {"Full Text": "", "Snippet": "", "Title": ""},
        {"Full Text": "a\x00b"},
        {"Full Text": "a" * 1_000_001},
    ]
    (tmp_path / "export.csv").write_bytes(export({}, *bad) + b'2,Acme,"never closed\n')
    result = take(tmp_path / "export.csv")
    assert result.rows == 1
    assert [number for number, _ in put_aside(result)] == [9, 10, 11, 12, 13]
    errors = [error for _, error in put_aside(result)]
    assert errors[0].startswith("date is no readable time")
    assert errors[1:4] == [
        "full text, snippet and title are missing",
        "full text holds a NUL character",
        "full text is longer than 1000000 characters",
    ]


def test_table_of_three_thousand_columns_is_read(tmp_path):
    names = ",".join(f"c{n}" for n in range(3_000))
    head, row = export({}, preamble="").decode().splitlines()
    (tmp_path / "export.csv").write_text(f"{head},{names}\n{row}{',' * 3_000}\n", encoding="utf-8")
    assert take(tmp_path / "export.csv").rows == 1


def test_column_that_stands_twice_is_read_once(tmp_path):
    head, row = export({}, preamble="").decode().splitlines()
    (tmp_path / "export.csv").write_text(f"{head},Full Text\n{row},other\n", encoding="utf-8")
    (found,) = rows_of(take(tmp_path / "export.csv"))
    assert found["text"] == "Dorst, Acme & café 🍺"


def test_forced_format_that_it_is_not_is_refused(tmp_path):
    (tmp_path / "export.csv").write_bytes(export({}))
    with pytest.raises(ImportFileError, match="is not of the format"):
        take(tmp_path / "export.csv", wanted="columns")
