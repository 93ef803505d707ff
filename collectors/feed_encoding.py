"""The characters of a feed: from bytes, and claims about them, to text that a parser can take."""

import codecs
import re
from email.message import Message

from collectors.web.utf8 import nearly_utf8

_BOMS = (
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF8, "utf-8"),
)
_FIRST_BYTES = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
"""How `<` or `<?xm` begins in encodings that hold no ASCII (XML 1.0, appendix F)."""

_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""What is meant where the first is declared (WHATWG Encoding Standard)."""

_SHIFTING = frozenset({"utf-7", "hz", "iso2022_jp", "iso2022_kr"})
"""Encodings that write other scripts in ASCII bytes, so that they look like UTF-8."""

_PAIRING = frozenset({"gb18030", "big5", "big5hkscs", "cp949", "johab", "cp932", "euc_jp"})
"""Encodings of two bytes a character, of which a few may pass for UTF-8."""

_MIN_PROOF = 12
"""This many bytes beyond ASCII that form valid UTF-8 are no accident."""

_WIDE = frozenset({"utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
"""Not true of a document whose first bytes could be read as ASCII."""

_PYTHONS_OWN = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
)

_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ASCII = bytes(range(128))


def decode_feed(content: bytes, content_type: str = "") -> str:
    """
    Decode a feed by its bytes first, and by what is declared second.

    What HTTP and the XML declaration say is often wrong. A byte-order mark
    and valid UTF-8 hardly ever are; a few bad bytes in UTF-8, such as a cut
    character, leave the rest readable.

    Args:
        content: The body of the answer, decompressed.
        content_type: The header of that name.

    Returns:
        Text without characters that XML forbids, and nothing before its first
        word; never an error.
    """
    return _NOT_XML.sub("", _decode(content, content_type)).lstrip("\ufeff \t\r\n")


def _decode(content: bytes, content_type: str) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    for mark, encoding in _FIRST_BYTES:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = _declared(content, content_type)
    if text := _valid_utf8(content, declared):
        return text
    for encoding in declared:
        text = _strictly(content, encoding)
        if text is not None:
            return text
    return nearly_utf8(content)


def _valid_utf8(content: bytes, declared: list[str]) -> str | None:
    beyond_ascii = len(content.translate(None, _ASCII))
    if "utf-8" not in declared:
        may_be_pairs = 0 < beyond_ascii < _MIN_PROOF and not _PAIRING.isdisjoint(declared)
        if may_be_pairs or not _SHIFTING.isdisjoint(declared):
            return None
    return _strictly(content, "utf-8")


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _declared(content: bytes, content_type: str) -> list[str]:
    header = Message()
    header["content-type"] = content_type
    found = _DECLARATION.match(content[:1000])
    names = (header.get_param("charset"), found and found[1].decode("ascii"))
    encodings = [_known(name) for name in names if isinstance(name, str)]
    return list(dict.fromkeys(encoding for encoding in encodings if encoding))


def _known(name: str) -> str | None:
    """Name the codec that reads text declared as *name*; None if there is none."""
    try:
        codec = codecs.lookup(name.strip())
        "".encode(codec.name)
    except (LookupError, ValueError):
        return None
    return None if codec.name in _WIDE | _PYTHONS_OWN else _SUPERSETS.get(codec.name, codec.name)
