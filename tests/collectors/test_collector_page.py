"""The page "Write a collector" is true: what it shows stands in the files that it names."""

import re

import pytest

from collectors.registry import PLATFORMS, collector_for
from tests.programs import ROOT

PAGE = (ROOT / "docs" / "collector.md").read_text(encoding="utf-8")
EXCERPTS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
_MARK = re.compile(r"^`([\w./]+\.py)`\n\n```python\n|```python\n", re.MULTILINE)


def excerpts() -> list[tuple[str, str]]:
    """Each piece of code, and the file that was named last above it."""
    found, path = [], ""
    for mark in _MARK.finditer(PAGE):
        path = mark[1] or path
        found.append((path, PAGE[mark.end() : PAGE.index("```", mark.end())]))
    return found


def lines_of(platform: str) -> int:
    """Count the lines of a platform's module and of those beside it that only it uses."""
    module = PLATFORMS[platform].partition(":")[0].rpartition(".")[2]
    name = "feed" if platform == "feed" else module
    files = [ROOT / "collectors" / f"{module}.py", *(ROOT / "collectors").glob(f"{name}_*.py")]
    return sum(path.read_text(encoding="utf-8").count("\n") for path in set(files))


def test_there_is_code_on_the_page():
    assert len(excerpts()) == len(EXCERPTS) >= 5


@pytest.mark.parametrize(("path", "code"), excerpts())
def test_each_piece_of_code_stands_in_the_file_that_is_named(path, code):
    assert code in (ROOT / path).read_text(encoding="utf-8")


def test_the_module_that_it_walks_through_is_the_smallest():
    assert min(PLATFORMS, key=lines_of) == "hackernews"


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:collectors|tests|docs)/[\w/.]+)`", PAGE)))
)
def test_each_file_that_it_names_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("member", re.findall(r"^\| `(\w+)(?:\(.*\))?` \|", PAGE, re.MULTILINE)[:5])
def test_each_member_that_it_lists_is_every_collectors(member):
    assert hasattr(collector_for("hackernews"), member)


def test_every_platform_has_its_page_and_its_tests():
    for platform in PLATFORMS:
        assert (ROOT / "docs" / "platforms" / f"{platform}.md").exists(), platform
        assert list((ROOT / "tests" / "collectors").glob(f"test_{platform}*.py")), platform


@pytest.mark.parametrize("word", sorted(set(re.findall(r"`([A-Z]\w+|\w+_\w+)`", PAGE))))
def test_each_name_that_it_uses_is_somewhere_in_the_code(word):
    code = [*(ROOT / "collectors").rglob("*.py"), *(ROOT / "tests" / "collectors").glob("*.py")]
    assert any(re.search(rf"\b{word}\b", path.read_text(encoding="utf-8")) for path in code)
