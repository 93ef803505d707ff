"""Stories: which texts tell the same one, found again at each load among those that it touches."""

import duckdb
import pyarrow as pa

from enrichment.stories.near_copies import Signature, are_copies, unpack
from warehouse.query import run_script


def link_arriving(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Bring the stories up to date after the mentions of a load, within its transaction.

    Reads the temporary tables `touched`, `linked_before`, `newest` and `arriving`; adds to
    `touched_story` and `touched_hour` what must be counted anew.
    """
    run_script(connection, "link_former", {})
    run_script(connection, "link_texts", {})
    run_script(connection, "link_new_texts", {})
    _link_loose(connection)


def unlink_removed(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the stories up to date after the mentions in `touched` were deleted."""
    run_script(connection, "link_texts", {})
    _link_loose(connection)


def _link_loose(connection: duckdb.DuckDBPyConnection) -> None:
    """Find the stories of loose texts, and name again each story that changed."""
    components = _Components()
    run_script(connection, "link_pairs", {})
    home = dict(
        connection.execute(
            "SELECT other_id, story_id FROM ("
            "SELECT other_id FROM sure_pair UNION SELECT text_id FROM sure_pair "
            "UNION SELECT other_id FROM doubtful_pair) "
            "JOIN story_text ON text_id = other_id ANTI JOIN loose_id USING (text_id)"
        ).fetchall()
    )
    """By text that is not loose: the story in which it stays."""
    loose = [one for (one,) in connection.execute("SELECT text_id FROM loose").fetchall()]
    for one in loose:
        components.find(one)
    for one, other in connection.execute("FROM sure_pair").fetchall():
        components.unite(home.get(one, one), home.get(other, other))
    _unite_near_copies(connection, components, home)
    touched = connection.execute(
        "SELECT DISTINCT story_id FROM known_text ANTI JOIN fallen USING (story_id)"
    ).fetchall()
    stories = {*home.values(), *(story for (story,) in touched)}
    tables = {
        "told_text": _labelled("text_id", {one: components.find(one) for one in loose}),
        "told_story": _labelled("story_id", {one: components.find(one) for one in stories}),
    }
    for name, table in tables.items():
        connection.register(name, table)
    try:
        run_script(connection, "link_stories", {})
    finally:
        for name in tables:
            connection.unregister(name)


def _unite_near_copies(
    connection: duckdb.DuckDBPyConnection, components: "_Components", home: dict[str, str]
) -> None:
    pairs = connection.execute(
        "SELECT text_id, other_id FROM doubtful_pair ORDER BY shared DESC, text_id, other_id"
    ).fetchall()
    if not pairs:
        return
    signatures = _signatures(connection)
    for one, other in pairs:
        here, there = components.find(home.get(one, one)), components.find(home.get(other, other))
        if here != there and are_copies(signatures[one], signatures[other]):
            components.unite(here, there)


def _signatures(connection: duckdb.DuckDBPyConnection) -> dict[str, Signature]:
    rows = connection.execute(
        "SELECT text_id, signature, shingles FROM story_text SEMI JOIN ("
        "SELECT text_id FROM doubtful_pair UNION SELECT other_id FROM doubtful_pair"
        ") AS wanted USING (text_id)"
    ).fetchall()
    return {one: unpack(packed, shingles) for one, packed, shingles in rows}


def _labelled(column: str, labels: dict[str, str]) -> pa.Table:
    schema = pa.schema([(column, pa.string()), ("component", pa.string())])
    return pa.table({column: list(labels), "component": list(labels.values())}, schema)


class _Components:
    """Disjoint sets of names (Tarjan): the smallest name stands for its set."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, name: str) -> str:
        above = self._above
        root = name
        while (parent := above.setdefault(root, root)) != root:
            root = parent
        while above[name] != root:
            above[name], name = root, above[name]
        return root

    def unite(self, one: str, other: str) -> None:
        here, there = self.find(one), self.find(other)
        self._above[max(here, there)] = min(here, there)
