"""The recorded feeds: served over local HTTP, and what must come of them."""

import html
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import feedparser

from tests.replay import Answer, Handler, Request
from tests.shared_data import shared_data

KINDS = ("real", "small", "malformed")


def feed_files() -> list[Path]:
    """List the recorded feeds; skips the test where they are absent."""
    folders = [shared_data("feeds", kind) for kind in KINDS]
    return sorted(path for folder in folders for path in folder.iterdir())


def feed_path(file: Path) -> str:
    """Give the path under which `feeds_handler` serves *file*."""
    return f"/{file.parent.name}/{quote(file.name)}"


def feeds_handler(files: Iterable[Path]) -> Handler:
    """Serve *files* as a web server does: with an ETag, and 304 for who has it already."""
    by_path = {f"/{file.parent.name}/{file.name}": file for file in files}

    def handler(request: Request) -> Answer:
        file = by_path.get(unquote(request.path))
        if file is None:
            return Answer(status=404)
        body = file.read_bytes()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Content-Type": "application/octet-stream"}
        if request.headers.get("if-none-match") == etag:
            return Answer(status=304, headers=headers)
        return Answer(body=body, headers=headers)

    return handler


def expected_feed_ids(file_of_url: Mapping[str, Path]) -> set[str]:
    """Compute, from the files alone, the native ids that must arrive: one for each."""
    return {
        native_id for url, file in file_of_url.items() for native_id in expected_entries(url, file)
    }


@cache
def expected_entries(url: str, file: Path) -> dict[str, dict[str, Any]]:
    """Compute the mentions of one feed by the rules: native id → its fields; the last wins."""
    if _is_json_feed(file):
        return _expected_items(url, json.loads(file.read_bytes().decode("utf-8-sig")))
    parsed = feedparser.parse(
        io.BytesIO(file.read_bytes()), sanitize_html=False, resolve_relative_uris=False
    )
    found = {}
    for entry in parsed.entries:
        contents = [content["value"] for content in entry.get("content", [])]
        words = [entry.get("title"), contents or entry.get("summary"), entry.get("published")]
        digest = blake2b(json.dumps(words).encode(), digest_size=16).hexdigest()
        published = entry.get("published_parsed")
        # `get` would warn, and give `published`.
        updated = entry["updated_parsed"] if "updated_parsed" in entry else None  # noqa: SIM401
        created = published or updated
        found[f"{url} {entry.get('id') or entry.get('link') or digest}"] = {
            "created_at": created and datetime(*created[:6], tzinfo=UTC),
            "time_source": ("published" if published else "updated" if updated else "unknown"),
            "has_author": bool(entry.get("author") or (entry.get("source") or {}).get("title")),
            "markup": next((c for c in contents if c), None) or entry.get("summary", ""),
        }
    return found


def _expected_items(url: str, feed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for item in feed["items"]:
        texts = {key: value for key, value in item.items() if isinstance(value, str) and value}
        contents = [texts[key] for key in ("content_html", "content_text") if key in texts]
        words = [texts.get("title"), contents or texts.get("summary"), texts.get("date_published")]
        digest = blake2b(json.dumps(words).encode(), digest_size=16).hexdigest()
        own = item["id"] if isinstance(item.get("id"), int | float) else texts.get("id")
        published, updated = (_iso(texts.get(f"date_{name}")) for name in ("published", "modified"))
        authors = item.get("authors") or [item.get("author")]
        if not {"author", "authors"} & item.keys():
            authors = feed.get("authors") or [feed.get("author")]
        named = [a for a in authors if isinstance(a, dict) and isinstance(a.get("name"), str)]
        plain = html.escape(texts.get("content_text") or texts.get("summary") or "")
        found[f"{url} {own or texts.get('url') or digest}"] = {
            "created_at": published or updated,
            "time_source": "published" if published else "updated" if updated else "unknown",
            "has_author": any(author["name"].strip() for author in named),
            "markup": texts.get("content_html") or plain,
        }
    return found


def _iso(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except ValueError:
        return None


def _is_json_feed(path: Path) -> bool:
    return path.read_bytes()[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")
