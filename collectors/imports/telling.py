"""What an import tells people of a file."""

from collections.abc import Iterator

from collectors.configuration.check import count_of
from collectors.imports.importing import ImportResult


def summary_of(result: ImportResult) -> str:
    """
    Sum up what became of a file.

    Returns:
        One line, such as `twarc: 98 mentions, 2 rows put aside in PATH`.
    """
    parts = [count_of(result.rows, "mention")]
    if result.repeated:
        parts.append(count_of(result.repeated, "repeated row"))
    parts += [f"{count:,} left out ({why})" for why, count in sorted(result.left_out.items())]
    if result.put_aside:
        parts.append(f"{count_of(result.put_aside, 'row')} put aside in {result.aside}")
    if result.damage:
        parts.append("nothing covered, because the file is not whole")
    found = "" if result.formats == ("columns",) else f"{' and '.join(result.formats)}: "
    return found + ", ".join(parts)


def problems_of(result: ImportResult, *, most: int) -> Iterator[str]:
    """Tell the first rows that were put aside, one line each, and how many more there are."""
    told = list(zip(result.places, result.problems, strict=True))[:most]
    for place, (_, problem) in told:
        yield f"{place}: {problem}"
    if result.put_aside > len(told):
        yield f"… and {result.put_aside - len(told):,} more"
