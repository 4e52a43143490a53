"""What docs say of the code is what the code says."""

import ast
import re
from pathlib import Path

import pytest

from scripts import api_tables, data_dictionary, operations_guide, scheduling_guide
from scripts.state_diagram import PAGE, with_diagram

pytestmark = pytest.mark.unit

ROOT = PAGE.parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_state_diagram_is_that_of_the_table() -> None:
    assert PAGE.read_text() == with_diagram(PAGE.read_text()), "run: python -m scripts.state_diagram"


def test_the_data_dictionary_is_that_of_the_code() -> None:
    page = data_dictionary.PAGE.read_text()
    assert page == data_dictionary.with_dictionary(page), "run: python -m scripts.data_dictionary"


def test_the_guide_to_exceptions_is_that_of_the_code() -> None:
    page = operations_guide.PAGE.read_text()
    assert page == operations_guide.with_kinds(page), "run: python -m scripts.operations_guide"


def test_the_tables_of_the_api_are_those_of_the_code() -> None:
    page = api_tables.PAGE.read_text()
    assert page == api_tables.with_tables(page), "run: python -m scripts.api_tables"


def test_the_rules_of_scheduling_are_those_of_the_code() -> None:
    page = scheduling_guide.PAGE.read_text()
    assert page == scheduling_guide.with_tables(page), "run: python -m scripts.scheduling_guide"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_tests_that_the_security_page_names_exist() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    named = re.findall(r"`(tests/[\w/.]+?)(?:::(\w+))?`", page)
    assert len(named) > 50
    for file, name in named:
        assert (ROOT / file).is_file(), file
        tree = ast.parse((ROOT / file).read_text())
        assert not name or name in _functions(tree), f"{file} has no {name}"


def test_the_security_page_has_every_chapter_of_the_standard() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    chapters = re.findall(r"^## V(\d+) [A-Z].*\n((?:(?!^## ).*\n)*)", page, re.MULTILINE)
    assert [int(number) for number, _ in chapters] == list(range(1, 18))
    for number, text in chapters:
        assert "`tests/" in text, f"V{number} names no test"
        assert "Not met: " in text, f"V{number} does not say what is not met"


def _functions(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
