"""Where a name may begin and end in running text, in a hashtag and in a host's name."""

import re
import unicodedata
from functools import lru_cache

from enrichment.matching.folding import Folded
from enrichment.matching.zones import is_sentence_end

# Scripts without blanks between words, or (Korean) with endings glued to names; in folded text
# Korean syllables are taken apart into the letters U+1100…11FF.
_UNSPACED = re.compile(
    "[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u2e80-\u2fff\u3040-\u31ff"
    "\u3400-\u9fff\ua000-\ua4cf\ua960-\ua97f\uf900-\ufaff\U00020000-\U0003ffff]"
)
FIRST_UNSPACED = "\u0e00"
PLURAL_LETTERS = 4
"""A name of so many letters may carry an s (Acmes); a shorter one in capitals (BPs)."""
_OFFICIAL = re.compile(
    r"_?(?P<task>official|officiel|officieel|offiziell|support|helpdesk|help|hilft|aide|cares?"
    r"|service|services|klantendienst|klantenservice|webcare|webshop|app|hq|news|nieuws|presse?"
    r"|press|jobs|careers|group|groep|groupe|gruppe|company)?"
    r"_?(?P<land>belgium|belgie|belgique|nederland|netherlands|france|deutschland|germany"
    r"|luxembourg|austria|oesterreich|schweiz|suisse|switzerland|europe|europa|global|world|int"
    r"|international|benelux|be|bel|nl|ned|fr|de|ger|lu|at|ch|uk|gb|us|usa|eu|ie|it|es)?"
)
_GLUED_LETTERS = 6
_HOST_REST = re.compile(r"[\w-]{1,63}+\.\w")


@lru_cache(maxsize=4096)
def is_word(character: str) -> bool:
    """Tell whether a folded character is part of a word; marks kept by folding are."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def is_unspaced(character: str) -> bool:
    """Tell whether a character's script puts no blanks between words."""
    return character >= FIRST_UNSPACED and _UNSPACED.match(character) is not None


def has_unspaced(plain: str) -> bool:
    """Tell whether a text has a character of such a script."""
    return _UNSPACED.search(plain) is not None


def may_begin(folded: Folded, start: int) -> bool:
    """Tell whether a name in running text may begin at *start*."""
    plain = folded.plain
    before = plain[start - 1]
    if before == "_":
        return not is_word(_beyond_underscores(plain, start - 1, -1))
    if before == "'":
        # O'Neill is not Neill, while l'Acme is Acme.
        return not (plain[start - 2] == "o" and not is_word(plain[start - 3 : start - 2] or " "))
    if is_word(before):
        return is_unspaced(before) or is_unspaced(plain[start])
    return True


def may_end(folded: Folded, start: int, end: int) -> bool:
    """Tell whether a name in running text that begins at *start* may end at *end*."""
    plain = folded.plain
    after = plain[end]
    if after == "_":
        return not is_word(_beyond_underscores(plain, end, 1))
    if after == "'":
        # Don't is not Don.
        return not (plain[end + 1 : end + 2] == "t" and plain[end - 1] == "n") or is_word(
            plain[end + 2]
        )
    if not is_word(after):
        return True
    if not is_word(plain[end - 1]):
        return plain[end - 1] not in ".'"
    if is_unspaced(after) or is_unspaced(plain[end - 1]):
        return True
    return has_plural_s(folded, start, end) and may_end(folded, start, end + 1)


def has_plural_s(folded: Folded, start: int, end: int) -> bool:
    """Tell whether a plural's or a genitive's s may stand behind the name [start, end)."""
    plain = folded.plain
    if plain[end] != "s" or plain[end - 1] == "s" or not plain[end - 1].isalpha():
        return False
    if end - start >= PLURAL_LETTERS:
        return True
    return folded.written(end) == "s" and all(
        folded.written(at).isupper() for at in range(start, end)
    )


def is_camel_edge(folded: Folded, at: int) -> bool:
    """
    Tell whether a new word begins at *at* inside a hashtag.

    #AcmeFail, #acme_fail, #Acme2024, #ACMEfail and #NOAcme have an edge beside
    the name, #acmefail and #pacmefan have none.
    """
    before, here = folded.written(at - 1), folded.written(at)
    if not (before.isalnum() and here.isalnum()) or before.isdigit() != here.isdigit():
        return True
    if is_unspaced(before) or is_unspaced(here) or (before.islower() and here.isupper()):
        return True
    if before.isupper() and here.isupper():
        return folded.written(at + 1).islower()
    return before.isupper() and here.islower() and folded.written(at - 2).isupper()


def official_end(folded: Folded, start: int, end: int) -> int | None:
    """
    Find where a firm's account by country or task ends: @acme_be, @AcmeSupport, not @acme_fans.

    Args:
        folded: The text.
        start: First character of the name.
        end: Behind the name.

    Returns:
        Behind the account; None if what follows is nothing that firms add to their names.
    """
    plain = folded.plain
    found = _OFFICIAL.match(plain, end)
    if found is None or is_word(plain[found.end()]) or plain[found.end()] == "_":
        return None
    is_edge = plain[end] == "_" or is_camel_edge(folded, end)
    is_safe = found["task"] and not found["land"] and end - start >= _GLUED_LETTERS
    return found.end() if is_edge or is_safe else None


def may_begin_host(folded: Folded, start: int) -> bool:
    """Tell whether a domain may begin at *start*: alone, or behind a subdomain's full stop."""
    before = folded.plain[start - 1]
    return not (is_word(before) or before in "_-")


def may_end_host(folded: Folded, end: int) -> bool:
    """Tell whether a domain may end at *end*: not in acme.example.evil.example."""
    plain = folded.plain
    after = plain[end]
    follows = is_word(plain[end + 1 : end + 2] or " ")
    if after == ".":
        return not follows or is_sentence_end(folded, end)
    if after == "-":
        return not follows or _HOST_REST.match(plain, end + 1) is None
    return not (is_word(after) or after == "_" or (after == "@" and follows))


def _beyond_underscores(plain: str, at: int, step: int) -> str:
    """Give the character beyond a run of underscores; a blank where the text ends."""
    while 0 <= at < len(plain) and plain[at] == "_":
        at += step
    return plain[at] if 0 <= at < len(plain) else " "
