"""An account's archive of Mastodon: what it said to the public, with the identities of the API."""

import io
import json
import tarfile
from datetime import UTC, datetime

import pytest

from collectors.imports.importing import ImportFileError
from collectors.mastodon_read import read_statuses
from tests.collectors.exported import NOW, put_aside, rows_of, take, zipped

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ME = "https://social.example/users/an"
FOLLOWERS = f"{ME}/followers"
ACTOR = {
    "id": ME,
    "type": "Person",
    "preferredUsername": "an",
    "name": "An Peeters",
    "url": "https://social.example/@an",
    "outbox": "outbox.json",
}


def activity(number: int, *, to=(PUBLIC,), cc=(FOLLOWERS,), **said) -> dict:
    uri = f"{ME}/statuses/{number}"
    addressed = {"to": list(to), "cc": list(cc), "published": "2026-11-02T09:00:00Z"}
    note = {
        "id": uri,
        "type": "Note",
        "url": f"https://social.example/@an/{number}",
        "attributedTo": ME,
        "summary": None,
        "inReplyTo": None,
        "content": "<p>Dorst, <b>Acme</b> &amp; café 🍺</p>",
        "contentMap": {"nl": "<p>Dorst, <b>Acme</b> &amp; café 🍺</p>"},
        "attachment": [],
        **addressed,
    }
    return {
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": ME,
        **addressed,
        "object": note | said,
    }


def boost(number: int, said: object = "https://other.example/users/jan/statuses/5", **more) -> dict:
    made = activity(number, **more)
    return made | {"type": "Announce", "object": said}


def outbox(*items: object, **layout) -> bytes:
    head = {"@context": [PUBLIC, {"x": "y"}], "id": "outbox.json", "type": "OrderedCollection"}
    whole = head | {"totalItems": len(items), "orderedItems": list(items)}
    return json.dumps(whole, **layout).encode()


def tarred(members: dict[str, bytes], how: str) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=how) as archive:
        for name, content in members.items():
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
    return sink.getvalue()


def found(tmp_path, *items: object) -> list[dict]:
    (tmp_path / "outbox.json").write_bytes(outbox(*items))
    return rows_of(take(tmp_path / "outbox.json"))


def test_post_has_the_identity_and_the_words_that_the_api_gives(tmp_path):
    (row,) = found(tmp_path, activity(17))
    status = {
        "id": "17",
        "uri": f"{ME}/statuses/17",
        "url": "https://social.example/@an/17",
        "content": "<p>Dorst, <b>Acme</b> &amp; café 🍺</p>",
        "created_at": "2026-11-02T09:00:00Z",
        "language": "nl",
        "account": {"acct": "an", "uri": ME, "url": "https://social.example/@an"},
    }
    ((live,), _) = read_statuses([status], NOW, "social.example")
    for key in ("native_id", "mention_id", "version_id", "kind", "text", "url", "author_id"):
        assert row[key] == getattr(live, key), key
    for key in ("author_handle", "language_tag", "created_at", "time_source", "root_id"):
        assert row[key] == getattr(live, key), key
    assert json.loads(row["raw"])["type"] == "Create"


def test_boost_has_the_address_of_what_it_repeats(tmp_path):
    (row,) = found(tmp_path, boost(18))
    assert row["native_id"] == f"{ME}/statuses/18/activity"
    assert (row["kind"], row["is_repost"], row["text"]) == ("repost", True, "")
    assert row["parent_id"] == row["url"] == "https://other.example/users/jan/statuses/5"
    assert row["created_at"] == datetime(2026, 11, 2, 9, tzinfo=UTC)


PARTS = {
    "reply": (
        {"inReplyTo": "https://o.example/5"},
        {"kind": "reply", "parent_id": "https://o.example/5"},
    ),
    "quote": ({"quoteUrl": "https://o.example/5"}, {"kind": "quote", "is_quote": True}),
    "warning": ({"summary": "Beer"}, {"title": "Beer"}),
    "edit": (
        {"updated": "2026-11-03T09:00:00Z"},
        {"edited_at": datetime(2026, 11, 3, 9, tzinfo=UTC)},
    ),
    "poll": (
        {"type": "Question", "oneOf": [{"name": "Acme"}, {"name": "Beta"}]},
        {"text": "Dorst, Acme & café 🍺\nAcme\nBeta"},
    ),
    "picture": (
        {"content": "", "attachment": [{"type": "Document", "name": "An Acme can"}]},
        {"text": "An Acme can"},
    ),
    "no content": ({"content": None, "contentMap": {"fr": "<p>Soif</p>"}}, {"text": "Soif"}),
}


@pytest.mark.parametrize(("said", "expected"), PARTS.values(), ids=PARTS)
def test_all_that_people_read_is_read(tmp_path, said, expected):
    (row,) = found(tmp_path, activity(17, **said))
    assert {key: row[key] for key in expected} == expected


NOT_PUBLIC = {
    "followers": {"to": [FOLLOWERS], "cc": []},
    "direct": {"to": ["https://other.example/users/jan"], "cc": []},
    "nobody": {"to": [], "cc": []},
}


