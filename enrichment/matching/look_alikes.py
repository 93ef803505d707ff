# ruff: noqa: RUF001, RUF003 - letters that look like others are what this is about
"""Letters of other scripts that look like Latin ones."""

# Small letters, as folding leaves them; what looks alike in capitals only (Н, В) is there too.
_CYRILLIC = dict(zip("авеикмнорстухѕіјһԁԛԝь", "abeukmhopctyxsijhdqwb", strict=True))
_GREEK = dict(zip("αβεηικμνορτυχζ", "abenikmvoptuxz", strict=True))
_OTHER = {"ı": "i", "ɡ": "g", "ո": "n", "օ": "o", "ս": "u", "հ": "h"}
_LATIN = str.maketrans(_CYRILLIC | _GREEK | _OTHER)


def in_latin_letters(word: str) -> str | None:
    """
    Write a word of mixed scripts in Latin letters, as it looks.

    Returns:
        None for a word without any Latin letter, and where a letter looks like none.
    """
    if not any(c.isascii() for c in word):
        return None
    latin = word.translate(_LATIN)
    return latin if latin.isascii() else None
