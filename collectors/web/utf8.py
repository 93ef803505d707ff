"""Text that should be UTF-8 and is not quite: read what can be read."""

from codecs import BOM_UTF8

_ZERO = b"\x00"


def nearly_utf8(content: bytes) -> str:
    """
    Decode what should be UTF-8, never with an error.

    A few bad bytes among good ones, such as half a character, become U+FFFD.
    Where there are hardly any good ones beyond ASCII, it was written in
    Windows-1252 (which holds Latin-1).
    """
    text = content.decode("utf-8", "replace")
    replaced = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * replaced:
        return text
    try:
        return content.decode("cp1252") if replaced else text
    except UnicodeDecodeError:
        return content.decode("latin-1")


def json_in_utf8(content: bytes) -> bytes:
    """
    Give JSON in UTF-8, in which it must be written (RFC 8259, 8.1), whatever a server took.

    One bad byte would else cost a whole page, again and again. A byte-order
    mark is taken off. UTF-16 and UTF-32, known by their zero bytes, are left
    as they are: Python's `json` reads them.
    """
    content = content.removeprefix(BOM_UTF8)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content if _ZERO in content else nearly_utf8(content).encode()
    return content
