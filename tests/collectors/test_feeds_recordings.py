"""Every recorded feed, over local HTTP, against what simple code finds in the files."""

import io
import re
from pathlib import Path

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from collectors.collect import last_of_each
from collectors.contract import Page
from collectors.errors import BadAnswer
from collectors.feed_document import read_document
from collectors.mention import Mention
from tests.collectors.feed_jobs import HOUR, NOW, fetch
from tests.recordings_feeds import expected_entries, feed_files, feed_path, feeds_handler
from tests.replay import ReplayServer
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def fetched() -> dict[Path, tuple[str, Page | None, Page | None]]:
    """Each file's address, first answer, and second; None where the feed breaks off at once."""
    files = feed_files()
    answers = {}
    with ReplayServer(feeds_handler(files)) as server:
        for file in files:
            url = server.url + feed_path(file)
            try:
                first = fetch(url)
            except BadAnswer:
                answers[file] = (url, None, None)
                continue
            second = fetch(url, validators=first.validators, now=NOW + HOUR)
            answers[file] = (url, first, second)
    return answers


def test_each_entry_of_every_recorded_feed_arrives_once(fetched):
    arrived = {m.native_id for _, page, _ in fetched.values() if page for m in page.mentions}
    expected = {i for file, (url, _, _) in fetched.items() for i in expected_entries(url, file)}
    assert len(expected) > 2_000
    assert arrived == expected


def test_only_a_feed_without_any_entry_is_refused(fetched):
    for file, (url, page, _) in fetched.items():
        assert page is not None or not expected_entries(url, file), file.name


def test_no_recorded_entry_is_unreadable(fetched):
    assert not [page.unreadable for _, page, _ in fetched.values() if page and page.unreadable]


def test_times_and_authors_of_recorded_entries_follow_the_rules(fetched):
    for file, (url, page, _) in fetched.items():
        expected = expected_entries(url, file)
        for mention in last_of_each(page.mentions if page else ()):
            wanted = expected[mention.native_id]
            assert mention.created_at == wanted["created_at"], file.name
            assert mention.time_source == wanted["time_source"], file.name
            assert (mention.author_name is not None) == wanted["has_author"], file.name
            assert mention.author_handle is None


def test_text_of_recorded_entries_is_what_a_browser_would_read(fetched):
    differing = [
        mention.native_id
        for file, (url, page, _) in fetched.items()
        for mention in last_of_each(page.mentions if page else ())
        if not _reads_alike(mention, expected_entries(url, file)[mention.native_id]["markup"])
    ]
    # Some recordings hold UTF-8 that was read as Latin-1 once: feedparser leaves it, we don't.
    assert len(differing) <= 20, differing


def test_identities_stay_and_an_unchanged_feed_brings_nothing_new(fetched):
    for file, (_, first, second) in fetched.items():
        if first is None:
            continue
        if first.validators["etag"]:
            assert not second.mentions, file.name
            assert second.validators["seen"] == first.validators["seen"]
        else:
            assert [m.mention_id for m in second.mentions] == [m.mention_id for m in first.mentions]
        assert [(i.since, i.until, i.reason) for i in second.answered] == [
            (NOW, NOW + HOUR, "answered")
        ], file.name


@pytest.mark.parametrize(
    "folder", ["feedparser_illformed", "feedparser_encoding", "gofeed_testdata"]
)
def test_conformance_files_give_as_many_entries_as_feedparser(folder):
    files = sorted(shared_data("feeds", "conformance", folder).rglob("*.xml"))
    assert files
    for file in files:
        content = file.read_bytes()
        expected = len(feedparser.parse(io.BytesIO(content)).entries)
        try:
            entries = len(read_document(content, {}).entries)
        except BadAnswer:
            entries = 0
        assert entries == expected, file.name


def _reads_alike(mention: Mention, markup: str) -> bool:
    tree = LexborHTMLParser(markup)
    for hidden in tree.css("script,style,template,iframe,noembed,noframes,title"):
        hidden.decompose()
    seen = tree.root.text(separator=" ") if tree.root else ""
    return _letters(mention.text) in {_letters(seen), _letters(markup)}


def _letters(text: str) -> str:
    return re.sub(r"[\W_\x80-\x9f]+", "", text)
