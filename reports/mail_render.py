"""Turn templates into the two bodies of a mail: text in 78 columns, HTML with its CSS inlined."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from functools import cache
from html import unescape
from typing import Any

from jinja2 import Environment

from reports.templating import template_environment

COLUMNS = 78
"""RFC 5322, 2.1.1 asks for lines of at most 78 characters."""

_BDI = re.compile(r"<bdi>(.*?)</bdi>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LABEL = re.compile(r"( *(?:[0-9]+\.|-) +| *\S[^\n]*?  +| +)(?=\S)")
_WIDEST_LABEL = 14
# Marks and overrides of the writing direction: from outside they could turn our own words.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_ISOLATE, _END = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def render_text(template: str, values: Mapping[str, Any]) -> str:
    """
    Write a mail's text: no line longer than 78 characters, web addresses aside.

    Templates are written as HTML, so that sentences serve both bodies: `<bdi>`
    marks foreign words, other tags go.
    """
    return fold(as_text(_environment().get_template(template).render(values)))


def render_html(template: str, values: Mapping[str, Any]) -> str:
    """Write a mail's HTML; its style sheet is moved into the elements, all but `@media`."""
    from css_inline import CSSInliner

    inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    page = _environment().get_template(template).render(values).translate(_TURNING)
    # Indentation is worth a tenth of what mail programs show.
    return re.sub(r"\n\s+", "\n", inliner.inline(page))


def as_text(markup: str) -> str:
    """Turn a template's HTML into text; words written from right to left are set apart."""

    def isolated(found: re.Match[str]) -> str:
        words = " ".join(found[1].split())
        if any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in unescape(words)):
            return f"{_ISOLATE}{words}{_END}"
        return words

    return unescape(_TAG.sub("", _BDI.sub(isolated, markup.translate(_TURNING))))


def fold(text: str) -> str:
    """
    Wrap long lines, hanging under their label or number; never within a web address.

    At most one blank line stays between two others.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        bare = line.rstrip()
        if not bare:
            if lines and lines[-1]:
                lines.append("")
            continue
        label = _LABEL.match(bare)
        hang = len(label[0]) if label and len(label[0]) <= _WIDEST_LABEL else 0
        lines += (
            textwrap.wrap(
                bare,
                COLUMNS,
                subsequent_indent=" " * hang,
                break_long_words=False,
                break_on_hyphens=False,
                drop_whitespace=True,
                replace_whitespace=False,
            )
            if len(bare) > COLUMNS and " " in bare.strip()
            else [bare]
        )
    return "\n".join(lines).strip("\n") + "\n"


@cache
def _environment() -> Environment:
    return template_environment()


def sentence(name: str, *values: object) -> str:
    """Say one sentence of the alert mails by itself, such as for a subject."""
    words = _environment().get_template("alert_mail_words.html.j2").module
    return as_text(str(getattr(words, name)(*values))).strip()
