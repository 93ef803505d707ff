"""House rules that no linter checks."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

from collectors.sources import Source
from collectors.watchlist import Consent, Subject
from luisterpost import app
from tests.programs import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
LONGEST_FILE = 400
_NOT_OURS = re.compile(r"^(\..*|__pycache__|var|dist|.*\.egg-info)$")
_BINARY = {".npz", ".png", ".gz", ".parquet", ".ftz", ".pyc"}


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Everything that belongs to the project, without environments, caches and data."""
    for path in sorted(folder.iterdir()):
        if _NOT_OURS.match(path.name) and path.name != ".ci":
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def texts() -> dict[str, str]:
    """Every text file but this one, by its path."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in files()
        if path.suffix not in _BINARY and path != Path(__file__).resolve()
    }


def offences(pattern: str) -> list[str]:
    """List `file:line: found` for every place where *pattern* stands."""
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found[0]}"
        for name, text in texts().items()
        for found in re.finditer(pattern, text)
    ]


# --- files -----------------------------------------------------------------------------


def test_no_module_answers_too_many_questions():
    lengths = {n: t.count("\n") for n, t in texts().items() if n.endswith(".py")}
    assert len(lengths) > 100
    assert {name: count for name, count in lengths.items() if count > LONGEST_FILE} == {}


def test_no_module_is_a_drawer_for_everything():
    drawers = re.compile(r"(utils?|helpers?|commons?|base|misc|stuff|tools?)\.py$")
    assert [str(path) for path in files() if drawers.fullmatch(path.name)] == []


def test_every_folder_of_tests_is_a_package():
    folders = {path.parent for path in files(ROOT / "tests") if path.suffix == ".py"}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed(package):
    assert (ROOT / package / "py.typed").exists()


def test_no_file_names_a_place_on_somebodys_machine():
    assert offences(r"(?<![\w./}~*])/(?:work|tmp|root|home|Users|private|mnt)/[\w.-]+") == []


def test_no_file_names_a_package_registry():
    registries = r"(?i)pypi\.org|pythonhosted|conda\.(?:org|io|anaconda)|artifactory|nexus\.|devpi"
    assert offences(rf"{registries}|--(?:extra-)?index-url|--find-links") == []


def test_all_text_ends_with_one_line_break_and_no_blanks():
    wrong = [
        name
        for name, text in texts().items()
        if text
        and name != "LICENSE"  # It stands as its authors wrote it.
        and (not text.endswith("\n") or text.endswith("\n\n") or re.search(r"[ \t]\n", text))
    ]
    assert wrong == []


# --- dependencies ----------------------------------------------------------------------


def locked() -> dict[str, str]:
    """The lock file's requirements: what stands behind each name."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    joined = re.sub(r"#.*", "", text).replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines() if line.strip()]
    return {canonical(line): line for line in lines}


def canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def test_every_locked_requirement_has_one_version_and_hashes_and_no_address():
    for name, line in locked().items():
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.!+-]+ ", line), name
        assert "--hash=sha256:" in line, name
        assert "://" not in line, name
        assert " @ " not in line, name


def test_the_lock_holds_every_dependency():
    project = PROJECT["project"]
    groups = [*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    named = [*project["dependencies"], *(one for group in groups for one in group)]
    assert len(named) > 30
    assert {canonical(one) for one in named} <= set(locked())


# --- what is said about it -------------------------------------------------------------


def test_the_changelog_knows_the_version():
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^\]]+)\]", log, re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]
    assert headings, "no heading"
    assert released[:1] in ([], [PROJECT["project"]["version"]])
    assert version("luisterpost") == PROJECT["project"]["version"]


def test_the_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"


def test_every_named_query_says_what_one_row_is():
    queries = sorted((ROOT / "warehouse" / "queries").glob("*.sql"))
    assert len(queries) > 10
    silent = [q.name for q in queries if not q.read_text(encoding="utf-8").startswith("-- One row")]
    assert silent == []


DOCUMENTS = [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path):
    text = re.sub(
        r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for target in re.findall(r"\]\((?!https?:)([^)\s]*)\)", text):
        name, _, place = target.partition("#")
        found = path.parent / name if name else path
        assert found.exists(), target
        if place:
            assert place in anchors(found), target


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def told_commands() -> list[str]:
    """Every `luisterpost …` that a document tells people to type."""
    told = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        told += [
            found[1]
            for line in lines
            if (found := re.match(r"(?:\$ )?(?:\S*/)?luisterpost( .*?)?(?: +#.*| [|>].*)?$", line))
        ]
    return sorted({words.strip() for words in told if words})


@pytest.mark.parametrize("words", told_commands())
def test_commands_that_documents_tell_are_understood(words):
    command: Any = typer.main.get_command(app)
    name, rest = "luisterpost", shlex.split(words, comments=True)
    while hasattr(command, "commands"):
        name, *rest = rest
        assert name in command.commands
        command = command.commands[name]
    if "…" not in words:
        command.make_context(name, rest)


CONFIGURATION = ROOT / "docs" / "configuration.md"


def documented(heading: str) -> dict[str, list[str]]:
    """The rows of the first table below a heading, by the key in their first cell."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    part = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert table
    rows = [[cell.strip() for cell in row.strip("|").split(" |")] for row in table[0].splitlines()]
    return {row[0].strip("`"): row for row in rows[2:]}


@pytest.mark.parametrize(
    ("heading", "model"),
    [("watchlist.toml", Subject), ("Consent", Consent), ("sources.toml", Source)],
)
def test_every_key_of_the_configuration_is_documented_and_no_other(heading, model):
    assert set(documented(heading)) == set(model.model_fields)


def test_examples_of_the_watchlist_are_valid():
    consent = tomllib.loads(toml_blocks()[0])
    plain = {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]}
    for key, row in documented("watchlist.toml").items():
        if key == "consent":
            continue
        subject = plain | tomllib.loads(f"{key} = {row[-1].strip('`')}")
        if key == "relation":
            subject["facet"] = "organisation"
        if key == "unit":
            subject |= {"facet": "employee"} | consent
        assert getattr(Subject.model_validate(subject), key)


def test_examples_of_the_sources_are_valid():
    keyed = {"name": "one", "platform": "x", "query": "acme", "credential": "x_main"}
    feed = {"name": "one", "platform": "feed", "urls": ["https://news.example/rss.xml"]}
    for key, row in documented("sources.toml").items():
        value = tomllib.loads(f"{key} = {row[-1].strip('`')}")
        around = feed if value.get("platform") == "feed" or key == "urls" else keyed
        if key == "subreddits":
            around = keyed | {"platform": "reddit"}
        assert getattr(Source.model_validate(around | value), key) is not None


def test_every_toml_block_can_be_read():
    assert toml_blocks()


def toml_blocks() -> list[str]:
    text = CONFIGURATION.read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert [tomllib.loads(block) for block in blocks]
    return blocks


def test_what_the_readme_says_of_make_is_true():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = set(re.findall(r"\bmake ([a-z]+)", readme))
    assert {"run", "test"} <= told
    assert told <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
