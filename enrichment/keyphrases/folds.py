"""Keys of phrases: equal for what differs by case, accents, plural or inflection."""

from functools import lru_cache

_ENDINGS = {
    "en": ("ies", "es", "s"),
    "nl": ("'s", "en", "es", "s", "e"),
    "fr": ("es", "s", "x", "e"),
    "de": ("ern", "en", "er", "es", "em", "e", "n", "s"),
}
_SHORTEST_STEM = 4
_SIBILANTS = ("s", "x", "z", "ch", "sh")


@lru_cache(maxsize=65_536)
def word_key(word: str, language: str) -> str:
    """
    Cut off a folded word's ending.

    The stem has at least four letters, so short words keep theirs. It is no linguist's stem:
    it only has to be equal for a word's forms, and different for other words.

    Args:
        word: Folded.
        language: ISO 639-1; in languages beyond nl, fr, en, de nothing is cut off.
    """
    folded = word.strip("'")
    folded = folded.removesuffix("'s")
    for ending in _ENDINGS.get(language, ()):
        stem = folded[: -len(ending)]
        if len(stem) < _SHORTEST_STEM or not folded.endswith(ending):
            continue
        if language == "en" and not _is_english_ending(stem, ending):
            continue
        folded = f"{stem}y" if ending == "ies" else stem
        break
    if folded[-2:-1] == folded[-1:] and len(folded) > _SHORTEST_STEM:
        folded = folded[:-1]
    return folded.replace("-", " ").replace(" ", "")


def _is_english_ending(stem: str, ending: str) -> bool:
    if ending == "es":
        return stem.endswith(_SIBILANTS)
    return ending == "ies" or stem[-1] not in "su"