@pytest.mark.parametrize("addressed", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_what_is_not_public_is_left_out(tmp_path, addressed):
    unlisted = activity(17, to=[FOLLOWERS], cc=[PUBLIC])
    secret = activity(18, content="<p>quibblefrost</p>", **addressed)
    inlined = boost(19, said=secret["object"])
    (tmp_path / "outbox.json").write_bytes(
        outbox(secret, unlisted, boost(20, **addressed), inlined)
    )
    result = take(tmp_path / "outbox.json")
    (row,) = rows_of(result)
    assert row["native_id"] == f"{ME}/statuses/17"
    assert result.left_out == {"not public": 3}
    assert "quibblefrost" not in str(row)
    assert result.put_aside == 0


def test_activity_whose_object_is_more_private_is_left_out(tmp_path):
    item = activity(17)
    item["object"]["to"], item["object"]["cc"] = [FOLLOWERS], []
    other = activity(18) | {"to": PUBLIC, "cc": None}
    del other["object"]["to"], other["object"]["cc"]
    (row,) = found(tmp_path, item, other)
    assert row["native_id"].endswith("/18")


MEMBERS = {
    "media_attachments/files/1/a.jpg": b"\xff\xd8",
    "outbox.json": outbox(activity(17), boost(18)),
    "likes.json": b'{"type": "OrderedCollection", "orderedItems": ["https://o.example/1"]}',
    "actor.json": json.dumps(ACTOR).encode(),
}
ARCHIVES = {
    "archive.zip": zipped(MEMBERS),
    "archive.tar.gz": tarred(MEMBERS, "w:gz"),
    "archive.tar.bz2": tarred(MEMBERS, "w:bz2"),
    "archive.tar": tarred(MEMBERS, "w"),
    "in-a-folder.zip": zipped({f"backup/{name}": content for name, content in MEMBERS.items()}),
    "paths-that-climb.zip": zipped({f"../../{name}": content for name, content in MEMBERS.items()}),
    "absolute.tar.gz": tarred(
        {f"/etc/{name}": content for name, content in MEMBERS.items()}, "w:gz"
    ),
}


@pytest.mark.parametrize(("name", "content"), ARCHIVES.items(), ids=ARCHIVES)
def test_whole_archive_is_read_and_nothing_is_extracted(tmp_path, name, content):
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    result = take(folder / name)
    first, _ = rows_of(result)
    assert result.rows == 2
    assert (first["author_handle"], first["author_name"]) == ("an@social.example", "An Peeters")
    left = sorted(p.relative_to(folder).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert left == sorted([name, f"landing/{result.path.name}"])


def test_links_in_an_archive_are_not_followed(tmp_path):
    (tmp_path / "secret.json").write_bytes(outbox(activity(17)))
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        item = tarfile.TarInfo("outbox.json")
        item.type, item.linkname = tarfile.SYMTYPE, str(tmp_path / "secret.json")
        archive.addfile(item)
    (tmp_path / "archive.tar").write_bytes(sink.getvalue())
    with pytest.raises(ImportFileError, match="holds no file of JSON"):
        take(tmp_path / "archive.tar")


def test_account_with_a_number_is_named_by_the_card_beside_the_outbox(tmp_path):
    who = "https://social.example/ap/users/123"
    (tmp_path / "actor.json").write_text(json.dumps(ACTOR | {"id": who}))
    (row,) = found(tmp_path, activity(17) | {"actor": who})
    assert (row["author_handle"], row["author_id"]) == ("an@social.example", who)
    (tmp_path / "actor.json").write_text("[" * 100_000)
    (row,) = found(tmp_path, activity(19) | {"actor": who})
    assert (row["author_handle"], row["author_id"]) == (None, who)


LAYOUTS = {
    "one line": {},
    "many lines": {"indent": 2},
    "narrow": {"separators": (",", ":")},
    "unescaped": {"ensure_ascii": False},
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_outbox_of_any_layout_is_read_item_by_item(tmp_path, layout):
    items = [activity(n, content=f"<p>{n} é {'x' * 3_000}</p>") for n in range(300)]
    (tmp_path / "outbox.json").write_bytes(outbox(*items, **layout))
    result = take(tmp_path / "outbox.json")
    assert [row["text"].split()[0] for row in rows_of(result)] == [str(n) for n in range(300)]


BROKEN = {
    "a word": (b"oops", "is no JSON"),
    "a broken object": (b'{"a": oops, "b": [1, {"c": "}]\\""}]}', "is no JSON"),
    "NaN": (b'{"a": NaN}', "a number or a nesting"),
    "nested without end": (b"[" * 10_000 + b"]" * 10_000, "a number or a nesting"),
    "a number": (b"3", "is no JSON object"),
    "not UTF-8": (b'{"type": "\xff", "actor": 1, "object": 2}', "is not UTF-8"),
    "no activity": (b'{"type": "Note"}', "is no activity"),
    "no post": (
        b'{"type": "Create", "actor": "a", "object": 3, "to": ["as:Public"]}',
        "is no post",
    ),
    "nonsense of a date": (
        json.dumps(activity(18, published="soon")).encode(),
        "'soon' is no time",
    ),
}


@pytest.mark.parametrize(("item", "words"), BROKEN.values(), ids=BROKEN)
def test_broken_item_is_put_aside_with_its_number_and_the_others_are_read(tmp_path, item, words):
    whole = outbox(activity(17), "HERE", activity(19)).replace(b'"HERE"', item)
    (tmp_path / "outbox.json").write_bytes(whole)
    result = take(tmp_path / "outbox.json")
    assert [row["native_id"][-2:] for row in rows_of(result)] == ["17", "19"]
    ((number, error),) = put_aside(result)
    assert (number, result.places) == (2, ("item 2",))
    assert words in error


def test_outbox_that_was_cut_is_read_up_to_the_cut(tmp_path):
    whole = outbox(activity(17), activity(18), activity(19))
    (tmp_path / "outbox.json").write_bytes(whole[:-400])
    result = take(tmp_path / "outbox.json")
    assert [row["native_id"][-2:] for row in rows_of(result)] == ["17", "18"]
    assert [number for number, _ in put_aside(result)] == [3, 4]
    assert put_aside(result)[1][1] == "the list has no end: the file was cut"
