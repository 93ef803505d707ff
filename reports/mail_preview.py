"""Mails as files, to be looked at before anybody gets them."""

from base64 import b64encode
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path


def write_preview(message: EmailMessage, folder: Path, *, name: str) -> Sequence[Path]:
    """
    Write a mail as `.eml`, its HTML with the pictures inside, and its text.

    Returns:
        The paths of the files; those of an earlier preview of that name are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    html, text = "", ""
    pictures: dict[str, str] = {}
    for part in message.walk():
        match part.get_content_type():
            case "text/plain":
                text = part.get_content()
            case "text/html":
                html = part.get_content()
            case "image/png":
                data = b64encode(part.get_content()).decode("ascii")
                pictures[part["Content-ID"].strip("<>")] = f"data:image/png;base64,{data}"
    for cid, data in pictures.items():
        html = html.replace(f"cid:{cid}", data)
    files = {".eml": message.as_bytes(), ".html": html.encode(), ".txt": text.encode()}
    for suffix, content in files.items():
        (folder / f"{name}{suffix}").write_bytes(content)
    return [folder / f"{name}{suffix}" for suffix in files]
